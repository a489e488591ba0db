"""What subscribers learned: how far they read each lesson, which cards were clear, what they asked to get.

Kept by subscriber and erased with it (`alerts.erasure`). Lessons are known by their slugs alone: what they say is no
matter of this package.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    case,
    false,
    func,
    select,
)

from watchers.database import BigId, Database, UTCDateTime, metadata

__all__ = ["CardVotes", "Learning", "Progress", "Readers", "Role", "learners", "lesson_progress", "lesson_votes"]


class Role(StrEnum):
    """Who somebody is towards a purchase: it decides what they can do about it."""

    CITIZEN = "citizen"
    SUPPLIER = "supplier"
    JOURNALIST = "journalist"
    MONITOR = "monitor"  # a member of a coalition, a body of public control


learners = Table(
    "learners",
    metadata,
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), primary_key=True, autoincrement=False),
    Column("role", String(16), nullable=False, server_default=""),  # Role; '' until it was said
    Column("weekly", Boolean, nullable=False, server_default=false()),  # asked for a lesson a week
    Column("weekly_at", UTCDateTime),  # when the last one became owed
)

lesson_progress = Table(
    "lesson_progress",
    metadata,
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False),
    Column("slug", String(40), nullable=False),
    Column("card", Integer, nullable=False),  # the furthest card that was opened, from 0
    Column("answered", Boolean),  # whether the question was answered rightly; NULL: not yet
    Column("changed_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("subscriber_id", "slug"),
)

lesson_votes = Table(
    "lesson_votes",
    metadata,
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False),
    Column("slug", String(40), nullable=False),
    Column("card", Integer, nullable=False),  # from 0
    Column("clear", Boolean, nullable=False),
    PrimaryKeyConstraint("subscriber_id", "slug", "card"),
)


class Progress(msgspec.Struct, frozen=True):
    """How far a lesson was read. `answered`: whether its question was answered rightly, None if not at all."""

    card: int
    answered: bool | None


class CardVotes(msgspec.Struct, frozen=True):
    """What people said of one card, counted from 0. `readers` opened the lesson, `reached` this card or a later one."""

    slug: str
    card: int
    clear: int
    unclear: int
    reached: int
    readers: int


class Readers(msgspec.Struct, frozen=True):
    """How many opened a lesson, and how many came to its end and answered its question."""

    slug: str
    readers: int
    finished: int


class Learning:
    """What all subscribers of a database learned."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def progress(self, subscriber_id: int) -> dict[str, Progress]:
        """How far somebody read each lesson they opened, by slug."""
        query = select(lesson_progress).where(lesson_progress.c.subscriber_id == subscriber_id)
        async with self._database.read() as connection:
            return {row.slug: Progress(row.card, row.answered) for row in await connection.execute(query)}

    async def opened(self, subscriber_id: int, slug: str, card: int) -> None:
        """Somebody opened a card, counted from 0; going back loses nothing."""
        now = self._clock()
        row = {"subscriber_id": subscriber_id, "slug": slug, "card": card, "changed_at": now}
        new = self._database.insert(lesson_progress).values(row)
        furthest = case((lesson_progress.c.card < card, card), else_=lesson_progress.c.card)
        put = new.on_conflict_do_update(
            index_elements=["subscriber_id", "slug"], set_={"card": furthest, "changed_at": now}
        )
        async with self._database.write() as connection:
            await connection.execute(put)

    async def answered(self, subscriber_id: int, slug: str, card: int, *, right: bool) -> None:
        """Somebody answered the question behind the last card; a right answer is not lost by a wrong one later."""
        now = self._clock()
        row = {"subscriber_id": subscriber_id, "slug": slug, "card": card, "answered": right, "changed_at": now}
        new = self._database.insert(lesson_progress).values(row)
        best = case((lesson_progress.c.answered.is_(True), True), else_=right)
        put = new.on_conflict_do_update(
            index_elements=["subscriber_id", "slug"], set_={"answered": best, "card": card, "changed_at": now}
        )
        async with self._database.write() as connection:
            await connection.execute(put)

    async def vote(self, subscriber_id: int, slug: str, card: int, *, clear: bool) -> None:
        """Somebody says whether a card was clear; one voice a card, the last counts."""
        row = {"subscriber_id": subscriber_id, "slug": slug, "card": card, "clear": clear}
        new = self._database.insert(lesson_votes).values(row)
        put = new.on_conflict_do_update(index_elements=["subscriber_id", "slug", "card"], set_={"clear": clear})
        async with self._database.write() as connection:
            await connection.execute(put)

    async def votes(self) -> list[CardVotes]:
        """Every card somebody judged, with how many came so far; the most unclear first."""
        clear = func.sum(case((lesson_votes.c.clear.is_(True), 1), else_=0))
        query = select(lesson_votes.c.slug, lesson_votes.c.card, clear.label("clear"), func.count().label("all"))
        query = query.group_by(lesson_votes.c.slug, lesson_votes.c.card)
        read = select(lesson_progress.c.slug, lesson_progress.c.card, func.count().label("people"))
        read = read.group_by(lesson_progress.c.slug, lesson_progress.c.card)
        async with self._database.read() as connection:
            judged = list(await connection.execute(query))
            far = [(row.slug, row.card, row.people) for row in await connection.execute(read)]
        found = [
            CardVotes(
                slug=row.slug,
                card=row.card,
                clear=int(row.clear),
                unclear=row.all - int(row.clear),
                reached=sum(people for slug, card, people in far if slug == row.slug and card >= row.card),
                readers=sum(people for slug, _, people in far if slug == row.slug),
            )
            for row in judged
        ]
        return sorted(found, key=lambda one: (-one.unclear, one.slug, one.card))

    async def readers(self) -> list[Readers]:
        """How many read each lesson, by slug."""
        finished = func.sum(case((lesson_progress.c.answered.is_not(None), 1), else_=0))
        query = select(lesson_progress.c.slug, func.count().label("readers"), finished.label("finished"))
        query = query.group_by(lesson_progress.c.slug).order_by(lesson_progress.c.slug)
        async with self._database.read() as connection:
            return [Readers(row.slug, row.readers, int(row.finished)) for row in await connection.execute(query)]

    async def role(self, subscriber_id: int) -> Role | None:
        """Who somebody said they are; None until they did."""
        query = select(learners.c.role).where(learners.c.subscriber_id == subscriber_id)
        async with self._database.read() as connection:
            said = (await connection.execute(query)).scalar_one_or_none()
        return Role(said) if said in list(Role) else None

    async def set_role(self, subscriber_id: int, role: Role) -> None:
        """Somebody says who they are."""
        await self._set(subscriber_id, {"role": role.value})

    async def weekly(self, subscriber_id: int) -> bool:
        """Whether somebody asked for a lesson a week."""
        query = select(learners.c.weekly).where(learners.c.subscriber_id == subscriber_id)
        async with self._database.read() as connection:
            return bool((await connection.execute(query)).scalar_one_or_none())

    async def set_weekly(self, subscriber_id: int, *, wanted: bool) -> None:
        """A lesson a week is wanted, from the next week on, or no more."""
        await self._set(subscriber_id, {"weekly": wanted, "weekly_at": self._clock()})

    async def kept(self, subscriber_id: int) -> dict[str, Any]:
        """All that is kept of somebody's learning, as plain values: for who asks what is known of them."""
        votes = select(lesson_votes.c.slug, lesson_votes.c.card, lesson_votes.c.clear)
        votes = votes.where(lesson_votes.c.subscriber_id == subscriber_id).order_by(
            lesson_votes.c.slug, lesson_votes.c.card
        )
        async with self._database.read() as connection:
            said = [
                {"lesson": row.slug, "card": row.card + 1, "clear": row.clear}
                for row in await connection.execute(votes)
            ]
        role, read = await self.role(subscriber_id), await self.progress(subscriber_id)
        return {
            "role": role.value if role else None,
            "weekly": await self.weekly(subscriber_id),
            "lessons": [
                {"lesson": slug, "card": one.card + 1, "answered_rightly": one.answered}
                for slug, one in sorted(read.items())
            ],
            "votes": said,
        }

    async def _set(self, subscriber_id: int, values: dict[str, Any]) -> None:
        new = self._database.insert(learners).values(subscriber_id=subscriber_id, **values)
        put = new.on_conflict_do_update(index_elements=["subscriber_id"], set_=values)
        async with self._database.write() as connection:
            await connection.execute(put)
