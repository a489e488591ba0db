"""All indicators of an announcement with its history at hand, on SQLite with a million stored lots.

The store is filled by SQL with invented rows (codes and buyers drawn unevenly, as real ones are), indexed afterwards.
BAQYLAU_BENCH_LOTS is how many lots (a million by default). Measured: one announcement alone, one of a batch as the
watcher reads them, the indicators without the fetch, and what keeping history costs of storing 5,000 releases.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psutil
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex

from benchmarks import Result
from bot.database_commands import upgrade
from watchers.database import Database
from watchers.history import History
from watchers.history.histories import Histories
from watchers.history.keeping import keep
from watchers.history.tables import history_bids, history_contracts, history_lots
from watchers.history.taking import rows_of
from watchers.indicators.base import Context, Stage
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.readers import decode_release
from watchers.rules import load_rules
from watchers.sources.base import Batch, Record
from watchers.store import Judged, Store

LOTS = int(os.environ.get("BAQYLAU_BENCH_LOTS", "1000000"))
CODES, BUYERS, SUPPLIERS = 9000, 25_000, 60_000
NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
ROUNDS, ALONE, BATCH, STORED = 12, 30, 200, 5000
TABLES = (history_lots, history_contracts, history_bids)

# One row a lot: `a`, `b`, `c` are drawn evenly, their squares and cubes make some codes and buyers frequent. Values are
# worked out from the number, so that a code always has one unit and a buyer one kind.
FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {lots}),
 u AS (SELECT i, abs(random() % 1000000) / 1e6 AS a, abs(random() % 1000000) / 1e6 AS b,
              abs(random() % 1000000) / 1e6 AS c FROM n),
 d AS (SELECT i, CAST(a * a * a * {codes} AS INT) AS code, CAST(b * b * {buyers} AS INT) AS buyer, c,
              {now} - CAST(c * 63000000 AS INT) AS at, 100000 + abs(random() % 900000000) AS amount FROM u)
INSERT INTO history_lots (ocid, position, tender_id, lot, customer, code, class_code, unit, quantity, amount, currency,
 unit_price, category, "group", region, place, competitive, buyer_kind, years, purchase_type, plan_root, published_at,
 closes_at, decided_at, outcome, bidders, rejected, winner, link)
SELECT 'ocds-kz0001-goszakup-' || (i / 2) || '-1', i % 2, CAST(i / 2 AS TEXT), CAST(i AS TEXT),
 printf('KZ-BIN-%012d', buyer), printf('%06d.000.%06d', 100000 + code * 97 % 800000, code),
 printf('%04d', (100000 + code * 97 % 800000) / 100), '796', 10, amount, 'KZT', amount / 1000.0, 'goods',
 CASE i % 4 WHEN 0 THEN 'tender' WHEN 1 THEN 'direct' ELSE 'price_quotation' END, 'KZ-' || (10 + buyer % 20),
 '611610000', i % 4 <> 1, CASE buyer % 5 WHEN 0 THEN 'school' WHEN 1 THEN 'hospital' WHEN 2 THEN 'akimat'
 WHEN 3 THEN 'education_office' ELSE '' END, '2026', 'first', CAST(90000000 + i AS TEXT), at, at + 345600, at + 700000,
 'awarded', 1 + i % 3, 0, printf('KZ-BIN-5%011d', i % {suppliers}),
 'https://portal.example/ru/announce/index/' || (i / 2) FROM d
"""
CONTRACTS = """
INSERT INTO history_contracts (ocid, position, tender_id, lot, customer, code, class_code, division_code, unit,
 quantity, amount, currency, unit_price, category, "group", region, place, competitive, contract, supplier, total,
 direct, signed_at, years, link)
SELECT ocid, position, tender_id, lot, customer, code, class_code, substr(code, 1, 2), unit, quantity, amount, currency,
 unit_price, category, "group", region, place, competitive, lot, winner, amount, NOT competitive, decided_at + 90000,
 years, link FROM history_lots WHERE CAST(lot AS INT) % 10 < 8
"""
BIDS = """
INSERT INTO history_bids (ocid, position, tender_id, lot, customer, code, class_code, currency, category, "group",
 region, competitive, bidder, decided_at, won, rejected)
SELECT ocid, position, tender_id, lot, customer, code, class_code, currency, category, "group", region, competitive,
 winner, decided_at, TRUE, FALSE FROM history_lots
"""
MONTH = "(CAST(strftime('%Y', {0}, 'unixepoch') AS INT) * 12 + CAST(strftime('%m', {0}, 'unixepoch') AS INT) - 1)"
BUYERS_SQL = f"""
INSERT INTO history_buyer_months SELECT customer, currency, buyer_kind, {MONTH.format("published_at")}, count(*),
 sum(amount), sum(CASE WHEN "group" = 'direct' THEN amount ELSE 0 END), sum(bidders), 0
 FROM history_lots GROUP BY 1, 2, 3, 4
"""
CLASSES_SQL = f"""
INSERT INTO history_class_months SELECT class_code, {MONTH.format("decided_at")}, count(*), sum(bidders)
 FROM history_lots WHERE competitive GROUP BY 1, 2
"""


def fill(path: Path) -> None:
    """The tables without their indexes, which are made at the end."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = [index for table in TABLES for index in sorted(table.indexes, key=lambda one: str(one.name))]
    for index in indexes:
        connection.execute(f"DROP INDEX {index.name}")
    values = {"lots": LOTS, "codes": CODES, "buyers": BUYERS, "suppliers": SUPPLIERS, "now": int(NOW.timestamp())}
    connection.execute("BEGIN")
    for statement in (FILL.format(**values), CONTRACTS, BIDS, BUYERS_SQL, CLASSES_SQL):
        connection.execute(statement)
    for index in indexes:
        connection.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def announcement(dice: random.Random, number: int) -> dict[str, Any]:
    """An announcement of one to four lots of a buyer the store knows, for codes it knows."""
    buyer = int(dice.random() ** 2 * BUYERS)
    who = {"id": f"KZ-BIN-{buyer:012d}", "name": f"КГУ «Общеобразовательная школа № {buyer}»",
           "identifier": {"scheme": "KZ-BIN", "id": f"{buyer:012d}"}}  # fmt: skip
    at = (NOW + timedelta(seconds=number)).isoformat()
    lots, items = [], []
    for place in range(dice.choice([1, 1, 2, 2, 3, 4])):
        code, amount = int(dice.random() ** 3 * CODES), dice.randrange(100_000, 9_000_000)
        key = f"n{number}-{place}"
        text = "Стол ученический одноместный, регулируемый по высоте, столешница из ламинированной плиты, цвет бук"
        lots.append({"id": key, "publicNumber": f"{number}{place}-ЗЦП1", "title": "Стол", "description_ru": text,
                     "status": "active", "value": {"amount": amount, "currency": "KZT"}, "customer": who,
                     "methodDetails": "Запрос ценовых предложений"})  # fmt: skip
        items.append({
            "id": key, "relatedLot": key, "description_ru": text, "quantity": 10,
            "classification": {"scheme": "ENSTRU", "id": f"{100000 + code * 97 % 800000:06d}.000.{code:06d}"},
            "unit": {"id": "796", "value": {"amount": amount / 10, "currency": "KZT"}},
            "deliveryAddress": {"region": "611610000", "regionCode": "KZ-61"},
            "planPoint": {"id": number, "rootId": f"{number}{place}", "year": 2026, "deliveryTerm": "20 дней"},
        })  # fmt: skip
    return {
        "ocid": f"ocds-kz0001-goszakup-n{number}-1", "date": at, "buyer": who, "parties": [who],
        "tender": {
            "id": f"n{number}", "title_ru": "Приобретение школьной мебели", "status": "active", "datePublished": at,
            "tenderPeriod": {"startDate": at, "endDate": (NOW + timedelta(days=4)).isoformat()},
            "value": {"amount": sum(lot["value"]["amount"] for lot in lots), "currency": "KZT"},
            "procurementMethod": "open", "procurementMethodDetails": "Запрос ценовых предложений",
            "procurementMethodRationale": "Первая закупка", "mainProcurementCategory": "goods", "lots": lots,
            "items": items, "procuringEntity": who, "budgetYears": [2026], "documentsListed": True,
            "documents": [{"id": "1", "documentType": "technicalSpecifications", "title": "techspec.pdf"}],
        },
    }  # fmt: skip


def releases(count: int, seed: int) -> list[Release]:
    dice = random.Random(seed)
    return [decode_release(json.dumps(announcement(dice, seed * 100_000 + number)).encode()) for number in range(count)]


async def _alone(histories: Histories, judge: Any) -> list[float]:
    """Milliseconds of the middle announcement of each round: others use this machine too, so the quietest one tells."""
    medians = []
    for round_ in range(ROUNDS):
        times = []
        for release in releases(ALONE, 20 + round_):
            started = time.perf_counter()
            (past,) = await histories.of([release])
            judge(release, past.history)
            times.append((time.perf_counter() - started) * 1000)
        medians.append(statistics.median(times))
    return sorted(medians)


async def _in_batches(histories: Histories, judge: Any) -> tuple[float, float]:
    """CPU milliseconds a release with the fetch, and without it."""
    whole, judging = [], []
    for seed in range(2, 5):
        batch = releases(BATCH, seed)
        started = time.process_time()
        past = await histories.of(batch)
        fetched = time.process_time()
        for release, one in zip(batch, past, strict=True):
            judge(release, one.history)
        done = time.process_time()
        whole.append((done - started) * 1000 / BATCH)
        judging.append((done - fetched) * 1000 / BATCH)
    return statistics.median(whole), statistics.median(judging)


async def _storing(database: Database) -> tuple[float, float]:
    """CPU seconds to store so many releases, and to keep their history a second time: old rows out, new ones in."""
    store, new = Store(database), releases(STORED, 9)
    rules = load_rules()
    taken = [rows_of(release, rules) for release in new]
    kept = 0.0
    started = time.process_time()
    for start in range(0, STORED, BATCH):
        part = [
            Judged(Record(one, msgspec.json.encode(one), "https://portal.example", ""), (), rows)
            for one, rows in zip(new[start : start + BATCH], taken[start : start + BATCH], strict=True)
        ]
        await store.save("bench", Batch([one.record for one in part], [], str(start)), part, cursor=str(start))
    stored = time.process_time() - started
    for start in range(0, STORED, BATCH):
        rows = {
            one.ocid: row for one, row in zip(new[start : start + BATCH], taken[start : start + BATCH], strict=True)
        }
        started = time.process_time()
        async with database.write() as connection:
            await keep(database, connection, rows, (), ())
        kept += time.process_time() - started
    return stored, kept


async def _measure(url: str) -> list[Result]:
    database, rules = Database(url), load_rules()
    indicators = [one for one in load_indicators() if one.stage is Stage.TENDER]

    def judge(release: Release, history: History | None) -> None:
        judge_release(release, Context(rules=rules, history=history), indicators)

    histories = Histories(database, rules)
    await histories.of(releases(1, 8))  # the bands of kinds of buyers are read once an hour
    before = psutil.Process().memory_info().rss
    alone = await _alone(histories, judge)
    whole, judging = await _in_batches(histories, judge)
    grown = (psutil.Process().memory_info().rss - before) / 1024 / 1024
    stored, kept = await _storing(database)
    await database.close()
    median = alone[0]
    return [
        Result(f"{len(indicators)} indicators, the middle announcement, with the fetch", median, "ms", judging,
               "without the fetch", target="< 3 ms", met=median < 3),
        Result("the same, the middle round", statistics.median(alone), "ms"),
        Result("the same, in batches of 200", whole, "ms of CPU", judging, "without the fetch"),
        Result("store 5,000 releases", stored, "s of CPU"),
        Result("replace the history of 5,000", kept, "s of CPU", stored, "storing them"),
        Result("memory that reading history adds", grown, "MB"),
    ]  # fmt: skip


async def _prepare(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()


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
    return [*results, Result(f"size with {LOTS:,} lots", size, "MB"), Result("filling", filling, "s")]
