"""The filters that subscribers keep: made, changed, put away, counted, told to the matching index.

Every change of a filter names the subscriber too, so that a forged button cannot touch another person's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Text, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.filters import Criteria, checked
from alerts.subscribers import Subscriber, Subscribers
from alerts.tables import Standing, subscribers, subscriptions
from alerts.timing import Mode
from watchers.database import Database
from watchers.reading import in_parts

__all__ = [
    "Counts", "Followed", "Subscriber", "Subscription", "Subscriptions", "TooManyFilters", "UnknownFilter",
    "subscribers", "subscriptions",
]  # fmt: skip


class Subscription(msgspec.Struct, frozen=True):
    """One filter of one subscriber. `name` is theirs, or ''."""

    id: int
    subscriber_id: int
    name: str
    criteria: Criteria
    paused: bool
    created_at: datetime
    mode: Mode = Mode.INSTANT
    topic: int | None = None  # of a group; None: where it hears everything


class Followed(msgspec.Struct, frozen=True, gc=False):
    """What the matching index needs of a filter; `live` is False where it must match nothing now."""

    id: int
    subscriber_id: int
    criteria: Criteria
    live: bool
    changed_at: datetime


class Counts(msgspec.Struct, frozen=True):
    """How many there are."""

    subscribers: dict[str, int]  # by state
    filters: int  # not deleted, of active subscribers
    paused: int  # of those


class UnknownFilter(LookupError):  # noqa: N818 - as BadFilter
    """There is no such filter, or it is another person's. Raised wherever a filter is named."""


class TooManyFilters(ValueError):  # noqa: N818
    """The subscriber has as many filters as one may have (`limit`). Raised by `add` and `restore`."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"subscriptions: there are {limit} filters already, and that is the limit: delete one first")
        self.limit = limit


_PART = 5000
_decode = msgspec.json.Decoder(Criteria).decode


def _subscription(row: Row[Any]) -> Subscription:
    criteria = msgspec.convert(row.criteria, Criteria)
    return Subscription(
        row.id, row.subscriber_id, row.name, criteria, row.paused, row.created_at, Mode(row.mode), row.topic
    )


class Subscriptions(Subscribers):
    """All subscribers and filters of a database. `limit`: how many filters a subscriber may keep."""

    def __init__(self, database: Database, clock: Callable[[], datetime], *, limit: int = 20) -> None:
        super().__init__(database, clock)
        self.limit = limit

    async def filters(self, subscriber_id: int) -> list[Subscription]:
        """A subscriber's filters, oldest first, paused ones too."""
        return (await self.filters_of([subscriber_id]))[subscriber_id]

    async def filters_of(self, subscriber_ids: Collection[int]) -> dict[int, list[Subscription]]:
        """The filters of many subscribers in few statements; who has none is in it with an empty list."""
        found: dict[int, list[Subscription]] = {id_: [] for id_ in subscriber_ids}
        async with self._database.read() as connection:
            for part in in_parts(found):
                mine = self._database.among(subscriptions.c.subscriber_id, part)
                where = and_(mine, subscriptions.c.deleted_at.is_(None))
                for row in await connection.execute(select(subscriptions).where(where).order_by(subscriptions.c.id)):
                    found[row.subscriber_id].append(_subscription(row))
        return found

    async def filter(self, subscriber_id: int, subscription_id: int) -> Subscription:
        """One filter. Raises UnknownFilter."""
        for found in await self.filters(subscriber_id):
            if found.id == subscription_id:
                return found
        raise UnknownFilter(f"subscriptions: subscriber {subscriber_id} has no filter {subscription_id}")

    async def add(self, subscriber_id: int, criteria: Criteria, name: str = "") -> Subscription:
        """Keep a filter; it matches from now on. The same criteria again is the same filter, paused no more.

        Raises TooManyFilters, and BadFilter for criteria beyond the limits.
        """
        criteria = checked(criteria)
        for kept in await self.filters(subscriber_id):
            if kept.criteria == criteria:
                await self.resume_filter(subscriber_id, kept.id)
                return await self.filter(subscriber_id, kept.id)
        now = self._clock()
        row = {"subscriber_id": subscriber_id, "name": name[:64], "criteria": msgspec.to_builtins(criteria)}
        async with self._database.write() as connection:
            await self._leave_room(connection, subscriber_id)
            new = subscriptions.insert().values(**row, created_at=now, changed_at=now).returning(subscriptions)
            return _subscription((await connection.execute(new)).one())

    async def _leave_room(self, connection: AsyncConnection, subscriber_id: int) -> None:
        # The subscriber's row is locked, so that two adds at once cannot both find the last place free.
        lock = select(subscribers.c.id).where(subscribers.c.id == subscriber_id).with_for_update()
        await connection.execute(lock)
        where = and_(subscriptions.c.subscriber_id == subscriber_id, subscriptions.c.deleted_at.is_(None))
        kept = (await connection.execute(select(func.count()).select_from(subscriptions).where(where))).scalar_one()
        if kept >= self.limit:
            raise TooManyFilters(self.limit)

    async def rename(self, subscriber_id: int, subscription_id: int, name: str) -> None:
        """Call a filter `name` (at most 64 characters are kept; '' for none). Raises UnknownFilter."""
        await self._change(subscriber_id, subscription_id, name=name[:64])

    async def revise(self, subscriber_id: int, subscription_id: int, criteria: Criteria) -> Subscription:
        """Ask for something else by the same filter, from now on. Raises UnknownFilter, BadFilter."""
        await self._change(subscriber_id, subscription_id, criteria=msgspec.to_builtins(checked(criteria)))
        return await self.filter(subscriber_id, subscription_id)

    async def pause_filter(self, subscriber_id: int, subscription_id: int) -> None:
        """Match nothing by this filter for now. Raises UnknownFilter."""
        await self._change(subscriber_id, subscription_id, paused=True)

    async def resume_filter(self, subscriber_id: int, subscription_id: int) -> None:
        """Match by this filter again. Raises UnknownFilter."""
        await self._change(subscriber_id, subscription_id, paused=False)

    async def set_mode(self, subscriber_id: int, subscription_id: int, mode: Mode) -> None:
        """How often a filter speaks, from the next alert on. Raises UnknownFilter."""
        await self._change(subscriber_id, subscription_id, mode=mode.value)

    async def send_to(self, subscriber_id: int, subscription_id: int, topic: int | None) -> None:
        """A filter's alerts go to this topic of the group; None: where it hears everything. Raises UnknownFilter."""
        await self._change(subscriber_id, subscription_id, topic=topic)

    async def delete(self, subscriber_id: int, subscription_id: int) -> None:
        """Put a filter away; `restore` brings it back. Raises UnknownFilter."""
        await self._change(subscriber_id, subscription_id, deleted_at=self._clock())

    async def restore(self, subscriber_id: int, subscription_id: int) -> Subscription:
        """Bring a deleted filter back. Raises UnknownFilter, TooManyFilters."""
        await self._change(subscriber_id, subscription_id, back=True, deleted_at=None)
        return await self.filter(subscriber_id, subscription_id)

    async def _change(self, subscriber_id: int, subscription_id: int, *, back: bool = False, **values: Any) -> None:
        put_away = subscriptions.c.deleted_at.is_not(None) if back else subscriptions.c.deleted_at.is_(None)
        where = and_(subscriptions.c.id == subscription_id, subscriptions.c.subscriber_id == subscriber_id, put_away)
        change = update(subscriptions).where(where).values(**values, changed_at=self._clock())
        async with self._database.write() as connection:
            if back:
                await self._leave_room(connection, subscriber_id)
            if not (await connection.execute(change)).rowcount:
                raise UnknownFilter(f"subscriptions: subscriber {subscriber_id} has no filter {subscription_id}")

    async def counts(self) -> Counts:
        """How many subscribers there are by state, and how many filters the active ones keep."""
        by_state = select(subscribers.c.state, func.count()).group_by(subscribers.c.state)
        kept = (
            select(subscriptions.c.paused, func.count())
            .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
            .where(subscriptions.c.deleted_at.is_(None), subscribers.c.state == Standing.ACTIVE)
            .group_by(subscriptions.c.paused)
        )
        async with self._database.read() as connection:
            states = {row[0]: row[1] for row in await connection.execute(by_state)}
            filters = {bool(row[0]): row[1] for row in await connection.execute(kept)}
        return Counts(states, sum(filters.values()), filters.get(True, 0))

    async def changed_since(self, moment: datetime | None) -> AsyncIterator[list[Followed]]:
        """Filters that were touched at or after a moment, by whatever changes what they match; all of them for None.

        Some thousands at a time, by their ids: a million together would need a gigabyte.
        """
        live = and_(
            subscriptions.c.deleted_at.is_(None), ~subscriptions.c.paused, subscribers.c.state == Standing.ACTIVE
        )
        criteria = subscriptions.c.criteria.cast(Text)  # decoded once, not to a dict first
        columns = (subscriptions.c.id, subscriptions.c.subscriber_id, criteria, live, subscriptions.c.changed_at)
        query = select(*columns).join(subscribers).order_by(subscriptions.c.id).limit(_PART)
        query = query.where(live) if moment is None else query.where(subscriptions.c.changed_at >= moment)
        after = 0
        while True:
            async with self._database.read() as connection:
                rows = (await connection.execute(query.where(subscriptions.c.id > after))).all()
            if rows:
                yield [Followed(row[0], row[1], _decode(row[2]), bool(row[3]), row[4]) for row in rows]
            if len(rows) < _PART:
                return
            after = rows[-1][0]
