"""The engine: moments, transactions, one writer at a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from watchers.database import Database
from watchers.store import cursors

NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


def row(source: str, **values: object) -> dict[str, object]:
    return {"source": source, "cursor": "", "moved_at": NOW, "polled_at": NOW} | values


async def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    almaty = datetime(2026, 11, 22, 14, 5, tzinfo=timezone(timedelta(hours=5)))
    async with database.write() as connection:
        await connection.execute(cursors.insert(), [row("a", moved_at=almaty)])
    async with database.read() as connection:
        stored = (await connection.execute(select(cursors.c.moved_at))).scalar_one()
    assert stored == almaty
    assert stored.utcoffset() == timedelta(0)


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        async with database.write() as connection:
            await connection.execute(cursors.insert(), [row("a", moved_at=datetime(2026, 1, 1))])  # noqa: DTZ001


async def test_an_exception_rolls_the_whole_transaction_back(database: Database) -> None:
    async def fail_half_way() -> None:
        async with database.write() as connection:
            await connection.execute(cursors.insert(), [row("a")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_half_way()
    async with database.read() as connection:
        assert (await connection.execute(select(cursors.c.source))).all() == []


async def test_many_writers_at_once_all_succeed(database: Database) -> None:
    other = Database(database.url)  # a second process, as far as the database knows

    async def write(number: int) -> None:
        async with (database if number % 2 else other).write() as connection:
            await connection.execute(cursors.insert(), [row(f"s{number}")])
            await asyncio.sleep(0.001)

    await asyncio.gather(*(write(number) for number in range(40)))
    await other.close()
    async with database.read() as connection:
        assert len((await connection.execute(select(cursors.c.source))).all()) == 40


_LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT count(*) FROM n"


async def test_a_write_cancelled_in_the_middle_of_a_statement_does_not_keep_others_from_writing(
    database: Database,
) -> None:
    async def writing() -> None:
        async with database.write() as connection:
            await connection.execute(text(_LONG))
            while True:
                await connection.execute(text(_LONG))

    kept: list[BaseException] = []  # a traceback that somebody holds keeps the statement alive
    for _ in range(5):
        task = asyncio.create_task(writing())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        kept.append(caught.value)
        async with asyncio.timeout(10), database.write() as connection:
            await connection.execute(text("SELECT 1"))
