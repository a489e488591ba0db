"""Of many processes one polls publishers; another takes over when it is killed, stopped, or loses its lock."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.leader import lead
from tests.bot.waiting import until
from watchers.database import Database


class Term:
    """Counts who works now."""

    def __init__(self) -> None:
        self.at_work: set[str] = set()
        self.most = 0
        self.begun: list[str] = []

    def works(self, name: str) -> Any:
        def works(over: asyncio.Event) -> list:
            async def work() -> None:
                self.at_work.add(name)
                self.begun.append(name)
                self.most = max(self.most, len(self.at_work))
                await over.wait()
                self.at_work.discard(name)

            return [work()]

        return works


@pytest.fixture
async def three(database_url: str) -> Any:
    found = [Database(database_url) for _ in range(3)]
    yield found
    for one in found:
        await one.close()


async def test_on_sqlite_every_process_leads_and_stops_when_told(tmp_path: Path) -> None:
    term, stop = Term(), asyncio.Event()
    task = asyncio.create_task(lead(Database(f"sqlite+aiosqlite:///{tmp_path}/a.sqlite3"), term.works("a"), stop))
    await until(lambda: _soon(term.at_work == {"a"}))
    stop.set()
    await task
    assert term.at_work == set()


async def _soon(value: object) -> object:
    return value


@pytest.mark.parametrize("dialect", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_one_leads_at_a_time_and_another_follows_when_it_stops_or_loses_its_lock(three: list[Database]) -> None:
    term = Term()
    stops = [asyncio.Event() for _ in three]
    tasks = [
        asyncio.create_task(lead(one, term.works(str(n)), stops[n], try_every=0.05, look_every=0.05))
        for n, one in enumerate(three)
    ]
    async with asyncio.timeout(100):
        await until(lambda: _soon(len(term.begun) == 1))
        stops[int(term.begun[0])].set()
        await tasks[int(term.begun[0])]
        await until(lambda: _soon(len(term.begun) == 2))
        assert term.most == 1
        async with three[0].engine.connect() as connection:  # the server cuts the connection that holds the lock
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            )
        # Who lost it may take a look to notice; then one is at work again.
        await until(lambda: _soon(len(term.begun) >= 3 and len(term.at_work) == 1))
        for stop in stops:
            stop.set()
        await asyncio.gather(*tasks)
    assert term.most <= 2
    assert term.at_work == set()


@pytest.mark.parametrize("dialect", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_a_killed_leader_is_followed(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "turns"
    command = [sys.executable, "-m", "tests.bot.leading", database_url, str(path)]
    first, second = [await asyncio.create_subprocess_exec(*command) for _ in range(2)]

    async def leaders() -> list[int]:
        lines = path.read_text().splitlines() if path.exists() else []
        return list(dict.fromkeys(int(line.split()[0]) for line in lines if " " in line))

    try:
        async with asyncio.timeout(100):
            await until(leaders)
            (leader,) = await leaders()
            (first if first.pid == leader else second).kill()
            await until(lambda: _followed(leaders))
        assert await leaders() == [leader, second.pid if first.pid == leader else first.pid]
    finally:
        for one in (first, second):
            if one.returncode is None:
                one.kill()
            await one.wait()


async def _followed(leaders: Any) -> bool:
    return len(await leaders()) == 2
