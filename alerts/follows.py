"""Purchases that somebody follows without a filter: every change of theirs is owed to them until they unfollow.

Kept by subscriber and erased with it (`alerts.erasure`); `alerts.matching.following` asks who follows what.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

import msgspec
from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.mail.tables import mail_links
from alerts.tables import Standing, subscribers
from watchers.database import BigId, Database, UTCDateTime, metadata

__all__ = ["MOST_FOLLOWED", "Follower", "Follows", "followers_of", "follows", "known_by_following"]

MOST_FOLLOWED = 200

follows = Table(
    "follows",
    metadata,
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False),
    Column("tender_id", BigId, ForeignKey("tenders.id"), nullable=False),
    Column("snapshot_id", BigId, nullable=False),  # the newest when they began: later ones are news
    Column("followed_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("subscriber_id", "tender_id"),
    Index("ix_follows_tender_id", "tender_id"),
)

chats = subscribers.alias("chats")


class Follower(msgspec.Struct, frozen=True):
    """Who follows a tender, and the snapshot they know."""

    subscriber_id: int
    snapshot_id: int


class Follows:
    """What all subscribers of a database follow."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def follow(self, subscriber_id: int, tender_id: int, snapshot_id: int) -> bool:
        """Follow from now on; again is no change. False where `MOST_FOLLOWED` are followed already."""
        row = {"subscriber_id": subscriber_id, "tender_id": tender_id, "snapshot_id": snapshot_id}
        put = self._database.insert(follows).values(row | {"followed_at": self._clock()}).on_conflict_do_nothing()
        mine = follows.c.subscriber_id == subscriber_id
        async with self._database.write() as connection:
            # The subscriber's row is locked, so that two at once cannot both take the last place.
            lock = select(subscribers.c.id).where(subscribers.c.id == subscriber_id).with_for_update()
            await connection.execute(lock)
            others = select(func.count()).select_from(follows).where(mine, follows.c.tender_id != tender_id)
            if (await connection.execute(others)).scalar_one() >= MOST_FOLLOWED:
                return False
            await connection.execute(put)
        return True

    async def unfollow(self, subscriber_id: int, tender_id: int) -> None:
        """Follow no more; doing it twice changes nothing."""
        mine = and_(follows.c.subscriber_id == subscriber_id, follows.c.tender_id == tender_id)
        async with self._database.write() as connection:
            await connection.execute(delete(follows).where(mine))

    async def followed(self, subscriber_id: int) -> list[int]:
        """The tenders somebody follows, what they followed last first."""
        query = select(follows.c.tender_id).where(follows.c.subscriber_id == subscriber_id)
        query = query.order_by(follows.c.followed_at.desc(), follows.c.tender_id.desc())
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def follows(self, subscriber_id: int, tender_id: int) -> bool:
        """Whether somebody follows a tender."""
        mine = and_(follows.c.subscriber_id == subscriber_id, follows.c.tender_id == tender_id)
        async with self._database.read() as connection:
            return (await connection.execute(select(follows.c.tender_id).where(mine))).first() is not None


async def followers_of(connection: AsyncConnection, tender_ids: Collection[int]) -> list[Follower]:
    """Who is told what changes in any of these tenders, by subscriber: who follows them, and the confirmed mail
    addresses that share the filters of a chat which does.
    """
    these = follows.c.tender_id.in_(tender_ids)
    own = select(follows.c.subscriber_id, func.min(follows.c.snapshot_id)).where(these)
    by_mail = (
        select(mail_links.c.mail_id, func.min(follows.c.snapshot_id))
        .join(follows, follows.c.subscriber_id == mail_links.c.chat_id)
        .join(chats, chats.c.id == mail_links.c.chat_id)
        .join(subscribers, subscribers.c.id == mail_links.c.mail_id)
        .where(these, subscribers.c.state == Standing.ACTIVE, chats.c.state == Standing.ACTIVE)
    )
    known: dict[int, int] = {}
    for query in (own.group_by(follows.c.subscriber_id), by_mail.group_by(mail_links.c.mail_id)):
        for who, snapshot_id in await connection.execute(query):
            known[who] = min(snapshot_id, known.get(who, snapshot_id))
    return [Follower(who, known[who]) for who in sorted(known)]


async def known_by_following(database: Database, subscriber_id: int, tender_id: int) -> int:
    """The snapshot from which somebody, or a chat whose filters an address shares, follows a tender; 0 for none."""
    chats_of = select(mail_links.c.chat_id).where(mail_links.c.mail_id == subscriber_id)
    mine = or_(follows.c.subscriber_id == subscriber_id, follows.c.subscriber_id.in_(chats_of))
    query = select(func.min(follows.c.snapshot_id)).where(follows.c.tender_id == tender_id, mine)
    async with database.read() as connection:
        return (await connection.execute(query)).scalar_one() or 0
