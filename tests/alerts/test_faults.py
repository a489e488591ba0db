"""Bad days: whatever fails between the ledger and Telegram, nothing is lost and nothing told twice.

Every test ends with the same facts: each message that was accepted was accepted once, how many were, and what the
ledger says of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from alerts.channels.base import Message
from alerts.channels.telegram.transport import TelegramChannel, connect
from alerts.delivery import Deliverer
from alerts.outbox import Owed
from alerts.pace import Pace
from alerts.shared_pace import pacer_for
from bot.database_commands import upgrade
from bot.sandbox import BOT_TOKEN, Sandbox
from bot.sandbox.people import Person
from tests.alerts.conftest import World
from tests.alerts.own_postgres import own_server
from watchers.database import Database

PEOPLE, EACH = 12, 3
ALL = PEOPLE * EACH
ONLY_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])


async def render(owed: Owed) -> Message:
    return Message(f"alert {owed.id}")


class Withheld(TelegramChannel):
    """Keeps answers back while told to."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.answers = asyncio.Event()
        self.answers.set()

    async def send(self, address: str, message: Message) -> str:
        answer = await super().send(address, message)
        await self.answers.wait()
        return answer


class Day:
    """Messages owed, a deliverer, the sandbox."""

    def __init__(self, world: World, sandbox: Sandbox) -> None:
        self.world, self.sandbox = world, sandbox
        self.failures = 0
        self.use(sandbox.api_base)

    def use(self, api_base: str, seconds: float = 30.0) -> None:
        """Deliver through this address from now on, as a process begun anew does."""
        pace = Pace(per_second=500, chat_seconds=0)
        self.channel = Withheld(connect(BOT_TOKEN, api_base, seconds=seconds))
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
        while len(self.told) < least:
            await self.step()

    async def on_their_way(self) -> None:
        """Return with a message to everybody who is owed one gone out, none answered: a break leaves answers."""
        self.channel.answers.clear()
        gone: set[int] = set()
        waiting = {0}

        def nothing_moves() -> None:
            """What a break took out of the deliverer's hands comes back when its lease is over."""
            self.world.clock.advance(seconds=61)
            self.deliverer._moved.set()

        while waiting - gone:
            alarm = asyncio.get_running_loop().call_later(1.0, nothing_moves)
            await self.step()
            alarm.cancel()
            rows = [row for row in await self.world.rows() if row.state in {"due", "sending"}]
            waiting = {row.subscriber_id for row in rows}
            gone = {row.subscriber_id for row in rows if row.state == "sending" and row.started_at is not None}

    async def to_the_end(self) -> None:
        async with asyncio.timeout(60):
            while {"due", "sending"} & set(await self.ledger()):
                await self.step()

    @property
    def told(self) -> Counter[int]:
        """How often each message was accepted, by the sandbox."""
        return Counter(int(entry.text.split()[-1]) for entry in self.sandbox.ledger.messages())

    async def ledger(self) -> Counter[str]:
        """How many rows are in each state."""
        return Counter(await self.world.states())


@asynccontextmanager
async def a_day(world: World) -> AsyncIterator[Day]:
    people = [Person(n, f"P{n}", "ru", started=True) for n in range(1, PEOPLE + 1)]
    async with Sandbox(people=people) as sandbox:
        for person in people:
            id_ = await world.person(str(person.id))
            for _ in range(EACH):
                await world.owe(id_)
        day = Day(world, sandbox)
        yield day
        await day.channel.close()


@pytest.fixture
async def day(world: World) -> AsyncIterator[Day]:
    async with a_day(world) as day:
        yield day


@ONLY_SQLITE
async def test_a_locked_database_is_waited_for(day, world) -> None:
    await day.until_sent(5)
    other = sqlite3.connect(world.database.url.partition("///")[2], check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(day.to_the_end())  # one step may find nothing to write
    await asyncio.sleep(0.3)
    before = len(day.told)
    assert not waiting.done()
    other.rollback()
    other.close()
    await waiting
    assert before < ALL
    assert set(day.told.values()) == {1}
    assert len(day.told) == ALL
    assert await day.ledger() == {"sent": ALL}


@ONLY_SQLITE
async def test_files_that_may_not_grow_are_waited_for_and_answers_that_came_meanwhile_are_kept(day, world) -> None:
    await day.until_sent(5)
    path = Path(world.database.url.partition("///")[2])
    await day.on_their_way()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    sizes = [file.stat().st_size for file in path.parent.iterdir() if file.is_file()]
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes), hard))
    day.channel.answers.set()
    try:
        for _ in range(30):
            await day.step()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert day.failures > 0
    await day.to_the_end()
    assert set(day.told.values()) == {1}
    assert len(day.told) == ALL
    assert await day.ledger() == {"sent": ALL}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a disk can be mounted by root alone; files that may not grow are tested beside")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if made.returncode != 0:
        pytest.skip(f"no disk may be mounted here ({made.stderr.decode().strip()})")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


async def test_a_full_disk_is_waited_for_and_answers_that_came_meanwhile_are_kept(small_disk, clock) -> None:
    database = Database(f"sqlite+aiosqlite:///{small_disk}/full.sqlite3")
    await upgrade(database)
    async with a_day(World(database, clock)) as day:
        await day.until_sent(5)
        await day.on_their_way()
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(b"0" * 4096):
                pass
        assert shutil.disk_usage(small_disk).free == 0
        day.channel.answers.set()
        for _ in range(30):
            await day.step()
        assert day.failures > 0
        assert (await day.ledger())["sent"] < ALL
        ballast.unlink()
        await day.to_the_end()
        assert set(day.told.values()) == {1}
        assert len(day.told) == ALL
        assert await day.ledger() == {"sent": ALL}
    await database.close()


@ONLY_SQLITE
async def test_a_connection_cut_after_the_message_was_taken_leaves_it_in_doubt(day) -> None:
    day.sandbox.faults.drop_after(count=4)
    await day.to_the_end()
    assert set(day.told.values()) == {1}
    assert len(day.told) == ALL
    assert await day.ledger() == {"sent": ALL - 4, "uncertain": 4}


@ONLY_SQLITE
async def test_a_server_too_slow_to_answer_leaves_doubt_and_is_not_asked_again(day) -> None:
    await day.channel.close()
    day.use(day.sandbox.api_base, seconds=0.4)
    day.sandbox.faults.slow(1.0, count=3)
    await day.to_the_end()
    ledger = await day.ledger()
    assert ledger["uncertain"] >= 3, "more, where the machine stood still"
    assert ledger == {"sent": ALL - ledger["uncertain"], "uncertain": ledger["uncertain"]}
    in_doubt = {row.id for row in await day.world.rows() if row.state == "uncertain"}
    assert set(day.told.values()) == {1}
    assert {row.id for row in await day.world.rows()} - set(day.told) <= in_doubt  # what nobody was told


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
    assert set(day.told.values()) == {1}
    assert len(day.told) == ALL
    assert await day.ledger() == {"sent": ALL}


@ONLY_SQLITE
async def test_without_names_of_hosts_nothing_goes_out_and_everything_goes_later(day) -> None:
    await day.channel.close()
    day.use("http://no-such-host.invalid")
    for _ in range(10):
        await day.step()
    await day.deliverer.stop()
    assert not day.told
    assert await day.ledger() == {"due": ALL}
    await day.channel.close()
    day.use(day.sandbox.api_base)
    await day.to_the_end()
    assert set(day.told.values()) == {1}
    assert len(day.told) == ALL
    assert await day.ledger() == {"sent": ALL}


@pytest.mark.parametrize("dialect", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_a_postgresql_that_cuts_every_connection_under_load_loses_nothing(day, database_url) -> None:
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
    assert set(day.told.values()) == {1}
    assert len(day.told) == ALL
    assert await day.ledger() == {"sent": ALL}


@pytest.mark.postgres
async def test_a_postgresql_restarted_under_load_loses_nothing(clock) -> None:
    with own_server() as server:
        database = Database(server.url)
        await upgrade(database)
        async with a_day(World(database, clock)) as day:
            for least, how in ((4, "fast"), (14, "immediate"), (24, "fast")):
                await day.until_sent(least)
                await day.on_their_way()
                stopped = asyncio.create_task(asyncio.to_thread(server.stop, how))
                before = day.failures
                day.channel.answers.set()
                while not stopped.done() or day.failures == before:
                    await day.step()
                await stopped
                await asyncio.to_thread(server.start)
            await day.to_the_end()
            assert set(day.told.values()) == {1}
            assert len(day.told) == ALL
            assert await day.ledger() == {"sent": ALL}
        await database.close()
