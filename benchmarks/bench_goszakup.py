"""One day of Kazakhstan's portal, 5,000 announcements with their lots: CPU and memory to read, map, judge and store it.

Then the steady state: an hour of the forenoon, read every two minutes. The portal is in a process of its own; the pace
towards it is lifted, because waiting costs no CPU. Each part runs in a fresh process, so that its memory is its own.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from benchmarks import Result
from benchmarks.portal import Portal, portal
from bot.database_commands import upgrade
from bot.memory import settle
from watchers.database import Database
from watchers.history import History
from watchers.history.histories import Histories
from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.poll import Watcher
from watchers.rules import load_rules
from watchers.sources.base import open_source
from watchers.store import Store

BEGIN, END = "2026-11-09T00:00:00+05:00", "2026-11-10T00:00:00+05:00"
FORENOON = 10 * 3600
PER_DAY = int(os.environ.get("BAQYLAU_BENCH_PER_DAY", "5000"))
POLLS, POLL_SECONDS = 15, 120.0
MEGABYTE = 1024 * 1024


def watch(portal: Portal, folder: Path, now: Callable[[], datetime]) -> tuple[Watcher, Database]:
    """A watcher as `baqylau run` wires it."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'day.sqlite3'}")
    store, rules, indicators = Store(database, now), load_rules(), load_indicators()
    source = open_source(
        "goszakup",
        {"kind": "goszakup", "base_url": portal.url, "token": portal.token, "start": BEGIN,
         "requests_per_second": 100_000.0, "poll_seconds": POLL_SECONDS},
        now,
    )  # fmt: skip

    def judge(release: Release, history: History | None = None) -> list[Finding]:
        return judge_release(release, Context(rules=rules, history=history, seen_at=now()), indicators)

    return Watcher(source, store, judge, now, histories=Histories(database, rules)), database


async def read(url: str, folder: Path, *, polls: int) -> dict[str, Any]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    server = Portal(url)
    moment = server.get("state")["seconds"]
    watcher, database = watch(server, folder, lambda: datetime.fromtimestamp(moment, UTC))
    await upgrade(database)
    settle()
    began, wall = time.process_time(), time.perf_counter()
    while await watcher.do_one():
        pass
    whole = {"cpu": time.process_time() - began, "wall": time.perf_counter() - wall}
    whole["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE
    each = []
    server.advance(FORENOON)
    moment += FORENOON
    while await watcher.do_one():
        pass
    for _ in range(polls):
        server.advance(POLL_SECONDS)
        moment += round(POLL_SECONDS)
        began = time.process_time()
        while await watcher.do_one():
            pass
        each.append(time.process_time() - began)
    counts = await Store(database).counts()
    await watcher.source.close()
    await database.close()
    return whole | {"polls": each, "counts": counts, "requests": server.get("state")["requests"]}


def _in_a_process(queue: Any, url: str, folder: str, polls: int) -> None:
    queue.put(asyncio.run(read(url, Path(folder), polls=polls)))


def run() -> list[Result]:
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, portal(now=END, days=1, per_day=PER_DAY, speed=0) as server:
        state = server.get("state")
        queue = context.Queue()
        process = context.Process(target=_in_a_process, args=(queue, server.url, folder, POLLS))
        process.start()
        measured = queue.get()
        process.join()
    polls = sorted(measured["polls"])
    share = 100 * sum(polls) / len(polls) / POLL_SECONDS
    day = f"{state['TrdBuy']:,} announcements, {state['Lots']:,} lots, {state['Contract']:,} contracts"
    cpu, memory = measured["cpu"], measured["memory"]
    return [
        Result(f"a day: {day}", cpu, "s of CPU", target="under 60 s", met=cpu < 60),
        Result("a day, wall clock without pace", measured["wall"], "s"),
        Result("peak memory", memory, "MB", target="under 300 MB", met=memory < 300),
        Result("a reading every 2 minutes", share, "% of a core", target="under 2 %", met=share < 2),
        Result("the dearest of those readings", polls[-1], "s of CPU"),
        Result("stored", measured["counts"]["tenders"], f"purchases, {measured['counts']['flags']:,} flags"),
        Result("asked of the portal", measured["requests"], "requests"),
    ]
