"""Between owed and due: what is held goes out at once, waits, is skipped, or is carried by a list; all by the tables.

An alert is owed as `held`. When its `due_at` has come it is decided here, in one transaction for everybody looked at:
muted ones are skipped with the reason; what its person does not want now waits for a later `due_at` with the reason in
`held_for`; the rest becomes due. What waited, and what comes in a burst, becomes one list that carries the rows, so
that each alert is told by exactly one message, and the ledger says by which.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.mail.tables import EMAIL
from alerts.muting import Muting
from alerts.outbox import Event
from alerts.preferences import Wishes
from alerts.tables import Standing, State, outbox, subscribers, subscriptions
from alerts.timing import FOREVER, Mode, day_start, next_slot, quiet_end
from watchers.store import Store
from watchers.tables import tenders

__all__ = ["LIST_PRIORITY", "Gate", "Limits"]

LIST_PRIORITY = 45
_PEOPLE = 300  # looked at in one transaction
_ROWS = 5000
_held = outbox.c.state == text("'held'")  # literally, or SQLite does not use its index
_MODES = list(Mode)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`per_day`: alerts told at once to somebody who did not choose, 0 for any number. `burst`: so many at once become
    one list, 0 for never; `listed`: at most so many in it.
    """

    per_day: int = 5
    burst: int = 3
    listed: int = 12


class _Held(msgspec.Struct, frozen=True):
    """A held row, with what decides about it."""

    id: int
    subscriber_id: int
    tender_id: int
    snapshot_id: int | None
    event: str
    matched: list[int]
    priority: int
    tender_time: datetime
    held_for: str
    closes_at: datetime | None
    buyer_id: str


class _Person(msgspec.Struct, frozen=True):
    """Whom a held row is for."""

    channel: str
    standing: str
    wishes: Wishes


class _List(msgspec.Struct, frozen=True):
    """Rows that one message tells of."""

    subscriber_id: int
    event: str
    rows: tuple[_Held, ...]
    priority: int


class _Decided(msgspec.Struct, frozen=True):
    """What one transaction writes."""

    skipped: list[tuple[int, str]] = msgspec.field(default_factory=list)  # id, why
    waiting: list[tuple[int, datetime, str]] = msgspec.field(default_factory=list)  # id, until, why
    now: list[int] = msgspec.field(default_factory=list)  # told at once: they count
    late: list[int] = msgspec.field(default_factory=list)  # waited, alone: they do not
    lists: list[_List] = msgspec.field(default_factory=list)


_COLUMNS = (
    *(outbox.c[name] for name in _Held.__struct_fields__[:9]),
    tenders.c.closes_at,
    tenders.c.buyer_id,
)
_skip = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=State.SKIPPED.value, answer=bindparam("why"), finished_at=bindparam("at"))
)
_wait = (
    update(outbox).where(outbox.c.id == bindparam("row")).values(due_at=bindparam("until"), held_for=bindparam("why"))
)
_carry = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state=State.CARRIED.value,
        carried_by=bindparam("list"),
        released_at=bindparam("counted"),
        finished_at=bindparam("at"),
    )
)


class Gate:
    """Decides about what is held. `do_one` in a loop; several processes may: each locks the people it looks at."""

    def __init__(self, store: Store, clock: Callable[[], datetime], limits: Limits | None = None) -> None:
        self._store = store
        self._database = store.database
        self._clock = clock
        self._limits = limits or Limits()
        self._muting = Muting(store)

    async def do_one(self) -> bool:
        """Decide about some people's held alerts; False if none has come to its moment."""
        now = self._clock()
        ready = select(outbox.c.subscriber_id).where(_held, outbox.c.due_at <= now).distinct().limit(_PEOPLE)
        async with self._database.read() as connection:
            ids = (await connection.execute(ready)).scalars().all()
        if not ids:
            return False
        async with self._database.write() as connection:
            people = await self._people(connection, ids)
            rows = await self._rows(connection, list(people), now)
            if not rows:
                return False  # another process has them
            decided = await self._decide(connection, people, rows, now)
            await self._write(connection, decided, now)
        return True

    async def _people(self, connection: AsyncConnection, ids: Sequence[int]) -> dict[int, _Person]:
        wanted = tuple(subscribers.c[name] for name in ("id", "channel", "state", *Wishes.__struct_fields__))
        query = select(*wanted).where(self._database.among(subscribers.c.id, ids))
        found = await connection.execute(query.with_for_update(skip_locked=True))
        return {row[0]: _Person(row[1], row[2], Wishes(*row[3:])) for row in found}

    async def _rows(self, connection: AsyncConnection, ids: Sequence[int], now: datetime) -> list[_Held]:
        theirs = and_(_held, outbox.c.due_at <= now, self._database.among(outbox.c.subscriber_id, ids))
        query = select(*_COLUMNS).join(tenders, tenders.c.id == outbox.c.tender_id).where(theirs)
        query = query.order_by(outbox.c.subscriber_id, outbox.c.priority, outbox.c.tender_time, outbox.c.id)
        return [_Held(*row) for row in await connection.execute(query.limit(_ROWS))]

    async def _decide(
        self, connection: AsyncConnection, people: dict[int, _Person], rows: Sequence[_Held], now: datetime
    ) -> _Decided:
        of_person: dict[int, list[_Held]] = defaultdict(list)
        for row in rows:
            of_person[row.subscriber_id].append(row)
        modes = await self._modes(connection, list(of_person))
        muted = await self._muting.reasons(connection, rows, now)
        used = await self._used(connection, {id_: people[id_].wishes for id_ in of_person}, now)
        decided = _Decided()
        for subscriber_id, theirs in of_person.items():
            person, wishes = people[subscriber_id], people[subscriber_id].wishes
            wanted = []
            for row in theirs:
                if person.standing != Standing.ACTIVE:
                    decided.skipped.append((row.id, person.standing))
                elif person.channel == EMAIL:  # until the next digest takes it: see alerts.mail.runs
                    decided.waiting.append((row.id, FOREVER, EMAIL))
                elif row.id in muted:
                    decided.skipped.append((row.id, f"muted: {muted[row.id]}"))
                elif (later := _later(row, wishes, _mode(row, modes), now)) is not None:
                    decided.waiting.append((row.id, *later))
                else:
                    wanted.append(row)
            self._tell(decided, wanted, wishes, used[subscriber_id], now)
        return decided

    def _tell(self, decided: _Decided, rows: Iterable[_Held], wishes: Wishes, used: int, now: datetime) -> None:
        """What goes out of one person's alerts: what waited as one list, fresh ones as far as the day's limit goes."""
        rows = list(rows)
        waited = [row for row in rows if row.held_for]
        fresh = [row for row in rows if not row.held_for]
        if len(waited) == 1:
            decided.late.append(waited[0].id)
        elif waited:
            reasons = {row.held_for for row in waited}
            reason = reasons.pop() if len(reasons) == 1 else "several"
            decided.lists.append(_list(waited, f"{Event.LIST}:{reason}", LIST_PRIORITY))
        room = self._room(wishes, used, len(fresh))
        slot = next_slot(Mode.DAILY, now, wishes.zone, wishes.digest_at)
        decided.waiting.extend((row.id, slot, "limit") for row in fresh[room:])
        told = fresh[:room]
        if not self._limits.burst or len(told) < self._limits.burst:
            decided.now.extend(row.id for row in told)
            return
        for start in range(0, len(told), self._limits.listed):
            part = told[start : start + self._limits.listed]
            decided.lists.append(_list(part, f"{Event.LIST}:burst", part[0].priority))

    def _room(self, wishes: Wishes, used: int, asked: int) -> int:
        per_day = self._limits.per_day if wishes.per_day is None else wishes.per_day
        return max(0, per_day - used) if per_day else asked

    async def _modes(self, connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Mode]:
        """How often those filters speak that do not at once."""
        mine = and_(self._database.among(subscriptions.c.subscriber_id, ids), subscriptions.c.mode != Mode.INSTANT)
        query = select(subscriptions.c.id, subscriptions.c.mode).where(mine)
        return {row.id: Mode(row.mode) for row in await connection.execute(query)}

    async def _used(self, connection: AsyncConnection, people: dict[int, Wishes], now: datetime) -> Counter[int]:
        """How many alerts each was told at once today, where there is a limit."""
        since = {
            id_: day_start(now, wishes.zone)
            for id_, wishes in people.items()
            if wishes.per_day or (wishes.per_day is None and self._limits.per_day)
        }
        if not since:
            return Counter()
        mine = self._database.among(outbox.c.subscriber_id, list(since))
        query = select(outbox.c.subscriber_id, outbox.c.released_at).where(
            mine, outbox.c.released_at >= min(since.values()), outbox.c.released_at.is_not(None)
        )
        told = await connection.execute(query)
        return Counter(row.subscriber_id for row in told if row.released_at >= since[row.subscriber_id])

    async def _write(self, connection: AsyncConnection, decided: _Decided, now: datetime) -> None:
        if decided.skipped:
            skipped = [{"row": id_, "why": why, "at": now} for id_, why in decided.skipped]
            await connection.execute(_skip, skipped)
        if decided.waiting:
            await connection.execute(
                _wait, [{"row": id_, "until": until, "why": why} for id_, until, why in decided.waiting]
            )
        for ids, counted in ((decided.now, now), (decided.late, None)):
            if ids:
                release = update(outbox).where(self._database.among(outbox.c.id, ids))
                await connection.execute(release.values(state=State.DUE.value, released_at=counted))
        if decided.lists:
            await self._write_lists(connection, decided.lists, now)

    async def _write_lists(self, connection: AsyncConnection, lists: Sequence[_List], now: datetime) -> None:
        ids = await self._database.reserve_ids(connection, outbox, len(lists))
        new: list[dict[str, Any]] = [
            {
                "id": id_, "subscriber_id": one.subscriber_id, "tender_id": None, "snapshot_id": None,
                "event": one.event, "matched": [], "priority": one.priority, "state": State.DUE.value, "due_at": now,
                "tender_time": one.rows[0].tender_time, "created_at": now,
            }
            for id_, one in zip(ids, lists, strict=True)
        ]  # fmt: skip
        await connection.execute(outbox.insert(), new)
        carried = [
            {"row": row.id, "list": id_, "at": now, "counted": None if row.held_for else now}
            for id_, one in zip(ids, lists, strict=True)
            for row in one.rows
        ]
        await connection.execute(_carry, carried)


def _list(rows: Sequence[_Held], event: str, priority: int) -> _List:
    return _List(rows[0].subscriber_id, event, tuple(rows), priority)


def _mode(row: _Held, modes: dict[int, Mode]) -> Mode:
    """The quickest of the filters that matched."""
    return min((modes.get(id_, Mode.INSTANT) for id_ in row.matched), key=_MODES.index, default=Mode.INSTANT)


def _later(row: _Held, wishes: Wishes, mode: Mode, now: datetime) -> tuple[datetime, str] | None:
    """Until when an alert has to wait, and why; None if it may go out now."""
    if wishes.snoozed_until is not None and wishes.snoozed_until > now:
        return wishes.snoozed_until, "snooze"
    if mode is not Mode.INSTANT and not row.held_for:
        return next_slot(mode, now, wishes.zone, wishes.digest_at), mode.value
    end = quiet_end(now, wishes.zone, wishes.quiet)
    if end is None or (row.closes_at is not None and now < row.closes_at < end):
        return None  # what closes before the quiet hours end would come too late: it goes out, without a sound
    return end, row.held_for or "quiet"
