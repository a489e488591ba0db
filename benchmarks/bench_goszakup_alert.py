"""From publication on Kazakhstan's portal to the alert in a chat, with 100,000 filters loaded: the distribution.

The portal lives at our speed in a process of its own; Baqylau watches, matches and delivers in this one, as it does on
one small machine, and Telegram is the sandbox's. One person follows everything, the others buyers who publish nothing
meanwhile. BAQYLAU_BENCH_SECONDS is how long it runs (120).
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import insert, select

from alerts.filters import Criteria
from alerts.subscriptions import Subscriptions
from alerts.tables import subscribers, subscriptions
from benchmarks import Result
from benchmarks.portal import Portal, portal
from bot.app import App, Role
from bot.config import Config
from bot.database_commands import upgrade
from bot.logs import set_up_logs
from bot.sandbox.server import Sandbox
from watchers.database import Database
from watchers.ocds import Release
from watchers.tables import snapshots, tenders

FILTERS, PER_PERSON = 100_000, 4
POLL_SECONDS = 5.0
SECONDS = float(os.environ.get("BAQYLAU_BENCH_SECONDS", "120"))
FORENOON = "2026-11-10T10:00:00+05:00"
PER_DAY = 20_000
"""Announcements on a working day: four times the country's, so that a minute shows a distribution."""
WARM = 45.0
"""Seconds until what was there before is read."""


async def load_filters(database: Database, now: datetime) -> None:
    """People with four filters each, none of which fits what is published here."""
    people = [
        {"id": number, "channel": "telegram", "address": str(10_000_000 + number), "language": "ru",
         "created_at": now, "changed_at": now}
        for number in range(1, FILTERS // PER_PERSON + 1)
    ]  # fmt: skip
    filters = []
    for number in range(FILTERS):
        wanted = Criteria(buyers=(f"KZ-BIN-99{number % 9000:010d}",), min_weight=number % 3)
        filters.append(
            {"subscriber_id": number // PER_PERSON + 1, "criteria": msgspec.to_builtins(wanted), "created_at": now,
             "changed_at": now}
        )  # fmt: skip
    async with database.write() as connection:
        await connection.execute(insert(subscribers), people)
        await connection.execute(insert(subscriptions), filters)


def config(server: Portal, sandbox: Sandbox, url: str) -> Config:
    source = {
        "kind": "goszakup",
        "base_url": server.url,
        "token": server.token,
        "poll_seconds": POLL_SECONDS,
        "overlap_seconds": 300,
    }
    telegram = {"token": sandbox.token, "api_base": sandbox.api_base, "chat_seconds": 0}
    whole = {"telegram": telegram, "database": {"url": url}, "sources": {"goszakup": source}}
    return Config.model_validate(whole | {"alerts": {"per_day": 0, "burst": 0}})  # one message a tender


async def measure(server: Portal, folder: Path) -> tuple[list[float], float, int]:
    """Seconds from publication to the chat for each alert, our share of a core, announcements published meanwhile."""
    url = f"sqlite+aiosqlite:///{folder / 'alerts.sqlite3'}"
    ahead = await _difference(server)

    def clock() -> datetime:
        return datetime.now(UTC) - ahead

    database = Database(url)
    await upgrade(database)
    await load_filters(database, clock())
    async with Sandbox() as sandbox:
        person = sandbox.people[0]
        person.started = True
        everything = await Subscriptions(database, clock).get_or_create("telegram", str(person.id), "ru")
        await Subscriptions(database, clock).add(everything.id, Criteria(min_weight=0))
        app = App(config(server, sandbox, url), roles=frozenset({Role.WATCH, Role.DELIVER}), clock=clock)
        stop = asyncio.Event()
        running = asyncio.create_task(app.run(stop))
        await asyncio.sleep(WARM)
        began, cpu, first = time.perf_counter(), time.process_time(), clock()
        await asyncio.sleep(SECONDS)
        last = clock() - timedelta(seconds=3 * POLL_SECONDS)
        share = (time.process_time() - cpu) / (time.perf_counter() - began)
        stop.set()
        await running
        told = {number: at for entry in sandbox.ledger.messages() for number, at in _about(entry)}
        announcements = await _announcements(database)
    await database.close()
    published = _between(await asyncio.to_thread(server.published), first, last)
    delays = [
        (told[tender] - ahead - published[number]).total_seconds()
        for tender, number in announcements.items()
        if tender in told and number in published
    ]
    return delays, share, len(published)


async def _difference(server: Portal) -> timedelta:
    """How far our clock is ahead of the portal's."""
    state = await asyncio.to_thread(server.get, "state")
    return datetime.now(UTC) - datetime.fromtimestamp(state["seconds"], UTC)


def _about(entry: object) -> list[tuple[int, datetime]]:
    rows = (getattr(entry, "markup", None) or {}).get("inline_keyboard", [])
    data = [button.get("callback_data", "") for row in rows for button in row]
    return [
        (int(one.removeprefix("why:").partition(":")[0]), getattr(entry, "at"))  # noqa: B009
        for one in data
        if one.startswith("why:")
    ]


async def _announcements(database: Database) -> dict[int, int]:
    """The portal's id of each tender stored."""
    query = select(tenders.c.id, snapshots.c.release).join_from(
        tenders, snapshots, tenders.c.snapshot_id == snapshots.c.id
    )
    found = {}
    async with database.read() as connection:
        for number, release in await connection.execute(query):
            tender = msgspec.json.decode(release, type=Release).tender
            if tender is not None and tender.key.isdigit():
                found[number] = int(tender.key)
    return found


def _between(published: dict[int, int], first: datetime, last: datetime) -> dict[int, datetime]:
    """When announcements were published, of those in a stretch of time."""
    moments = {number: datetime.fromtimestamp(at, UTC) for number, at in published.items()}
    return {number: at for number, at in moments.items() if first <= at <= last}


def run() -> list[Result]:
    set_up_logs("error")
    with tempfile.TemporaryDirectory() as folder, portal(now=FORENOON, days=1, per_day=PER_DAY, speed=1) as server:
        delays, share, published = asyncio.run(measure(server, Path(folder)))
    at: Callable[[float], float] = lambda part: sorted(delays)[round(part * (len(delays) - 1))]  # noqa: E731
    median = statistics.median(delays)
    return [
        Result(f"publication to alert, median of {len(delays)}", median, "s", POLL_SECONDS, "s, one poll",
               "under one poll + 5 s", median < POLL_SECONDS + 5),
        *(Result(f"  {part:.0%} of them within", at(part), "s") for part in (0.1, 0.25, 0.75, 0.9, 0.99)),
        Result("  the slowest", max(delays), "s"),
        Result("announcements published meanwhile", published, f"({len(delays)} told)", met=len(delays) >= published),
        Result("CPU meanwhile, Telegram's sandbox included", 100 * share, "% of a core"),
    ]  # fmt: skip
