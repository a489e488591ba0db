"""Who was told of a tender, or follows it, is told when it changes: once a snapshot, and only what matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.changes import CHANGE_KINDS, changes_of
from alerts.follows import followers_of
from alerts.outbox import Debt, Event, Outbox
from alerts.tables import State, outbox
from alerts.told import Told, ancestors_of, told_of
from watchers.reading import StoredEvent, StoredSnapshot
from watchers.summary import summarise

__all__ = ["CHANGE_PRIORITY", "Following"]

CHANGE_PRIORITY = 30  # as an alert: within a chat it comes after the card it answers


class Following:
    """Owes what changed, inside the matcher's transaction, after that has owed its cards of the same snapshots."""

    def __init__(self, outbox_: Outbox, max_age: timedelta) -> None:
        self._outbox = outbox_
        self._max_age = max_age

    async def owe(
        self,
        connection: AsyncConnection,
        events: Sequence[StoredEvent],
        snapshots: Mapping[int, StoredSnapshot],
        now: datetime,
    ) -> int:
        """Owe to those who were told of these tenders or follow them, or those they repeat; returns to how many."""
        owed = 0
        of_snapshot: dict[int, list[StoredEvent]] = defaultdict(list)
        for event in events:
            of_snapshot[event.snapshot_id].append(event)
        for snapshot_id, happened in of_snapshot.items():
            snapshot = snapshots.get(snapshot_id)
            if snapshot is None or self._is_old(snapshot, now):
                continue
            kinds = {event.kind for event in happened}
            if kinds & CHANGE_KINDS:
                owed += await self._changed(connection, snapshot, happened)
            if "flag_raised" in kinds:
                owed += await self._raised(connection, snapshot, happened)
            if "published" in kinds:
                owed += await self._reannounced(connection, snapshot, now)
        return owed

    def _is_old(self, snapshot: StoredSnapshot, now: datetime) -> bool:
        published = summarise(snapshot.release).published_at
        return published is not None and published < now - self._max_age

    async def _changed(
        self, connection: AsyncConnection, snapshot: StoredSnapshot, events: Sequence[StoredEvent]
    ) -> int:
        followers = {one.subscriber_id: one for one in await followers_of(connection, [snapshot.tender_id])}
        told = {
            who: rows
            for who, rows in (await told_of(connection, snapshot.tender_id)).items()
            if who in followers or any(row.matched for row in rows)  # else they followed it once
        }
        behind = {who: rows for who, rows in told.items() if max(row.snapshot_id for row in rows) < snapshot.id}
        waiting = {who: [row for row in rows if row.pending][-1:] for who, rows in behind.items()}
        renewed = await self._renew(connection, [row for rows in waiting.values() for row in rows], snapshot.id)
        if changes_of(events) is None:
            return 0
        event, moment = f"{Event.CHANGED}:{snapshot.sequence}", events[0].happened_at
        debts = {
            who: _debt(who, rows[0].matched, snapshot, event, moment)
            for who, rows in behind.items()
            if who not in renewed
        }
        for who, one in followers.items():
            if who in debts or (who not in told and one.snapshot_id < snapshot.id):
                debts[who] = _debt(who, (), snapshot, event, moment)  # asked for: no filter delays it, no mute hides it
        await self._outbox.owe(connection, list(debts.values()))
        return len(debts)

    async def _raised(
        self, connection: AsyncConnection, snapshot: StoredSnapshot, events: Sequence[StoredEvent]
    ) -> int:
        """A follower whose filters do not match gets the card with the new flag; whom they match has it already."""
        followers = await followers_of(connection, [snapshot.tender_id])
        if not followers:
            return 0
        told = await told_of(connection, snapshot.tender_id)
        event, moment = f"{Event.FLAG_RAISED}:{snapshot.sequence}", events[0].happened_at
        debts = [
            _debt(one.subscriber_id, (), snapshot, event, moment)
            for one in followers
            if max((row.snapshot_id for row in told.get(one.subscriber_id, ())), default=one.snapshot_id) < snapshot.id
        ]
        await self._outbox.owe(connection, debts)
        return len(debts)

    async def _renew(self, connection: AsyncConnection, rows: Sequence[Told], snapshot_id: int) -> set[int]:
        """Make messages that did not go out yet tell of a newer snapshot; returns whose it worked for.

        A message claimed meanwhile was made from the old snapshot: its person is owed the change.
        """
        if not rows:
            return set()
        lists = select(outbox.c.id).where(
            outbox.c.id.in_({row.by for row in rows if row.by is not None}), outbox.c.state == State.DUE
        )
        due = set((await connection.execute(lists.with_for_update())).scalars())  # locked: not claimed in between
        open_ = or_(
            outbox.c.state.in_([State.HELD, State.DUE]),
            and_(outbox.c.state == State.CARRIED, outbox.c.carried_by.in_(due)),
        )
        renew = update(outbox).where(outbox.c.id.in_([row.id for row in rows]), open_).values(snapshot_id=snapshot_id)
        return set((await connection.execute(renew.returning(outbox.c.subscriber_id))).scalars())

    async def _reannounced(self, connection: AsyncConnection, snapshot: StoredSnapshot, now: datetime) -> int:
        """Whoever was told of the purchase before; who gets a card of the new one anyway is not told twice."""
        ancestors = await ancestors_of(connection, snapshot.release)
        if not ancestors:  # most repeat nothing, and who was told of a new one may be a hundred thousand
            return 0
        having = (await told_of(connection, snapshot.tender_id)).keys()
        debts: dict[int, Debt] = {}
        for ancestor in ancestors:
            for one in await followers_of(connection, [ancestor]):
                if one.subscriber_id not in having:
                    debts[one.subscriber_id] = _debt(one.subscriber_id, (), snapshot, Event.REANNOUNCED, now)
            for who, rows in (await told_of(connection, ancestor)).items():
                if who not in having:
                    debts.setdefault(who, _debt(who, rows[0].matched, snapshot, Event.REANNOUNCED, now))
        await self._outbox.owe(connection, list(debts.values()))
        return len(debts)


def _debt(who: int, matched: Sequence[int], snapshot: StoredSnapshot, event: str, moment: datetime) -> Debt:
    return Debt(
        subscriber_id=who,
        tender_id=snapshot.tender_id,
        snapshot_id=snapshot.id,
        event=event,
        matched=tuple(matched),
        priority=CHANGE_PRIORITY,
        tender_time=moment,
        state=State.HELD,
    )
