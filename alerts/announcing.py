"""What the operator says to those who agreed to hear it: kept, previewed, sent once to each through the outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import JSON, Column, Integer, Table, and_, func, insert, literal, or_, select, update
from sqlalchemy import String as Words
from sqlalchemy.sql.elements import ColumnElement

from alerts.outbox import Event
from alerts.tables import Standing, State, outbox, subscribers
from watchers.database import BigId, Database, UTCDateTime, metadata

__all__ = ["Announcement", "Announcements", "announcements"]

announcements = Table(
    "announcements",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("texts", JSON, nullable=False),  # by language, Telegram HTML
    Column("made_at", UTCDateTime, nullable=False),
    Column("sent_at", UTCDateTime),  # when it became owed; NULL: only a draft
)

NEWS_PRIORITY = 55  # behind alerts, lists and lessons
_CHANNEL = "telegram"


class Announcement(msgspec.Struct, frozen=True):
    """One of them. `texts` by language, as Telegram HTML; '' is in the languages that have none of their own."""

    id: int
    texts: Mapping[str, str]
    sent_at: datetime | None

    def text(self, language: str) -> str:
        """What somebody who reads this language gets."""
        return self.texts.get(language) or self.texts.get("") or next(iter(self.texts.values()), "")


class Announcements:
    """The announcements of a database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def draft(self, texts: Mapping[str, str]) -> int:
        """Keep one that nobody is sent yet; returns its id. Drafts older than that one are forgotten."""
        async with self._database.write() as connection:
            await connection.execute(announcements.delete().where(announcements.c.sent_at.is_(None)))
            new = insert(announcements).values(texts=dict(texts), made_at=self._clock())
            return int((await connection.execute(new.returning(announcements.c.id))).scalar_one())

    async def get(self, id_: int) -> Announcement | None:
        """One of them."""
        columns = (announcements.c.id, announcements.c.texts, announcements.c.sent_at)
        async with self._database.read() as connection:
            row = (await connection.execute(select(*columns).where(announcements.c.id == id_))).one_or_none()
        return None if row is None else Announcement(row.id, row.texts, row.sent_at)

    def _agreed(self) -> ColumnElement[bool]:
        """Who hears it: asked for, can be reached, paused nothing."""
        now = self._clock()
        awake = or_(subscribers.c.snoozed_until.is_(None), subscribers.c.snoozed_until <= now)
        told = and_(subscribers.c.channel == _CHANNEL, subscribers.c.state == Standing.ACTIVE)
        return and_(told, subscribers.c.news.is_(True), awake)

    async def agreed(self) -> dict[str, int]:
        """How many would get one now, by language."""
        query = select(subscribers.c.language, func.count()).where(self._agreed()).group_by(subscribers.c.language)
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(query.order_by(subscribers.c.language))}

    async def send(self, id_: int) -> int | None:
        """Owe it to everybody who agreed, in one transaction; returns to how many. None: it was sent already."""
        now = self._clock()
        unsent = and_(announcements.c.id == id_, announcements.c.sent_at.is_(None))
        values = {
            "event": literal(f"{Event.NEWS}:{id_}", Words), "matched": literal([], JSON),
            "priority": literal(NEWS_PRIORITY, Integer), "state": literal(State.DUE.value, Words),
            "due_at": literal(now, UTCDateTime), "tender_time": literal(now, UTCDateTime),
            "created_at": literal(now, UTCDateTime),
        }  # fmt: skip
        people = select(subscribers.c.id, *values.values()).where(self._agreed())
        async with self._database.write() as connection:
            if not (await connection.execute(update(announcements).where(unsent).values(sent_at=now))).rowcount:
                return None
            owe = insert(outbox).from_select(["subscriber_id", *values], people)
            return int((await connection.execute(owe)).rowcount)

    async def progress(self, id_: int) -> dict[str, int]:
        """How many of its messages stand where, by state."""
        mine = outbox.c.event == f"{Event.NEWS}:{id_}"
        query = select(outbox.c.state, func.count()).where(mine).group_by(outbox.c.state)
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def last_sent(self) -> Announcement | None:
        """The newest that went out."""
        query = select(func.max(announcements.c.id)).where(announcements.c.sent_at.is_not(None))
        async with self._database.read() as connection:
            id_ = (await connection.execute(query)).scalar_one()
        return await self.get(id_) if id_ else None
