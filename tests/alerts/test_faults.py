"""Bad days: whatever fails between the ledger and Telegram, nothing is lost and nothing told twice."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.exc import SQLAlchemyError

from alerts.channels.base import Message
from alerts.channels.telegram.transport import TelegramChannel, connect
from alerts.delivery import Deliverer
from alerts.outbox import Owed
from alerts.pace import Pace
from alerts.shared_pace import pacer_for
from bot.sandbox import BOT_TOKEN, Sandbox
from bot.sandbox.people import Person
from watchers.database import Database

PEOPLE = 12
ONLY_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])


async def render(owed: Owed) -> Message:
    return Message(f"alert {owed.id}")


class Day:
    """Forty messages owed, a deliverer, the sandbox."""

    def __init__(self, world: Any, sandbox: Sandbox) -> None:
        self.world, self.sandbox = world, sandbox
        self.failures = 0
        self.use(sandbox.api_base)

    def use(self, api_base: str, seconds: float = 30.0) -> None:
        """Deliver through this address from now on, as a process begun anew does."""
        pace = Pace(per_second=500, chat_seconds=0)
        self.channel = TelegramChannel(connect(BOT_TOKEN, api_base, seconds=seconds))
        self.deliverer = Deliverer(
            self.world.outbox, self.world.subscriptions, {"telegram": self.channel}, render,
            pacer_for(self.world.database, pace), self.world.clock,
        )  # fmt: skip

    async def step(self) -> None:
        """As `bot.running` does: a failure is passed over and tried again."""
        try:
            more = await self.deliverer.do_one()
        except (SQLAlchemyError, OSError):
            self.failures += 1
            more = False
        if not more:
            await asyncio.sleep(0.01)
            self.world.clock.advance(seconds=1)

    async def until_sent(self, least: int) -> None:
        while len(self.sandbox.ledger.messages()) < least:
            await self.step()

    async def to_the_end(self) -> None:
        async with asyncio.timeout(40):
            while any(state in ("due", "sending") for state in await self.world.states()):
                await self.step()

    async def nothing_lost_nothing_twice(self, *, in_doubt: int = 0) -> None:
        told = Counter(int(entry.text.split()[-1]) for entry in self.sandbox.ledger.messages())
        assert max(told.values()) == 1
        rows = await self.world.rows()
        assert {row.state for row in rows if row.id not in told} <= {"uncertain"}
        assert {row.state for row in rows} <= {"sent", "uncertain"}
        assert sum(row.state == "uncertain" for row in rows) == in_doubt


@pytest_asyncio.fixture
async def day(world: Any) -> AsyncIterator[Day]:
    people = [Person(n, f"P{n}", "ru", started=True) for n in range(1, PEOPLE + 1)]
    async with Sandbox(people=people) as sandbox:
        for n in range(1, PEOPLE + 1):
            person = await world.person(str(n))
            for _ in range(3):
                await world.owe(person)
        day = Day(world, sandbox)
        yield day
        await day.channel.close()


@ONLY_SQLITE
async def test_a_locked_database_is_waited_for(day, world) -> None:
    await day.until_sent(5)
    other = sqlite3.connect(world.database.url.partition("///")[2], check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(day.step())
    await asyncio.sleep(0.3)
    other.rollback()
    other.close()
    await waiting
    await day.to_the_end()
    await day.nothing_lost_nothing_twice()


@ONLY_SQLITE
async def test_a_full_disk_is_waited_for_and_answers_that_came_meanwhile_are_kept(day, world) -> None:
    await day.until_sent(5)
    path = Path(world.database.url.partition("///")[2])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    sizes = [file.stat().st_size for file in path.parent.iterdir() if file.is_file()]
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes), hard))  # no file may grow: the system's own refusal
    try:
        for _ in range(30):
            await day.step()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert day.failures
    await day.to_the_end()
    await day.nothing_lost_nothing_twice()


@ONLY_SQLITE
async def test_a_connection_cut_after_the_message_was_taken_leaves_it_in_doubt(day) -> None:
    day.sandbox.faults.drop_after(count=4)
    await day.to_the_end()
    await day.nothing_lost_nothing_twice(in_doubt=4)
    assert len(day.sandbox.ledger.messages()) == 3 * PEOPLE


@ONLY_SQLITE
async def test_a_server_too_slow_to_answer_leaves_doubt_and_is_not_asked_again(day) -> None:
    await day.channel.close()
    day.use(day.sandbox.api_base, seconds=0.4)
    day.sandbox.faults.slow(1.0, count=3)
    await day.to_the_end()
    await day.nothing_lost_nothing_twice(in_doubt=3)


@ONLY_SQLITE
@pytest.mark.parametrize("hours", [5, -5])
async def test_a_clock_that_jumps_neither_loses_nor_repeats(day, world, hours) -> None:
    day.sandbox.faults.flood(count=1)  # something waits for a moment that the jump moves away
    await day.until_sent(10)
    world.clock.advance(hours=hours)
    for _ in range(20):
        await day.step()
    world.clock.advance(hours=6)  # back again in the end, or the true time comes
    await day.to_the_end()
    await day.nothing_lost_nothing_twice()


@ONLY_SQLITE
async def test_without_names_of_hosts_nothing_goes_out_and_everything_goes_later(day) -> None:
    await day.channel.close()
    day.use("http://no-such-host.invalid")
    for _ in range(10):
        await day.step()
    await day.deliverer.stop()
    assert not day.sandbox.ledger.messages()
    await day.channel.close()
    day.use(day.sandbox.api_base)
    await day.to_the_end()
    await day.nothing_lost_nothing_twice()


@pytest.mark.parametrize("dialect", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_a_postgresql_that_cuts_every_connection_under_load_loses_nothing(day, world, database_url) -> None:
    killer = Database(database_url)
    for least in (4, 12, 20, 28):
        await day.until_sent(least)
        async with killer.write() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with contextlib.suppress(SQLAlchemyError):
            await day.step()
    await killer.close()
    await day.to_the_end()
    await day.nothing_lost_nothing_twice()
