"""A reply to a tap: server time with 100,000 subscribers, 1,000,000 lots and 100,000 buyers stored, on SQLite.

Updates go through the dispatcher as the inbox feeds them; Telegram answers at once, so that what is measured is ours.
A reply is slower than the floor, reading one row of the same database, by what it says and keeps.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from resource import getpagesize

from sqlalchemy import select

from benchmarks import Result
from benchmarks.phone import Phone, services_on
from benchmarks.stored import fill
from bot.chat import Services, build_dispatcher
from bot.database_commands import upgrade
from watchers.categories import everyday_categories
from watchers.database import Database
from watchers.places import regions
from watchers.tables import tenders

TALKS = 60
TARGET = 0.1
TYPED = ("отдел образования", "отдел образавания сары", "школа 12", "больнца", "управление жкх сары", "аппарат акима")


def run() -> list[Result]:
    """Fill a database, talk, tell how long each reply took."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(f"sqlite+aiosqlite:///{folder}/bench.sqlite3"))


async def _run(url: str) -> list[Result]:
    database = Database(url)
    await upgrade(database)
    await fill(database)
    services = services_on(database)
    before = _resident()
    started = time.perf_counter()
    while await services.recent.do_one():
        pass
    read = time.perf_counter() - started
    after = _resident()
    started = time.perf_counter()
    await services.names.do_one()
    named = time.perf_counter() - started
    times: dict[str, list[float]] = {"tap": [], "preview": [], "buyer": []}
    floor = await _floor(database)
    processor: list[float] = []
    async for kind, seconds, worked in _talks(services):
        times[kind].append(seconds)
        processor.append(worked)
    await database.close()
    every = [one for part in times.values() for one in part]
    return [
        _at95("a reply to a tap or a word, 95th percentile", every, floor, target=True),
        _at95("of those, a preview", times["preview"], floor, target=True),
        _at95("of those, a buyer by typed words", times["buyer"], floor, target=True),
        _at95("the processor's part of a reply, whatever else runs", processor, floor, target=False),
        Result("a reply, median", sorted(every)[len(every) // 2] * 1000, "ms", floor * 1000, "one row read"),
        Result("the slowest reply", max(every) * 1000, "ms"),
        Result("purchases of 7 days in memory", len(services.recent), "purchases"),
        Result("read at the start, beside the work", len(services.recent) / read, "purchases/s"),
        Result("memory they take", after - before, "MB"),
        Result("names of buyers read at the start", len(services.names) / named, "buyers/s"),
    ]


def _at95(name: str, times: Sequence[float], floor: float, *, target: bool) -> Result:
    value = sorted(times)[int(len(times) * 0.95)]
    return Result(
        name,
        value * 1000,
        "ms",
        floor * 1000,
        "one row read",
        target="< 100 ms" if target else "",
        met=value < TARGET if target else None,
    )


def _resident() -> float:
    """The memory of this process now, MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * getpagesize() / 2**20


async def _floor(database: Database) -> float:
    times = []
    for number in range(200):
        started = time.perf_counter()
        async with database.read() as connection:
            await connection.execute(select(tenders.c.title).where(tenders.c.id == number + 1))
        times.append(time.perf_counter() - started)
    return sorted(times)[100]


async def _talks(services: Services) -> AsyncIterator[tuple[str, float, float]]:
    """A first filter and a change of it, as people tap; each reply with its kind, its time, the processor's."""
    choice = random.Random(2)
    phone = Phone(build_dispatcher(services))
    for talk in range(TALKS):
        for kind, data in _steps(choice):
            yield kind, *await phone.do(7_000_000_000 + talk, data)


def _steps(choice: random.Random) -> Iterator[tuple[str, str]]:
    """What one person does: words begin with a space."""
    place = choice.choice(regions("KZ")).code
    kind = choice.choice(everyday_categories()).slug
    for data in (" /start", "language:ru", "scope:region", f"area:{place}:0"):
        yield "tap", data
    yield "preview", f"region:{place}"
    for data in ("edit:menu", "open:category:0", f"kind:{kind}"):
        yield "tap", data
    yield "preview", "edit:look"
    yield "preview", f"pick:min_weight:{choice.choice('10345')}"
    for data in ("edit:menu", "open:buyer:0"):
        yield "tap", data
    yield "buyer", f" {choice.choice(TYPED)}"
    yield "preview", "clear:region"
    yield "tap", "edit:save"
    yield "tap", " /filters"
