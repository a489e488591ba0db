"""The ledger of messages owed and sent: (held ->) due -> sending -> sent | failed | uncertain | skipped.

A row is claimed (`sending`, with a lease), marked started just before its request goes out, and finished with what the
other side answered. A lease that runs out on a row never started goes back to `due`; on a started one the answer is not
known, so the row becomes `uncertain`: it is not sent again, it is told in the person's next list of what they may
have missed (`alerts.missed`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, and_, bindparam, func, null, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.bulk import Bulk
from alerts.debts import CHAT, EVERY_LANE, LETTERS, MAIL, Debt, Event, Owed, Result
from alerts.heads import first_of_each_chat
from alerts.tables import Standing, State, outbox, subscribers
from watchers.database import Database

__all__ = ["CHAT", "EVERY_LANE", "LETTERS", "MAIL", "Debt", "Event", "Outbox", "Owed", "Result", "State", "outbox"]

LEASE = timedelta(seconds=60)

_TAKEN = tuple(
    outbox.c[name]
    for name in ("id", "subscriber_id", "tender_id", "snapshot_id", "event", "matched", "attempts", "answer")
)  # fmt: skip
_PERSON = tuple(
    subscribers.c[name]
    for name in (
        "id",
        "channel",
        "address",
        "language",
        "zone",
        "state",
        "quiet_from",
        "quiet_until",
        "topic",
        "short",
        "posts",
    )
)
_OWING = (
    "subscriber_id", "tender_id", "snapshot_id", "event", "matched", "priority", "tender_time", "state", "due_at",
    "created_at",
)  # fmt: skip
# SQLite, which keeps no statistics, would look up all rows of a state rather than the few ids: hidden from its index.
_state = outbox.c.state.concat("")


_HEADS = first_of_each_chat()

# The answer of an attempt is taken from who holds the row, or held it last and was not told of as doubtful to anybody.
_awaited = and_(
    outbox.c.lease_until == bindparam("lease"),
    or_(
        outbox.c.state == text("'sending'"), and_(outbox.c.state == text("'uncertain'"), outbox.c.carried_by.is_(None))
    ),
)
_answered = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), _awaited)
    .values(answer=bindparam("words"), attempts=outbox.c.attempts + text("1"), lease_until=null())
)
_settle = _answered.values(state=bindparam("state"), finished_at=bindparam("finished_at"))
_put_back = _answered.values(
    state=bindparam("state"), due_at=bindparam("due_at"), started_at=null(), finished_at=null()
)


class Outbox:
    """The ledger of one database. Several processes may claim from one PostgreSQL at once.

    `lane`: the priorities that are claimed, and whose leases are looked after; anything may be owed.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], *, lane: range = EVERY_LANE) -> None:
        self._database = database
        self._clock = clock
        self._mine = and_(outbox.c.priority >= lane.start, outbox.c.priority < lane.stop)
        dialect = database.engine.dialect
        self._owe = Bulk(database.insert(outbox).on_conflict_do_nothing(), _OWING, dialect)
        self._settle = Bulk(_settle, ("row", "lease", "words", "state", "finished_at"), dialect)
        self._put_back = Bulk(_put_back, ("row", "lease", "words", "state", "due_at"), dialect)
        self._after: dict[int, int] = {}  # by priority: the last subscriber claimed for, so that chats take turns

    async def owe(self, connection: AsyncConnection, rows: Sequence[Debt]) -> None:
        """Write down what is owed, inside the caller's transaction. What is owed already is not owed twice."""
        if not rows:
            return
        await self._owe(
            connection,
            [row.subscriber_id for row in rows],
            [row.tender_id for row in rows],
            [row.snapshot_id for row in rows],
            [row.event for row in rows],
            [row.matched for row in rows],
            [row.priority for row in rows],
            [row.tender_time for row in rows],
            [row.state.value for row in rows],
            *(repeat(now := self._clock()), repeat(now)),
        )

    async def claim(self, limit: int, lease: timedelta = LEASE) -> list[Owed]:
        """Take up to `limit` messages, the first of each chat, low priorities first, chats in turn.

        Within a chat and priority the order is that of `tender_time`, then of the id. What is owed to somebody who is
        told nothing now is skipped on the way.
        """
        taken: list[Owed] = []
        now = self._clock()
        async with self._database.write() as connection:
            for priority in await self._priorities(connection):
                after = self._after.get(priority, 0)
                for start in (after, 0) if after else (0,):
                    room = limit - len(taken)
                    if room <= 0:
                        return taken
                    where = {"priority": priority, "after": start, "now": now, "limit": room}
                    ids = (await connection.execute(_HEADS, where)).scalars().all()
                    rows = await self._take(connection, ids, now, now + lease)
                    if rows:
                        self._after[priority] = rows[-1].subscriber_id
                    taken += await self._addressed(connection, rows, now, now + lease)
        return taken

    async def _priorities(self, connection: AsyncConnection) -> list[int]:
        found: list[int] = []
        lowest = select(func.min(outbox.c.priority)).where(outbox.c.state == State.DUE, self._mine)
        more = (await connection.execute(lowest)).scalar_one()
        while more is not None:
            found.append(more)
            more = (await connection.execute(lowest.where(outbox.c.priority > more))).scalar_one()
        return found

    async def _take(
        self, connection: AsyncConnection, ids: Sequence[int], now: datetime, lease_until: datetime
    ) -> list[Row[Any]]:
        if not ids:
            return []
        among = self._database.among(outbox.c.id, ids)
        free = select(outbox.c.id).where(among, _state == State.DUE.value, outbox.c.due_at <= now)
        take = update(outbox).where(outbox.c.id.in_(free.with_for_update(skip_locked=True)))
        take = take.values(state=State.SENDING.value, lease_until=lease_until)
        place = {id_: number for number, id_ in enumerate(ids)}
        return sorted(await connection.execute(take.returning(*_TAKEN)), key=lambda row: place[row.id])

    async def _addressed(
        self, connection: AsyncConnection, rows: Sequence[Row[Any]], now: datetime, lease_until: datetime
    ) -> list[Owed]:
        if not rows:
            return []
        query = select(*_PERSON).where(self._database.among(subscribers.c.id, [row.subscriber_id for row in rows]))
        people = {person.id: person for person in await connection.execute(query)}
        owed: list[Owed] = []
        for row in rows:
            person = people[row.subscriber_id]
            letter = row.event.partition(":")[0] in LETTERS
            if person.state != Standing.ACTIVE and not letter:  # stopped while this was being matched
                skip = {"state": State.SKIPPED.value, "answer": person.state, "finished_at": now, "lease_until": None}
                await connection.execute(update(outbox).where(outbox.c.id == row.id).values(skip))
                continue
            owed.append(
                Owed(
                    row.id, person.id, person.channel, person.address, person.language, person.zone, row.tender_id,
                    row.snapshot_id, row.event, tuple(row.matched), row.attempts, lease_until,
                    person.quiet_from, person.quiet_until, person.topic, row.answer,
                    person.short, person.posts,
                )
            )  # fmt: skip
        return owed

    async def start(self, rows: Sequence[Owed], lease: timedelta = LEASE) -> list[Owed]:
        """Mark that the requests go out now; returns those that may, in their order, as they are held from now on.

        A lease that ran out, a person who stopped: may not. From here until `finish` a kill leaves doubt, so start few,
        and late.
        """
        now = self._clock()
        started: set[int] = set()
        async with self._database.write() as connection:
            for lease_until in {row.lease_until for row in rows if row.lease_until > now}:
                ids = [row.id for row in rows if row.lease_until == lease_until]
                among = self._database.among(outbox.c.id, ids)
                ours = and_(among, outbox.c.state == State.SENDING, outbox.c.started_at.is_(None))
                mark = update(outbox).where(ours, outbox.c.lease_until == lease_until)
                mark = mark.values(started_at=now, lease_until=now + lease).returning(outbox.c.id)
                started.update((await connection.execute(mark)).scalars())
        return [msgspec.structs.replace(row, lease_until=now + lease) for row in rows if row.id in started]

    async def finish(self, results: Sequence[Result]) -> None:
        """Record what came of attempts, all in one transaction. An answer that comes after the lease still counts.

        Written once more, where nobody said that it was written, it changes nothing: the row may be another's by then.
        """
        if not results:
            return
        now = self._clock()
        settled = [one for one in results if one.state is not State.DUE]
        again = [one for one in results if one.state is State.DUE]
        async with self._database.write() as connection:
            for statement, part, moments in (
                (self._settle, settled, [now] * len(settled)),
                (self._put_back, again, [one.due_at or now for one in again]),
            ):
                ids, leases = [one.owed.id for one in part], [one.owed.lease_until for one in part]
                words, states = [one.answer for one in part], [one.state.value for one in part]
                await statement(connection, ids, leases, words, states, moments)

    async def release(self, rows: Sequence[Owed], due_at: datetime) -> None:
        """Give messages back whose requests did not go out, started or not; their chats wait until `due_at`.

        Not those whose lease ran out meanwhile: another may hold them by now, and be sending them.
        """
        back = {"state": State.DUE.value, "due_at": due_at, "lease_until": None, "started_at": None}
        async with self._database.write() as connection:
            for lease_until in {row.lease_until for row in rows}:
                ids = [row.id for row in rows if row.lease_until == lease_until]
                held = and_(outbox.c.state == State.SENDING, outbox.c.lease_until == lease_until)
                await connection.execute(
                    update(outbox).where(self._database.among(outbox.c.id, ids), held).values(back)
                )

    async def expire_leases(self) -> tuple[int, int]:
        """Settle what a stopped process left: never started is due again, started is uncertain. How many of each."""
        return await self._settle_leases(outbox.c.lease_until <= self._clock())

    async def recover(self) -> tuple[int, int]:
        """Settle at once what a killed process left, at the start: SQLite has one deliverer; elsewhere leases run out.

        A second one started by mistake does no harm: `start` refuses rows whose lease is gone, an answer still counts.
        """
        return await self._settle_leases(true()) if self._database.dialect == "sqlite" else (0, 0)

    async def _settle_leases(self, which: ColumnElement[bool]) -> tuple[int, int]:
        now = self._clock()
        left = and_(outbox.c.state == State.SENDING, self._mine, which)
        again = {"state": State.DUE.value, "lease_until": None}
        unknown = {
            "state": State.UNCERTAIN.value, "finished_at": now, "attempts": outbox.c.attempts + 1,
            "answer": "outbox: no answer was recorded before the lease ran out",
        }  # fmt: skip
        async with self._database.write() as connection:
            back = await connection.execute(update(outbox).where(left, outbox.c.started_at.is_(None)).values(again))
            lost = await connection.execute(update(outbox).where(left).values(unknown))
        return back.rowcount, lost.rowcount

    async def counts(self) -> dict[State, int]:
        """How many messages there are in each state, all states named."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        async with self._database.read() as connection:
            found = {State(row[0]): row[1] for row in await connection.execute(query)}
        return {state: found.get(state, 0) for state in State}
