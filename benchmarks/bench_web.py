"""The evidence page over real HTTP, with a million lots stored (SQLite): two a tender, half of the tenders flagged.

Others use this machine too, so the quietest round tells. Every request asks for another tender, drawn at random, so
that no page is a copy of one before. The floor is a page of the same server that needs no database.
BAQYLAU_BENCH_LOTS is how many lots (a million by default).
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import aiohttp
import msgspec

from alerts.public_pages import PublicPages
from benchmarks import Result
from benchmarks.bench_indicators import LOTS, NOW, _prepare, announcement
from bot.web import WebServer, assets
from bot.web.evidence import Evidence
from bot.web.indicator_page import IndicatorPage
from bot.web.listing import Listing
from bot.web.site import Site
from watchers.database import Database
from watchers.indicators.base import Family, Finding, Norm, Status, Subject, Tier
from watchers.rules import load_rules
from watchers.store import Store

ASKED, ROUNDS, WARM, TOGETHER = 200, 9, 20, 8
TENDERS = max(LOTS // 2, 1)
PARTS = 100


def finding(code: str, status: Status, **changed: object) -> bytes:
    values: dict[str, object] = {
        "ocid": "ocds-bench", "indicator": code, "version": 1, "status": status,
        "subject": Subject("process", "ocds-bench"), "tier": Tier.A, "weight": 4, "family": Family.TERMS,
    }  # fmt: skip
    return msgspec.json.encode(Finding(**values | changed))  # type: ignore[arg-type]


NUMBERS = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
AT = f"strftime('%Y-%m-%d %H:%M:%f000', {int(NOW.timestamp())} - i * 60, 'unixepoch')"
BUYER, REGION = "printf('%012d', i * 7919 % 25000)", "'KZ-' || (10 + i % 20)"
RELEASE = f"replace(replace(:release, :buyer, {BUYER}), :region, {REGION})"  # what the columns of its tender say
ROWS = (
    f"""INSERT INTO tenders (id, source, rank, ocid, scope, snapshot_id, title, buyer_id, buyer_name, region, amount,
    currency, published_at, closes_at, weight, seen_at, changed_at)
    SELECT i, 'bench', 0, 'ocds-bench-' || i, '', i, 'Приобретение школьной мебели',
    'KZ-BIN-' || {BUYER}, 'Школа № ' || (i * 7919 % 25000), {REGION}, i * 100000,
    'KZT', {AT}, {AT}, (i % 2) * 4, {AT}, {AT} FROM n""",
    f"""INSERT INTO snapshots (id, tender_id, sequence, source, sha256, release, raw_id, link, seen_at, checks_made,
    checks_possible)
    SELECT i, i, 1, 'bench', printf('%064d', i), CAST({RELEASE} AS BLOB), 1, 'https://portal.example/' || i, {AT}, 20,
    22 FROM n""",
    """INSERT INTO findings (snapshot_id, indicator, version, status, tier, weight, finding)
    SELECT i, 'R003', 1, 'fired', 'A', 4, :short FROM n WHERE i % 2""",
    """INSERT INTO findings (snapshot_id, indicator, version, status, tier, weight, finding)
    SELECT i, 'R005', 1, 'not_computable', 'A', 4, :missing FROM n""",
    f"""INSERT INTO events (tender_id, snapshot_id, kind, detail, happened_at, matched_at)
    SELECT i, i, 'published', '{{}}', {AT}, {AT} FROM n""",
)
BUYERS = """INSERT INTO buyers SELECT buyer_id, buyer_name, lower(buyer_id || char(10) || buyer_name), max(seen_at)
FROM tenders GROUP BY buyer_id"""
RAW = (
    "INSERT INTO raw_answers VALUES (1, 'bench', 'https://portal.example', '2026-11-20 05:00:00.000000', '0', x'789c')"
)


def fill(path: Path) -> None:
    """Tenders, snapshots, findings, events: rows of the shape that the store writes, made by SQL."""
    facts = {"group": "price_quotation", "calendar_confirmed": True, "hard": False, "repeat": False}
    norm = Norm("rules-687", "411", date(2026, 2, 22))
    short = finding("R003", Status.FIRED, value=1, threshold=2, unit="working_days", norm=norm, facts=facts)
    missing = finding("R005", Status.NOT_COMPUTABLE, reason="tender.documents is missing")
    told = announcement(random.Random(1), 1)
    values = {
        "release": json.dumps(told, ensure_ascii=False), "buyer": told["buyer"]["identifier"]["id"], "region": "KZ-61",
        "short": short.decode(), "missing": missing.decode(),
    }  # fmt: skip
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    database.execute(RAW)
    step = max(TENDERS // PARTS, 1)
    for first in range(1, TENDERS + 1, step):
        stretch = {"first": first, "last": min(first + step - 1, TENDERS)}
        for rows in ROWS:
            database.execute(NUMBERS + rows, values | stretch)
        database.commit()
    database.execute(BUYERS)
    database.execute("ANALYZE")
    database.commit()
    database.close()


async def _timed(session: aiohttp.ClientSession, paths: Iterable[str]) -> list[float]:
    """Milliseconds of each request, sorted."""
    times = []
    for path in paths:
        started = time.perf_counter()
        async with session.get(path) as answer:
            body = await answer.read()
            assert answer.status == 200, (path, answer.status, body[:200])
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)


def _share(times: list[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]


async def _measure(url: str) -> list[Result]:
    database, rules = Database(url), load_rules()
    store, dice = Store(database), random.Random(7)
    site = Site(public=PublicPages("https://baqylau.example"), clock=lambda: NOW)
    routes = [
        *assets.routes(), *Evidence(site, store, rules).routes(), *Listing(site, store, rules).routes(),
        *IndicatorPage(site).routes(),
    ]  # fmt: skip
    server, stop = WebServer("127.0.0.1", 0, routes, [site.mishaps]), asyncio.Event()
    running = asyncio.create_task(server.run(stop))
    await server.started.wait()

    def tenders(count: int) -> list[str]:
        return [f"/{dice.choice(('kk', 'ru', 'en'))}/t/{dice.randrange(TENDERS) + 1}" for _ in range(count)]

    def some_buyers(count: int) -> list[str]:
        return [f"/en/b/KZ-BIN-{(dice.randrange(TENDERS) + 1) * 7919 % 25_000:012d}" for _ in range(count)]

    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        await _timed(session, [*tenders(WARM), "/en/i/R003", "/kk/i/R003", "/ru/i/R003"])
        floor = await _timed(session, ["/en/i/R003"] * ASKED)
        cpu = time.process_time()
        rounds = sorted(
            [await _timed(session, tenders(ASKED)) for _ in range(ROUNDS)], key=lambda one: _share(one, 0.95)
        )
        cpu = (time.process_time() - cpu) * 1000 / (ASKED * ROUNDS)
        page, middle = rounds[0], rounds[ROUNDS // 2]
        version = await _timed(session, [f"{path}/1" for path in tenders(ASKED // 4)])
        started = time.perf_counter()
        await asyncio.gather(*(_timed(session, tenders(50)) for _ in range(TOGETHER)))
        rate = 50 * TOGETHER / (time.perf_counter() - started)
        everyday = ["/en/", "/ru/?min_weight=1", "/kk/?region=KZ-15"]
        await _timed(session, [*everyday, "/en/feed.atom?region=KZ-15", *some_buyers(3)])  # templates, names of places
        index = await _timed(session, everyday * 20)
        rare = await _timed(session, ["/en/?words=nothing", "/en/?min_amount=9000000+m&min_weight=0"] * 4)
        buyers = await _timed(session, some_buyers(60))
        feed = await _timed(session, ["/en/feed.atom?region=KZ-15"] * 5)
    stop.set()
    await running
    await database.close()
    p95 = _share(page, 0.95)
    return [
        Result("evidence page, 95th percentile", p95, "ms", _share(floor, 0.95), "a page without the database",
               target="< 50 ms", met=p95 < 50),
        Result("the same, the middle page", statistics.median(page), "ms", statistics.median(floor), "the same"),
        Result("the same, the middle round", _share(middle, 0.95), "ms"),
        Result("the same, with its asker", cpu, "ms of CPU"),
        Result("one version, 95th percentile", _share(version, 0.95), "ms"),
        Result(f"evidence pages a second, {TOGETHER} readers at once", rate, "pages"),
        Result("index by an everyday filter, 95th percentile", _share(index, 0.95), "ms", statistics.median(index),
               "the middle one"),
        Result("index by a filter that nothing meets, the slowest", rare[-1], "ms"),
        Result("page of a buyer not asked for before, 95th percentile", _share(buyers, 0.95), "ms",
               statistics.median(buyers), "the middle one"),
        Result("feed, the slowest", feed[-1], "ms"),
    ]  # fmt: skip


def run() -> list[Result]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.sqlite3")
        url = f"sqlite+aiosqlite:///{path}"
        asyncio.run(_prepare(url))
        started = time.perf_counter()
        fill(path)
        filling = time.perf_counter() - started
        size = path.stat().st_size / 1024 / 1024
        results = asyncio.run(_measure(url))
    stored = f"{TENDERS:,} tenders of two lots, stored"
    return [*results, Result(stored, size, "MB"), Result("filling", filling, "s")]
