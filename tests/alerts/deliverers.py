"""Deliverers and a sandbox in processes of their own, to be killed at any moment or at a named step.

Children are forked from a server that has everything imported, so that a life costs milliseconds, not a second.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.channels.base import Message
from alerts.channels.telegram.transport import TelegramChannel, connect
from alerts.delivery import Deliverer, Delivery
from alerts.outbox import EVERY_LANE, Debt, Outbox, Owed, Result
from alerts.pace import Pace
from alerts.shared_pace import pacer_for
from alerts.subscriptions import Subscriptions
from bot.sandbox.people import BOT_TOKEN, Chat, Person
from bot.sandbox.server import Sandbox
from bot.times import utc_now
from watchers.database import Database

__all__ = ["PROCESSES", "STEPS", "Fate", "FatedOutbox", "Mortal", "Plan", "Post", "start_deliverer", "start_sandbox"]

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.alerts.deliverers"])

STEPS = (
    "recovering", "claiming", "claimed", "starting", "started", "requesting", "answered",
    "finishing", "finished", "releasing", "expiring",
    "uncommitted 1", "uncommitted 2", "uncommitted 3", "uncommitted 4", "uncommitted 5",
)  # fmt: skip
"""Where a process can be killed by name: before and after each step of a row, and in transactions before their end."""


@dataclass(frozen=True)
class Plan:
    """How a deliverer works, and where it ends: at the `times`-th arrival at `step`."""

    url: str
    api_base: str
    rate: float = 25.0
    chat_seconds: float = 0.0
    group_seconds: float = 0.0
    lease: float = 60.0
    step: str = ""
    times: int = 1

    @property
    def delivery(self) -> Delivery:
        return Delivery(lease=self.lease, check_leases=self.lease / 4)


class Fate:
    """Ends the process at the `times`-th arrival at `step`."""

    def __init__(self, step: str, times: int = 1) -> None:
        self._step, self._left = step, times

    def at(self, step: str) -> None:
        """SIGKILL where that was planned."""
        if step == self._step:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(60)


class Mortal(Database):
    """Dies in the n-th transaction, when all is written and nothing committed."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate
        self._written = 0

    @asynccontextmanager
    async def write(self, *, rebuilding: bool = False) -> AsyncIterator[AsyncConnection]:
        async with super().write(rebuilding=rebuilding) as connection:
            yield connection
            self._written += 1
            self._fate.at(f"uncommitted {self._written}")


class FatedOutbox(Outbox):
    """Dies before or after any of its steps."""

    def __init__(
        self, database: Database, fate: Fate, *, clock: Callable[[], datetime] = utc_now, lane: range = EVERY_LANE
    ) -> None:
        super().__init__(database, clock, lane=lane)
        self._fate = fate

    async def claim(self, limit: int, lease: timedelta = timedelta(seconds=60)) -> list[Owed]:
        self._fate.at("claiming")
        claimed = await super().claim(limit, lease)
        if claimed:
            self._fate.at("claimed")
        return claimed

    async def start(self, rows: Sequence[Owed], lease: timedelta = timedelta(seconds=60)) -> list[Owed]:
        self._fate.at("starting")
        started = await super().start(rows, lease)
        self._fate.at("started")
        return started

    async def finish(self, results: Sequence[Result]) -> None:
        if results:
            self._fate.at("finishing")
        await super().finish(results)
        if results:
            self._fate.at("finished")

    async def release(self, rows: Sequence[Owed], due_at: datetime) -> None:
        self._fate.at("releasing")
        await super().release(rows, due_at)

    async def expire_leases(self) -> tuple[int, int]:
        self._fate.at("expiring")
        return await super().expire_leases()

    async def recover(self) -> tuple[int, int]:
        self._fate.at("recovering")
        return await super().recover()


class _FatedChannel(TelegramChannel):
    def __init__(self, api_base: str, fate: Fate) -> None:
        super().__init__(connect(BOT_TOKEN, api_base))
        self._fate = fate

    async def send(self, address: str, message: Message) -> str:
        self._fate.at("requesting")
        answer = await super().send(address, message)
        self._fate.at("answered")
        return answer


async def _render(owed: Owed) -> Message:
    return Message(f"alert {owed.id}")


async def _deliver(plan: Plan) -> None:
    fate = Fate(plan.step, plan.times)
    database = Mortal(plan.url, fate)
    pace = Pace(per_second=plan.rate, chat_seconds=plan.chat_seconds, group_seconds=plan.group_seconds)
    outbox, channel = FatedOutbox(database, fate), _FatedChannel(plan.api_base, fate)
    deliverer = Deliverer(
        outbox, Subscriptions(database, utc_now), {"telegram": channel}, _render,
        pacer_for(database, pace), utc_now, settings=plan.delivery,
    )  # fmt: skip
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await outbox.recover()
    while not stop.is_set():
        if not await deliverer.do_one():
            await asyncio.sleep(0.05)
    await deliverer.stop()
    await channel.close()
    await database.close()


def _live(plan: Plan) -> None:
    asyncio.run(_deliver(plan))


def start_deliverer(plan: Plan) -> Any:
    """A deliverer's process, running."""
    process = PROCESSES.Process(target=_live, args=(plan,), daemon=True)
    process.start()
    return process


async def _serve(ledger: Path | None, people: int, groups: int, limits: bool, ready: Connection) -> None:
    crowd = [Person(number, f"Person {number}", "ru", started=True) for number in range(1, people + 1)]
    sandbox = Sandbox(people=crowd, ledger_file=ledger)
    sandbox.limits.on = limits
    for number in range(1, groups + 1):
        sandbox.world.chats[-number] = Chat(-number, "supergroup", f"Group {number}", {1})
    async with sandbox:
        ready.send(sandbox.api_base)
        await asyncio.Event().wait()


def _sandbox(*arguments: Any) -> None:
    asyncio.run(_serve(*arguments))


def start_sandbox(ledger: Path | None, people: int, groups: int = 0, *, limits: bool = False) -> tuple[Any, str]:
    """The sandbox's process, with so many people and groups (ids 1.. and -1..), and its address."""
    mine, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_sandbox, args=(ledger, people, groups, limits, theirs), daemon=True)
    process.start()
    if not mine.poll(60):
        process.kill()
        raise TimeoutError("the sandbox did not start")
    return process, str(mine.recv())


class Post:
    """People and what they are owed, in a database that others deliver from."""

    def __init__(self, url: str, lots: Callable[[], float] = random.random) -> None:
        self.database = Database(url)
        self.outbox = Outbox(self.database, utc_now)
        self.subscriptions = Subscriptions(self.database, utc_now)
        self.people: list[int] = []
        self._number = 0
        self._lots = lots

    async def join(self, people: int, groups: int = 0) -> None:
        for address in [*range(1, people + 1), *range(-groups, 0)]:
            found = await self.subscriptions.get_or_create("telegram", str(address), "ru")
            self.people.append(found.id)

    async def owe(self, count: int, *, to: Sequence[int] = ()) -> None:
        """So many more messages, to everybody in turn."""
        whom, now, debts = to or self.people, utc_now(), []
        for _ in range(count):
            self._number += 1
            person = whom[self._number % len(whom)]
            debts.append(Debt(person, None, None, f"test:{self._number}", (), 30 + 10 * (self._number % 2), now))
        async with self.database.write() as connection:
            await self.outbox.owe(connection, debts)

    async def until_closed(self) -> None:
        """Wait until nothing is due or on its way."""
        while await self.open():  # noqa: ASYNC110 - others work on it, in processes of their own
            await asyncio.sleep(0.2)

    async def open(self) -> int:
        """How many are due or on their way."""
        counts = await self.outbox.counts()
        return sum(number for state, number in counts.items() if state.value in ("due", "sending"))
