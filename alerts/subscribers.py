"""Subscribers: found by their address, stopped, resumed, found unreachable, moved to another address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, and_, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.tables import Standing, State, outbox, subscribers, subscriptions
from watchers.database import Database

__all__ = ["Subscriber", "Subscribers"]


class Subscriber(msgspec.Struct, frozen=True):
    """Somebody, or some chat, that is told."""

    id: int
    channel: str
    address: str
    language: str
    zone: str
    state: Standing
    state_reason: str
    topic: int = 0
    posts: bool = False


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        row.id, row.channel, row.address, row.language, row.zone, Standing(row.state), row.state_reason, row.topic,
        row.posts,
    )  # fmt: skip


class Subscribers:
    """All subscribers of a database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def subscriber(self, channel: str, address: str) -> Subscriber | None:
        """Who is behind an address, None if it is not known."""
        where = and_(subscribers.c.channel == channel, subscribers.c.address == address)
        async with self._database.read() as connection:
            row = (await connection.execute(select(subscribers).where(where))).one_or_none()
        return None if row is None else _subscriber(row)

    async def get_or_create(self, channel: str, address: str, language: str) -> Subscriber:
        """Who is behind an address; made with this language if it is new."""
        now = self._clock()
        row = {"channel": channel, "address": address, "language": language, "state": Standing.ACTIVE}
        new = self._database.insert(subscribers).values(**row, created_at=now, changed_at=now).on_conflict_do_nothing()
        async with self._database.write() as connection:
            await connection.execute(new)
        found = await self.subscriber(channel, address)
        if found is None:
            raise LookupError(f"subscriptions: {channel} subscriber {address} was removed while it was being made")
        return found

    async def set_language(self, subscriber_id: int, language: str) -> None:
        """Speak this language to a subscriber from now on."""
        where = subscribers.c.id == subscriber_id
        async with self._database.write() as connection:
            await connection.execute(
                update(subscribers).where(where).values(language=language, changed_at=self._clock())
            )

    async def set_topic(self, subscriber_id: int, topic: int) -> None:
        """A group with topics hears in this one from now on; 0: in its General."""
        async with self._database.write() as connection:
            await connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(topic=topic))

    async def forget_topic(self, subscriber_id: int, topic: int) -> None:
        """A topic takes nothing any more: what went there goes to General."""
        async with self._database.write() as connection:
            person = and_(subscribers.c.id == subscriber_id, subscribers.c.topic == topic)
            await connection.execute(update(subscribers).where(person).values(topic=0))
            kept = and_(subscriptions.c.subscriber_id == subscriber_id, subscriptions.c.topic == topic)
            await connection.execute(update(subscriptions).where(kept).values(topic=None))

    async def set_posts(self, subscriber_id: int) -> None:
        """It is a channel: its readers cannot answer."""
        async with self._database.write() as connection:
            await connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(posts=True))

    async def stop(self, subscriber_id: int) -> None:
        """They want nothing more: what is owed and not yet on its way is skipped. Their filters are kept."""
        await self._stand(subscriber_id, Standing.STOPPED, "")

    async def unreachable(self, subscriber_id: int, reason: str) -> None:
        """The channel says nothing gets through; `reason` in its own words. What is owed is skipped."""
        await self._stand(subscriber_id, Standing.UNREACHABLE, reason)

    async def resume(self, subscriber_id: int) -> None:
        """Tell them again, from now on."""
        await self._stand(subscriber_id, Standing.ACTIVE, "")

    async def _stand(self, subscriber_id: int, state: Standing, reason: str) -> None:
        now = self._clock()
        async with self._database.write() as connection:
            where = and_(subscribers.c.id == subscriber_id, subscribers.c.state != state)
            values = {"state": state, "state_reason": reason, "changed_at": now}
            if (await connection.execute(update(subscribers).where(where).values(values))).rowcount:
                await self._touch(connection, subscriber_id, now)
            if state is not Standing.ACTIVE:
                await connection.execute(
                    update(outbox)
                    .where(outbox.c.subscriber_id == subscriber_id, outbox.c.started_at.is_(None))
                    .where(outbox.c.state.in_([State.HELD, State.DUE, State.SENDING]))
                    .values(state=State.SKIPPED, answer=state, finished_at=now, lease_until=None)
                )

    async def _touch(self, connection: AsyncConnection, subscriber_id: int, now: datetime) -> None:
        """Have the matching index look at all filters of a subscriber again."""
        where = subscriptions.c.subscriber_id == subscriber_id
        await connection.execute(update(subscriptions).where(where).values(changed_at=now))

    async def move(self, subscriber_id: int, address: str) -> int:
        """The address changed (a group became a supergroup). Where the new one is known already, the two become one.

        Returns the id of the subscriber who has the new address now.
        """
        now = self._clock()
        async with self._database.write() as connection:
            old = (await connection.execute(select(subscribers).where(subscribers.c.id == subscriber_id))).one()
            same = and_(subscribers.c.channel == old.channel, subscribers.c.address == address)
            other = (await connection.execute(select(subscribers.c.id).where(same))).scalar_one_or_none()
            if other is None:
                values = {"address": address, "topic": 0, "changed_at": now}
                await connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(values))
                mine = subscriptions.c.subscriber_id == subscriber_id
                await connection.execute(update(subscriptions).where(mine).values(topic=None))
            elif other != subscriber_id:
                await self._merge(connection, subscriber_id, other, f"moved to {address}", now)
            return other or subscriber_id

    async def _merge(self, connection: AsyncConnection, old: int, new: int, reason: str, now: datetime) -> None:
        """Filters and debts of `old` become `new`'s, save what `new` is owed already. Past messages stay."""
        await self._touch(connection, old, now)
        where = subscriptions.c.subscriber_id == old
        await connection.execute(update(subscriptions).where(where).values(subscriber_id=new, topic=None))
        theirs = outbox.alias()
        owed_already = exists().where(
            theirs.c.subscriber_id == new, theirs.c.tender_id == outbox.c.tender_id, theirs.c.event == outbox.c.event
        )
        open_states = [State.HELD, State.DUE, State.SENDING, State.UNCERTAIN]
        open_ = and_(outbox.c.subscriber_id == old, outbox.c.state.in_(open_states))
        await connection.execute(update(outbox).where(open_, ~owed_already).values(subscriber_id=new))
        leave = {"state": State.SKIPPED, "answer": reason, "finished_at": now, "lease_until": None}
        await connection.execute(update(outbox).where(open_).values(leave))
        stopped = {"state": Standing.STOPPED, "state_reason": reason, "changed_at": now}
        await connection.execute(update(subscribers).where(subscribers.c.id == old).values(stopped))
