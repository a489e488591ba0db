"""The outbox on SQLite: rows owed, claimed and finished a second; the floor is raw sqlite3 with the same table."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.outbox import Debt, Outbox, State
from alerts.outbox import Result as Answer
from alerts.tables import subscribers
from benchmarks import Result
from watchers.database import Database, metadata
from watchers.tables import snapshots, tenders

ROWS, PEOPLE, BATCH, ROUNDS = 60_000, 20_000, 1000, 3
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
COLUMNS = "subscriber_id, tender_id, snapshot_id, event, matched, priority, tender_time, state, due_at, created_at"


async def _prepare(database: Database) -> None:
    seen, made = {"seen_at": NOW}, {"created_at": NOW, "changed_at": NOW}
    people = [
        {
            "id": n + 1,
            "channel": "telegram",
            "address": str(n),
            "language": "ru",
            "state": "active",
        }
        | made
        for n in range(PEOPLE)
    ]
    count = range(1, ROWS // PEOPLE + 1)
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(subscribers.insert(), people)
        rows = [{"id": n, "source": "x", "ocid": str(n), "snapshot_id": n, "changed_at": NOW} | seen for n in count]
        await connection.execute(tenders.insert(), rows)
        rows = [{"id": n, "tender_id": n, "sequence": 1, "sha256": "", "release": b"{}"} | seen for n in count]
        await connection.execute(snapshots.insert(), rows)


def _raw(path: Path) -> float:
    """Rows a second by `executemany` into the same table, the same indexes, the same pragmas."""
    moment = "2026-11-22 09:00:00.000000"
    rows = [
        (n % PEOPLE + 1, n // PEOPLE + 1, n // PEOPLE + 1, "published", f"[{n}]", 30, moment, "due", moment, moment)
        for n in range(ROWS)
    ]
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    started = time.perf_counter()
    for start in range(0, ROWS, BATCH):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO outbox ({COLUMNS}) VALUES ({'?,' * 9}?)", rows[start : start + BATCH])
        connection.execute("COMMIT")
    rate = ROWS / (time.perf_counter() - started)
    connection.close()
    return rate


async def _owe(database: Database, outbox: Outbox) -> float:
    debts = [
        Debt(
            n % PEOPLE + 1,
            n // PEOPLE + 1,
            n // PEOPLE + 1,
            "published",
            (n,),
            30,
            NOW + timedelta(seconds=n // PEOPLE),
        )
        for n in range(ROWS)
    ]
    started = time.perf_counter()
    for start in range(0, ROWS, BATCH):
        async with database.write() as connection:
            await outbox.owe(connection, debts[start : start + BATCH])
    return ROWS / (time.perf_counter() - started)


async def _claim(outbox: Outbox, batch: int, rows: int) -> float:
    started, done = time.perf_counter(), 0
    while done < rows:
        claimed = await outbox.claim(batch)
        done += len(claimed)
        await outbox.finish([Answer(owed, State.SENT, str(owed.id)) for owed in claimed])
    return done / (time.perf_counter() - started)


async def _round(folder: Path) -> tuple[float, float, float, float]:
    databases = [Database(f"sqlite+aiosqlite:///{folder / name}") for name in ("ours.sqlite3", "raw.sqlite3")]
    for database in databases:
        await _prepare(database)
    await databases[1].close()
    raw = _raw(folder / "raw.sqlite3")
    outbox = Outbox(databases[0], lambda: NOW)
    owed = await _owe(databases[0], outbox)
    outbox = Outbox(databases[0], lambda: NOW + timedelta(hours=1))
    small, large = await _claim(outbox, 100, 15_000), await _claim(outbox, 1000, 30_000)
    await databases[0].close()
    return raw, owed, small, large


def run() -> list[Result]:
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(asyncio.run(_round(Path(folder))))
    raw, owed, small, large = (sorted(column)[ROUNDS // 2] for column in zip(*rounds, strict=True))
    ratio = sorted(one[1] / one[0] for one in rounds)[ROUNDS // 2]
    return [
        Result("owe, 1000 a transaction", owed, "rows/s", raw, "raw sqlite3", ">= 0.5 of raw", ratio >= 0.5),
        Result("claim + done, 100 at once", small, "rows/s"),
        Result("claim + done, 1000 at once", large, "rows/s", target=">= 15,000", met=large >= 15_000),
    ]
