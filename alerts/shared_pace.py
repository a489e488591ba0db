"""One pace for all processes on one PostgreSQL: when the bot, and each chat, may be written to next is a row.

A process asks for the turns of the next few who wait, in one short statement: chats that were written to elsewhere a
moment ago are told when they may be, the others get the next moments of the bot's lane. No lock is held while anybody
waits or sends. Moments are seconds of the server's clock, so that the clocks of machines need not agree.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from alerts.pace import Pace, Pacer, Waiter
from watchers.database import Database

__all__ = ["SharedPacer", "pacer_for"]

log = structlog.get_logger(__name__)

_LANE, _FIRST, _HELD = "lane", "first", "held"
_NOW = "extract(epoch FROM clock_timestamp())::float8"

_BEGIN = text("INSERT INTO paces (name, next_at) VALUES ('lane', 0), ('first', 0), ('held', 0) ON CONFLICT DO NOTHING")
# The chats first, by name, then the lane: all processes lock in one order. A chat's next moment is counted from the
# last of these turns, for it may be that one.
_TAKE = text(f"""
    WITH clock AS MATERIALIZED (SELECT {_NOW} AS now),
    stands AS MATERIALIZED (
        SELECT now, greatest(now, (SELECT next_at FROM paces WHERE name = CAST(:lane AS text))) AS lane,
               (SELECT next_at FROM paces WHERE name = 'held') AS held FROM clock),
    asked AS (
        SELECT name, gap FROM unnest(CAST(:names AS text[]), CAST(:gaps AS float8[])) AS asked(name, gap)
        ORDER BY name),
    taken AS (
        INSERT INTO paces (name, next_at)
        SELECT name, lane + gap + CAST(:every AS float8) * (SELECT count(*) - 1 FROM asked)
        FROM asked, stands WHERE held <= now
        ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at
        WHERE paces.next_at <= (SELECT now FROM stands) RETURNING name),
    moved AS (
        UPDATE paces SET next_at = greatest(next_at, (SELECT now FROM stands) - CAST(:late AS float8))
                                   + CAST(:every AS float8) * (SELECT count(*) FROM taken)
        WHERE name = CAST(:lane AS text) AND (SELECT count(*) FROM taken) > 0 RETURNING next_at)
    SELECT {_NOW} AS now, (SELECT held FROM stands) AS held, (SELECT next_at FROM moved) AS ends,
           ARRAY(SELECT name FROM taken) AS taken,
           ARRAY(SELECT name FROM paces WHERE name = ANY(CAST(:names AS text[]))) AS known,
           ARRAY(SELECT next_at FROM paces WHERE name = ANY(CAST(:names AS text[]))) AS moments
""")  # noqa: S608 - nothing in it comes from outside
_RESERVED = text(f"""
    UPDATE paces SET next_at = {_NOW} + CAST(:every AS float8) WHERE name = 'first' AND next_at <= {_NOW}
    RETURNING next_at
""")  # noqa: S608
_HOLD = text(f"""
    INSERT INTO paces (name, next_at) VALUES (CAST(:name AS text), {_NOW} + CAST(:seconds AS float8))
    ON CONFLICT (name) DO UPDATE SET next_at = greatest(paces.next_at, excluded.next_at)
""")  # noqa: S608
_FORGET = text(f"DELETE FROM paces WHERE next_at < {_NOW} - 3600 AND name NOT IN ('lane', 'first', 'held')")  # noqa: S608


def _name(chat: str) -> str:
    """A chat's row; its id is nobody's business who reads the table."""
    return hashlib.blake2b(chat.encode(), digest_size=12).hexdigest()


class SharedPacer(Pacer):
    """Turns that all processes on one PostgreSQL share. Used as `Pacer` is; one in a process."""

    AHEAD = 0.16  # seconds of the lane taken at once
    LATE = 0.85  # of the spacing: turns asked for so late do not push the next; no more go out in a second than without
    TRY_AGAIN = 0.5
    FORGET_EVERY = 600.0

    def __init__(
        self,
        pace: Pace,
        database: Database,
        *,
        is_group: Callable[[str], bool] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        more = {"is_group": is_group} if is_group else {}
        super().__init__(pace, monotonic=monotonic, sleep=sleep, **more)
        self._database = database
        self._lanes: dict[bool, asyncio.Task[None]] = {}
        self._came: dict[bool, asyncio.Event] = {False: asyncio.Event(), True: asyncio.Event()}
        self._granted: set[Waiter] = set()  # have a turn, and its moment has not come
        self._holding: set[asyncio.Task[None]] = set()
        self._begun = False
        self._forgot = self._now()

    def _at_once(self, waiter: Waiter) -> bool:  # noqa: ARG002
        """Never: another process may be before us."""
        return False

    def _serve(self, waiter: Waiter) -> None:
        """Answers to people wait apart from alerts: they need not wait for the moments that alerts have taken."""
        self._came[waiter.first].set()
        lane = self._lanes.get(waiter.first)
        if lane is None or lane.done():
            self._lanes[waiter.first] = asyncio.create_task(self._give_shared(waiter.first))

    def hold(self, seconds: float, chat: str | None = None) -> None:
        """As `Pacer.hold`, and in every process from its next turn on."""
        super().hold(seconds, chat)
        task = asyncio.create_task(self._write_hold(seconds, _HELD if chat is None else _name(chat)))
        self._holding.add(task)
        task.add_done_callback(self._holding.discard)

    async def _write_hold(self, seconds: float, name: str) -> None:
        try:
            await self._execute(_HOLD, name=name, seconds=seconds)
        except (SQLAlchemyError, OSError) as error:
            log.warning("other processes were not told to wait", error=type(error).__name__)

    async def _give_shared(self, first: bool) -> None:
        while waiting := [waiter for waiter in self._waiting if waiter.first is first]:
            now = self._now()
            self._came[first].clear()
            ready = [waiter for waiter in waiting if self._free_at(waiter) <= now]
            if not ready:
                await self._nap(min(map(self._free_at, waiting)) - now, first)
                continue
            try:
                granted = await self._take(self._few(ready), first)
            except (SQLAlchemyError, OSError) as error:
                log.warning("no turns from the database", error=type(error).__name__)
                await self._sleep(self.TRY_AGAIN)
                continue
            for waiter, moment in granted:
                if (wait := moment - self._now()) > 0:
                    await self._sleep(wait)
                self._granted.discard(waiter)
                if waiter in self._waiting and not self.wait_of():
                    self._answer(waiter, given=True)

    def _left_to(self, waiter: Waiter) -> float:
        """Who has a turn waits for nobody but the server."""
        return self.wait_of(None if waiter in self._granted else waiter.chat)

    def _free_at(self, waiter: Waiter) -> float:
        return max(self._held_until, self._next_of_chat.get(waiter.chat, 0.0))

    async def _nap(self, seconds: float, first: bool) -> None:
        """Until somebody's moment, or until somebody else comes."""
        try:
            await asyncio.wait_for(self._came[first].wait(), min(max(seconds, 0.0), 1.0))
        except TimeoutError:
            return

    def _few(self, ready: list[Waiter]) -> list[Waiter]:
        """The next who wait, one of a chat."""
        at_most = max(1, round(self.pace.per_second * self.AHEAD))
        return list({waiter.chat: waiter for waiter in reversed(ready)}.values())[::-1][:at_most]

    async def _take(self, waiters: list[Waiter], first: bool) -> list[tuple[Waiter, float]]:
        """The moments of those who get one; the others learn here how long their chats, or all, have to wait."""
        if not self._begun:
            await self._execute(_BEGIN)
            self._begun = True
        if self._now() - self._forgot > self.FORGET_EVERY:
            self._forgot = self._now()
            await self._execute(_FORGET)
        reserved = self.pace.reserved_per_second
        lane, every = _LANE, 1 / self.pace.per_second
        if first and reserved:
            waiters = waiters[:1]
            if await self._execute(_RESERVED, every=1 / reserved) is not None:
                lane, every = _FIRST, 0.0
        of_name = {_name(waiter.chat): waiter for waiter in waiters}
        gaps = [self._gap(waiter.chat) for waiter in of_name.values()]
        row = await self._execute(_TAKE, names=list(of_name), gaps=gaps, lane=lane, every=every, late=self.LATE * every)
        ours, server = self._now(), row.now
        if row.held > server:
            Pacer.hold(self, row.held - server)
        taken = [of_name[name] for name in of_name if name in set(row.taken)]
        for name, moment in zip(row.known, row.moments, strict=True):
            if of_name[name] not in taken:
                self._remember(of_name[name].chat, ours + moment - server)
        begins = ours if lane == _FIRST else ours + (row.ends or 0.0) - server - every * len(taken)
        granted = [(waiter, begins + every * place) for place, waiter in enumerate(taken)]
        for waiter, moment in granted:
            self._granted.add(waiter)
            self._remember(waiter.chat, moment + self._gap(waiter.chat))
        self._refuse_the_impatient()
        return granted

    async def _execute(self, statement: Any, **values: Any) -> Any:
        async with self._database.engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            result = await connection.execute(statement, values)
            return result.first() if result.returns_rows else None


def pacer_for(database: Database, pace: Pace) -> Pacer:
    """The pace of one process on SQLite, the common one of all on PostgreSQL."""
    return Pacer(pace) if database.dialect == "sqlite" else SharedPacer(pace, database)
