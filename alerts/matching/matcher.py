"""The matcher: events not compared with filters yet become rows of the outbox, and are marked with the last of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.changes import CHANGE_KINDS
from alerts.filters import TenderFacts, facts_of
from alerts.mail.sharing import addresses_sharing, with_addresses
from alerts.matching.following import Following
from alerts.matching.index import Index
from alerts.outbox import Debt, Outbox
from alerts.subscriptions import Followed, Subscriptions
from alerts.tables import State, outbox
from watchers.reading import StoredEvent, StoredSnapshot, in_parts
from watchers.store import Store
from watchers.summary import summarise

__all__ = ["ALERT_PRIORITY", "HEAVY_PRIORITY", "Matched", "Matcher"]

HEAVY_PRIORITY = 20  # the heaviest flag weighs 4 or 5
ALERT_PRIORITY = 30
_HEAVY = 4

_EVENTS = 200  # looked at together
_ROWS = 5000  # then the rest waits for the next round
_TOGETHER = 1000  # alerts in one transaction: the database has other writers
# A filter saved by a transaction that took long carries an earlier moment than one seen already.
_OVERLAP = timedelta(minutes=2)
_TELLING = {"published", "retold", "flag_raised"}
_AWARDED = "awarded"  # speaks to those who follow a supplier
_ASKING = _TELLING | {_AWARDED}
_READ = _TELLING | CHANGE_KINDS
_FIRST = {"published", "retold"}  # another source's words for the same tender: nobody is told again


class Matched(msgspec.Struct):
    """What was done since the start. `old`: events of tenders published too long ago to alert about."""

    events: int = 0
    alerts: int = 0
    old: int = 0


class Matcher:
    """Compares events with filters. `do_one` in a loop; several processes may, matching twice owes once."""

    def __init__(
        self,
        store: Store,
        subscriptions: Subscriptions,
        outbox: Outbox,
        clock: Callable[[], datetime],
        *,
        max_age_days: float = 14.0,
    ) -> None:
        self._store = store
        self._subscriptions = subscriptions
        self._outbox = outbox
        self._clock = clock
        self._max_age = timedelta(days=max_age_days)
        self._following = Following(outbox, self._max_age)
        self._index = Index()
        self._current_to: datetime | None = None
        self._read_last: dict[int, Followed] = {}  # read again because of the overlap, but in the index already
        self.matched = Matched()

    async def do_one(self) -> bool:
        """Match some events; False if none was waiting."""
        events = _whole(await self._store.unmatched_events(_EVENTS), _EVENTS)
        if not events:
            return False
        await self._refresh()
        snapshots = await self._store.snapshots({event.snapshot_id for event in events if event.kind in _READ})
        done, found = await asyncio.to_thread(self._match, events, snapshots)  # a hundred thousand take a while
        async with self._store.database.read() as connection:
            sharing = await addresses_sharing(connection, {id_ for one in found for id_ in one.people})
        now, written = self._clock(), _Written(sharing)
        *parts, last = _in_parts(found)
        for part in parts:  # matched again after a kill, these are owed already
            async with self._store.database.write() as connection:
                await self._owe(connection, part, written)
        async with self._store.database.write() as connection:
            await self._owe(connection, last, written)
            changes = await self._following.owe(connection, done, snapshots, now)
            await self._store.mark_matched(connection, [event.id for event in done], now)
        self.matched.events += len(done)
        self.matched.alerts += written.debts + changes
        return True

    async def _owe(self, connection: AsyncConnection, found: Sequence[_Found], written: _Written) -> None:
        debts = await self._debts(connection, found, written)
        await self._outbox.owe(connection, debts)
        written.debts += len(debts)

    async def _refresh(self) -> None:
        """Bring the index up to what subscribers want now."""
        now = self._clock()
        since = self._current_to - _OVERLAP if self._current_to is not None else None
        read: dict[int, Followed] = {}
        async for changed in self._subscriptions.changed_since(since):
            fresh = [followed for followed in changed if self._read_last.get(followed.id) != followed]
            await asyncio.to_thread(self._index.put, fresh)
            if since is not None:
                read |= {followed.id: followed for followed in changed}
        self._read_last = read
        self._current_to = now

    def _match(
        self, events: Sequence[StoredEvent], snapshots: dict[int, StoredSnapshot]
    ) -> tuple[list[StoredEvent], list[_Found]]:
        """What each event means to whom, until there is enough for one transaction."""
        asked = [self._asked(event, snapshots.get(event.snapshot_id)) for event in events]
        met = self._index.match(one.facts for one in asked if one is not None and not one.old)
        done: list[StoredEvent] = []
        found: list[_Found] = []
        rows = 0
        for event, one in zip(events, asked, strict=True):
            if rows >= _ROWS and event.snapshot_id != done[-1].snapshot_id:
                break  # a snapshot's events stay together: who gets a card of it is not told of its changes
            done.append(event)
            if one is None:
                continue
            if one.old:
                self.matched.old += 1
                continue
            people = next(met).people(supplier=event.kind == _AWARDED)
            found.append(_Found(event, one.sequence, one.facts, one.tender_time, people))
            rows += len(people)
        return done, found

    def _asked(self, event: StoredEvent, snapshot: StoredSnapshot | None) -> _Asked | None:
        """What filters are asked about an event; None where it tells nobody anything."""
        if event.kind not in _ASKING or snapshot is None:
            return None
        summary, now = summarise(snapshot.release), self._clock()
        # An award comes weeks after the announcement.
        age_of = event.happened_at if event.kind == _AWARDED else summary.published_at
        return _Asked(
            snapshot.sequence,
            facts_of(summary, snapshot.findings, now),
            summary.published_at or event.happened_at,
            old=age_of is not None and age_of < now - self._max_age,
        )

    async def _debts(self, connection: AsyncConnection, found: Sequence[_Found], written: _Written) -> list[Debt]:
        """Rows for the outbox: the first card of a tender is `published`, whatever made it match."""
        debts: list[Debt] = []
        carded = written.carded
        for one in found:
            people = with_addresses(one.people, written.sharing)
            tender_id = one.event.tender_id
            first = one.event.kind in _FIRST
            having = written.told.setdefault(tender_id, set())
            if not first:
                for subscriber_id, snapshot_id in await self._having(connection, tender_id, people.keys() - having):
                    having.add(subscriber_id)
                    carded.add((subscriber_id, snapshot_id))
            for subscriber_id, subscription_ids in people.items():
                again = not first and subscriber_id in having
                if again and (
                    one.event.kind == _AWARDED  # told as a change of what they know
                    or (subscriber_id, one.event.snapshot_id) in carded  # the card says all that is in the snapshot
                ):
                    continue
                carded.add((subscriber_id, one.event.snapshot_id))
                debts.append(
                    Debt(
                        subscriber_id=subscriber_id,
                        tender_id=tender_id,
                        snapshot_id=one.event.snapshot_id,
                        event=f"flag_raised:{one.sequence}" if again else "published",
                        matched=tuple(subscription_ids),
                        priority=HEAVY_PRIORITY if one.facts.weight >= _HEAVY else ALERT_PRIORITY,
                        tender_time=one.tender_time,
                        state=State.HELD,
                    )
                )
            having.update(people)
        return debts

    async def _having(
        self, connection: AsyncConnection, tender_id: int, people: Collection[int]
    ) -> list[tuple[int, int]]:
        """Who of these has a message about a tender, in whatever state, and of which snapshot."""
        having: list[tuple[int, int]] = []
        columns = (outbox.c.subscriber_id, outbox.c.snapshot_id)
        for part in in_parts(people):
            where = and_(outbox.c.subscriber_id.in_(part), outbox.c.tender_id == tender_id)
            having += [(row[0], row[1]) for row in await connection.execute(select(*columns).where(where))]
        return having


def _whole(events: list[StoredEvent], asked: int) -> list[StoredEvent]:
    """Without the last snapshot's events where more of them may not have been read."""
    if len(events) < asked or events[0].snapshot_id == events[-1].snapshot_id:
        return events
    return [event for event in events if event.snapshot_id != events[-1].snapshot_id]


def _in_parts(found: Sequence[_Found]) -> list[list[_Found]]:
    """The same, cut so that no transaction keeps the database's other writers waiting long. At least one part."""
    parts: list[list[_Found]] = [[]]
    room = _TOGETHER
    for one in found:
        people = list(one.people.items())
        for start in range(0, len(people), _TOGETHER):
            few = dict(people[start : start + _TOGETHER])
            if len(few) > room:
                parts.append([])
                room = _TOGETHER
            parts[-1].append(msgspec.structs.replace(one, people=few))
            room -= len(few)
    return parts


class _Written(msgspec.Struct):
    """What a round wrote so far. `told`: by tender, who has a card of it; `carded`: who has one of which snapshot.

    `sharing`: the addresses that hear of what a chat's filters match.
    """

    sharing: dict[int, list[int]]
    debts: int = 0
    told: dict[int, set[int]] = msgspec.field(default_factory=dict)
    carded: set[tuple[int, int]] = msgspec.field(default_factory=set)


class _Asked(msgspec.Struct, frozen=True):
    """A snapshot as filters see it. `old`: published too long ago to tell anybody."""

    sequence: int
    facts: TenderFacts
    tender_time: datetime
    old: bool


class _Found(msgspec.Struct, frozen=True):
    """An event, and whose filters its snapshot meets."""

    event: StoredEvent
    sequence: int
    facts: TenderFacts
    tender_time: datetime
    people: dict[int, list[int]]
