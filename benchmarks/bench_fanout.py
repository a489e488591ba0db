"""One event to 100,000 matching people on SQLite: from the stored event to rows owed, and what a chat feels meanwhile.

A chat is somebody who, again and again, is looked up and keeps a filter of theirs: a read and a write in the same
process and the same database, as a button does.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

from alerts.matching import Matcher
from alerts.outbox import Outbox
from alerts.subscriptions import Subscriptions
from alerts.tables import subscribers, subscriptions
from benchmarks import Result
from bot.memory import settle
from watchers.database import Database, metadata
from watchers.intake import Judged
from watchers.ocds import Organization, Release, Tender, Value
from watchers.sources.base import Batch, Record
from watchers.store import Store

PEOPLE, ROUNDS, PART = 100_000, 3, 20_000
NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
MOST_SECONDS, MOST_REPLY = 3.0, 0.2


async def _people(database: Database) -> None:
    made = {"created_at": NOW - timedelta(days=1), "changed_at": NOW - timedelta(days=1)}
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
        for part in (range(start, start + PART) for start in range(1, PEOPLE + 1, PART)):
            people = {"channel": "telegram", "language": "ru", "state": "active"} | made
            await connection.execute(subscribers.insert(), [{"id": n, "address": str(n)} | people for n in part])
            rows = [{"id": n, "subscriber_id": n, "criteria": {"min_weight": 0}, "name": ""} | made for n in part]
            await connection.execute(subscriptions.insert(), rows)


async def _save(store: Store, number: int) -> None:
    release = Release(
        ocid=f"ocds-bench-{number}",
        date="2026-11-22T09:00:00Z",
        buyer=Organization(id="1", name="Отдел образования"),
        tender=Tender(title=f"Ремонт кровли школы № {number}", value=Value.of(Decimal(48_200_000), "KZT")),
    )
    raw = msgspec.json.encode(release)
    record = Record(release=release, raw=raw, url="https://portal.example/1", link="https://portal.example/1")
    await store.save("bench", Batch([record], [], cursor=str(number)), [Judged(record, ())], cursor=str(number))


async def _chat(subscriptions_: Subscriptions, felt: list[float]) -> None:
    for number in itertools.count():
        began = time.perf_counter()
        person = await subscriptions_.get_or_create("telegram", "1", "ru")
        [kept] = await subscriptions_.filters(person.id)
        await subscriptions_.rename(person.id, kept.id, f"name {number}")
        felt.append(time.perf_counter() - began)
        await asyncio.sleep(0.01)


async def _measure(folder: Path) -> tuple[list[float], list[float], list[float]]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'bench.sqlite3'}")
    await _people(database)
    store, kept = Store(database, lambda: NOW), Subscriptions(database, lambda: NOW)
    matcher = Matcher(store, kept, Outbox(database, lambda: NOW), lambda: NOW)
    await _save(store, 0)
    while await matcher.do_one():  # the index is read here, once in the life of a process
        pass
    settle()
    walls: list[float] = []
    spent: list[float] = []
    felt: list[float] = []
    for number in range(1, ROUNDS + 1):
        await _save(store, number)
        before = matcher.matched.alerts
        talking = asyncio.create_task(_chat(kept, felt))
        began, used = time.perf_counter(), time.process_time()
        while await matcher.do_one():
            pass
        walls.append(time.perf_counter() - began)
        spent.append(time.process_time() - used)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        assert matcher.matched.alerts - before == PEOPLE
    await database.close()
    return walls, spent, felt


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        walls, spent, felt = asyncio.run(_measure(Path(folder)))
    wall, reply = sorted(walls)[ROUNDS // 2], sorted(felt)
    worst, usual = reply[-1] * 1000, reply[int(0.95 * len(reply))] * 1000
    return [
        Result("one event to 100,000 people", wall, "s", target="under 3 s", met=wall < MOST_SECONDS),
        Result("CPU of that, chats included", sorted(spent)[ROUNDS // 2], "s"),
        Result("a chat meanwhile, slowest of all", worst, "ms", target="under 200", met=worst < MOST_REPLY * 1000),
        Result("a chat meanwhile, 95 of 100", usual, "ms"),
        Result("chats measured", len(felt), ""),
    ]
