"""`baqylau db copy`: everything from one database into another, to grow from an SQLite file to PostgreSQL.

Rows are copied in the order of their keys, a batch a transaction, and a row that is there already is left alone:
stopped and called again, the copy goes on. At the end every table is counted and summed up on both sides; one that
differs (it was written to meanwhile) is copied once more from the beginning.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import msgspec
from pydantic import SecretStr
from sqlalchemy import Table, delete, func, select, text, tuple_
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config_sections import database_url
from bot.database_commands import DatabaseError, revision, upgrade
from bot.migrations import every_table
from bot.progress import Progressing
from watchers.database import Database

__all__ = ["Copied", "copy_and_tell", "copy_database"]

_ROWS = 2000
_encode = msgspec.json.Encoder(order="sorted", decimal_format="number").encode


class Copied(msgspec.Struct, frozen=True):
    """What was done: rows in all, rows copied now, tables."""

    rows: int
    copied: int
    tables: int


async def copy_database(source: Database, target: Database, tell: Callable[[float], None]) -> Copied:
    """Copy all rows and prove it. `tell` gets the share done, 0 to 1.

    Raises DatabaseError: the source is not at this version's tables, the target belongs to another Baqylau, or the two
    still differ after a second copy (the source is being written to: stop the bot first).
    """
    try:
        return await _Copy(source, target, tell).run()
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise DatabaseError(f"db copy: stopped ({reason}); call it again to go on where it stopped") from error


class _Copy:
    def __init__(self, source: Database, target: Database, tell: Callable[[float], None]) -> None:
        self._source = source
        self._target = target
        self._tell = tell
        self._tables = [table for table in every_table().sorted_tables if table.name != "alembic_version"]
        self._rows = 0
        self._done = 0

    async def run(self) -> Copied:
        stands = await revision(self._source)
        if not stands.up_to_date:
            raise DatabaseError(
                f"db copy: the source is at revision {stands.current or 'none'}, {stands.needed} is needed: "
                "run baqylau db upgrade on it first"
            )
        await upgrade(self._target)
        await self._refuse_another()
        async with self._target.read() as theirs:
            before = sum([await _count(theirs, table) for table in self._tables])
        async with self._source.read() as reading:  # one consistent state for the whole copy
            counts = {table.name: await _count(reading, table) for table in self._tables}
            self._rows = sum(counts.values())
            for table in self._tables:
                await self._table(reading, table)
            await self._prove(reading)
        await self._set_sequences()
        self._tell(1.0)
        return Copied(self._rows, self._rows - before, len(self._tables))

    async def _refuse_another(self) -> None:
        """The target may hold a part of this source, nothing else: told by its first tender and subscriber."""
        for name in ("tenders", "subscribers", "snapshots"):
            table = next(one for one in self._tables if one.name == name)
            async with self._target.read() as theirs:
                first = (await theirs.execute(select(table).order_by(table.c.id).limit(1))).mappings().first()
            if first is None:
                continue
            async with self._source.read() as ours:
                same = await ours.execute(select(table).where(table.c.id == first["id"]))
                row = same.mappings().first()
            if row is None or _digest_of(dict(row)) != _digest_of(dict(first)):
                raise DatabaseError(
                    f"db copy: the target holds other {name} already: give it an empty database, nothing was changed"
                )

    async def _table(self, reading: AsyncConnection, table: Table) -> None:
        last = await self._last(table)
        skipped = 0
        if last is not None:
            before = select(func.count()).select_from(table).where(_key(table) <= last)
            skipped = int((await reading.execute(before)).scalar_one())
        self._done += skipped
        async for rows in _batches(reading, table, last):
            await self._put(table, rows)
            self._done += len(rows)
            self._tell(0.8 * self._done / max(self._rows, 1))

    async def _last(self, table: Table) -> Any:
        """The largest key the target has, to go on from; None to begin, also where keys are not one number."""
        keys = list(table.primary_key)
        if len(keys) != 1 or keys[0].name != "id":
            return None
        async with self._target.read() as connection:
            return (await connection.execute(select(func.max(keys[0])))).scalar_one()

    async def _put(self, table: Table, rows: list[dict[str, Any]]) -> None:
        async with self._target.write() as connection:
            await connection.execute(self._target.insert(table).on_conflict_do_nothing(), rows)

    async def _prove(self, reading: AsyncConnection) -> None:
        for place, table in enumerate(self._tables, 1):
            for last_try in (False, True):
                async with self._target.read() as theirs:
                    if await _sum(reading, table) == await _sum(theirs, table):
                        break
                if last_try:
                    raise DatabaseError(
                        f"db copy: {table.name} differs after it was copied twice: stop everything that uses either "
                        "database, then call it again"
                    )
                await self._again(reading, table)
            self._tell(0.8 + 0.2 * place / len(self._tables))

    async def _again(self, reading: AsyncConnection, table: Table) -> None:
        """Copy a table anew. What hangs on it is emptied first and copied anew after it."""
        below = [one for one in self._tables if one is table or _hangs_on(one, table)]
        async with self._target.write() as connection:
            for one in reversed(below):
                await connection.execute(delete(one))
        for one in below:
            async for rows in _batches(reading, one, None):
                await self._put(one, rows)

    async def _set_sequences(self) -> None:
        """New rows get numbers after the copied ones."""
        if self._target.dialect == "sqlite":
            return
        async with self._target.write() as connection:
            for table in self._tables:
                if "id" not in table.c or not await _has_sequence(connection, table):
                    continue
                largest = select(func.max(table.c.id))
                value = (await connection.execute(largest)).scalar_one()
                if value is not None:
                    set_it = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :value)")
                    await connection.execute(set_it, {"name": table.name, "value": value})


async def _has_sequence(connection: AsyncConnection, table: Table) -> bool:
    sequence = text("SELECT pg_get_serial_sequence(:name, 'id')")
    return (await connection.execute(sequence, {"name": table.name})).scalar_one() is not None


def _hangs_on(table: Table, other: Table) -> bool:
    targets = {key.column.table for key in table.foreign_keys}
    return other in targets or any(_hangs_on(one, other) for one in targets if one is not table)


def _key(table: Table) -> Any:
    keys = list(table.primary_key)
    return keys[0] if len(keys) == 1 else tuple_(*keys)


async def _count(connection: AsyncConnection, table: Table) -> int:
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def _batches(connection: AsyncConnection, table: Table, after: Any) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of a table in the order of their keys, from after a key."""
    keys = list(table.primary_key)
    while True:
        query = select(table).order_by(*keys).limit(_ROWS)
        if after is not None:
            query = query.where(_key(table) > after)
        rows = [dict(row) for row in (await connection.execute(query)).mappings()]
        if not rows:
            return
        yield rows
        last = tuple(rows[-1][key.name] for key in keys)
        after = last[0] if len(last) == 1 else last


async def _sum(connection: AsyncConnection, table: Table) -> tuple[int, int]:
    """How many rows there are, and the sum of their digests: equal sets of rows give equal sums in any order."""
    count, total = 0, 0
    async for rows in _batches(connection, table, None):
        count += len(rows)
        total = (total + sum(map(_digest_of, rows))) % 2**64
    return count, total


def _digest_of(row: dict[str, Any]) -> int:
    plain = {name: _plain(value) for name, value in row.items()}
    return int.from_bytes(hashlib.blake2b(_encode(plain), digest_size=8).digest(), "big")


def _plain(value: Any) -> Any:
    """The same text for a value from either database."""
    if isinstance(value, bytes):
        return hashlib.blake2b(value, digest_size=16).hexdigest()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, float):
        return format(Decimal(str(value)).normalize(), "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


async def copy_and_tell(source: str, target: str, stream: TextIO) -> str:
    """`baqylau db copy`: what was done, in one sentence. Raises DatabaseError for a URL that is none, too."""
    try:
        ours, theirs = (Database(database_url(SecretStr(url)).get_secret_value()) for url in (source, target))
    except ValueError as error:
        raise DatabaseError(f"db copy: {error}") from None
    file = make_url(ours.url).database if ours.dialect == "sqlite" else None
    if file and not await asyncio.to_thread(Path(file).is_file):
        raise DatabaseError(f"db copy: {file} is not there: name the file to copy")
    if ours.url == theirs.url:
        raise DatabaseError("db copy: source and target are the same: name two databases")
    try:
        with Progressing("db copy", 1.0, stream) as progress:
            copied = await copy_database(ours, theirs, progress.reach)
    finally:
        await ours.close()
        await theirs.close()
    return (
        f"database: {copied.rows:,} rows in {copied.tables} tables are there ({copied.copied:,} copied now); "
        "every table was counted and summed up on both sides"
    )
