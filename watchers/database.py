"""One database, SQLite or PostgreSQL: engine, transactions, column types, the shared table registry.

Time in every table is UTC. SQLite runs in WAL mode with one writer at a time (a lock in this process, `BEGIN IMMEDIATE`
against others), so that a writer never fails half-way for a lock it could have waited for. What is deleted or replaced
there is overwritten with zeroes (`secure_delete`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Numeric,
    Table,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["BigId", "Database", "Money", "UTCDateTime", "clean", "metadata"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit integer; INTEGER on SQLite, where only that is an automatic key."""


_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: zone-aware in Python, UTC in the database. A naive value is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps no zone, so it is dropped there."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone cannot be stored: {value!r}")
        try:
            utc = value.astimezone(UTC)
        except OverflowError:  # 0001-01-01T00:00+05:00 is before the calendar: held at its edge
            utc = _FIRST if value.year == 1 else _LAST
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Back to a UTC moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An exact amount to the hundredth: NUMERIC(20, 2), whole hundredths on SQLite (which has no exact fraction).

    What 64 bits cannot hold (10**16 and more, not a number) becomes NULL: no purchase costs that, and one absurd record
    must not stop the rest.
    """

    impl = Numeric(20, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type in this dialect."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(20, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """To hundredths, half to even."""
        if value is None or not value.is_finite() or abs(value) >= _LARGEST_AMOUNT:
            return None
        exact = value.quantize(Decimal("0.01"))
        return int(exact * 100) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Back to a Decimal with two places."""
        if value is None:
            return None
        return Decimal(value).scaleb(-2) if dialect.name == "sqlite" else Decimal(value)


_LARGEST_AMOUNT = Decimal(10) ** 16


def clean(words: str) -> str:
    """The text without what no database takes: NUL is dropped, a lone surrogate becomes a question mark."""
    if "\x00" in words:
        words = words.replace("\x00", "")
    return words if words.isascii() else words.encode("utf-8", "replace").decode("utf-8")


_encode_json = msgspec.json.Encoder(decimal_format="number").encode
_decode_json: Callable[[str | bytes], Any] = msgspec.json.Decoder(float_hook=Decimal).decode


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(part) for part in value]
    return None if isinstance(value, Decimal) and not value.is_finite() else value


def _to_json(value: Any) -> str:
    """Any struct, date or Decimal as JSON; what PostgreSQL refuses (NUL, lone surrogates, NaN) is taken out."""
    try:
        encoded = _encode_json(value)
    except UnicodeEncodeError:
        encoded = b"NaN"
    if b"\\u0000" in encoded or b"NaN" in encoded or b"Infinity" in encoded:
        plain = msgspec.to_builtins(value, builtin_types=(Decimal,), str_keys=True)
        encoded = _encode_json(_cleaned(plain))
    return encoded.decode()


def _insist(connection: Any, cursor: Any, pragma: str) -> None:
    """Run a pragma; while two processes switch a new file to WAL at once, SQLite says "locked" without waiting."""
    for left in reversed(range(100)):
        try:
            cursor.execute(pragma)
        except sqlite3.OperationalError as error:
            if not left or "locked" not in str(error):
                raise
            connection.run_async(lambda _: asyncio.sleep(0.05))
        else:
            return


_PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON")


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            _insist(connection, cursor, f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    @event.listens_for(engine.sync_engine, "invalidate")
    def on_invalidate(connection: Any, _record: Any, _error: BaseException | None) -> None:
        # A task cancelled in the middle of a statement has its connection closed. SQLite lets a closed connection live,
        # with the write lock, until its last statement is gone, and the statement hangs on the traceback of the
        # cancellation: without this, nobody writes until the garbage is collected.
        with contextlib.suppress(ValueError, sqlite3.Error, MissingGreenlet):
            connection.run_async(lambda driver: asyncio.shield(driver.rollback()))


class Database:
    """The engine and its transactions.

    `url` is an SQLAlchemy URL (`sqlite+aiosqlite:///var/baqylau.sqlite3`, `postgresql+asyncpg://...`). A folder that an
    SQLite file needs is made. Raises `sqlalchemy.exc.ArgumentError` for a URL that is not one.

    A JSON column takes whatever msgspec can encode (structs, dates, Decimals as numbers); numbers with a fraction come
    back as exact Decimals.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.url = url
        self.dialect = parsed.get_backend_name()
        self._writer = asyncio.Lock()
        if self.dialect == "sqlite":
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_async_engine(parsed, json_serializer=_to_json, json_deserializer=_decode_json)
            _prepare_sqlite(self.engine)
        else:
            self.engine = create_async_engine(
                parsed,
                json_serializer=_to_json,
                json_deserializer=_decode_json,
                pool_size=10,
                max_overflow=10,
                pool_pre_ping=True,
            )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state and changes nothing."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self, *, rebuilding: bool = False) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back by any exception in it.

        `rebuilding` is for migrations: SQLite alters a table by dropping and making it again, which foreign keys that
        are watched forbid; they are checked before the commit instead.
        """
        if self.dialect != "sqlite":
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._writer, self.engine.connect() as plain:
            connection = await plain.execution_options(writing=True)
            if not rebuilding:
                async with connection.begin():
                    yield connection
                return
            driver = (await plain.get_raw_connection()).driver_connection
            assert driver is not None  # noqa: S101 - a connection just opened has one
            await driver.execute("PRAGMA foreign_keys=OFF")  # has no effect once a transaction is open
            try:
                async with connection.begin():
                    yield connection
                    if broken := (await connection.exec_driver_sql("PRAGMA foreign_key_check")).mappings().first():
                        raise ValueError(
                            f"a row of {broken['table']} names a row of {broken['parent']} that is not there"
                        )
            finally:
                await driver.execute("PRAGMA foreign_keys=ON")

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT of this dialect, which has `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    async def reserve_ids(self, connection: AsyncConnection, table: Table, count: int) -> list[int]:
        """Keys for `count` rows about to be inserted in this transaction of `write()`.

        Rows that name each other can then be written by plain bulk INSERTs, without asking back for every key.
        """
        if not count:
            return []
        if self.dialect == "sqlite":  # one writer at a time: nobody can take them in between
            last = (await connection.execute(select(func.max(table.c.id)))).scalar_one() or 0
            return list(range(last + 1, last + 1 + count))
        sequence = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return list((await connection.execute(sequence, {"name": table.name, "count": count})).scalars())

    def among(self, column: ColumnElement[int], keys: Collection[int]) -> ColumnElement[bool]:
        """`column IN keys`; on SQLite with one parameter, so that the statement is prepared once for any number."""
        if self.dialect != "sqlite":
            return column.in_(keys)
        values = func.json_each(json.dumps(list(keys))).table_valued("value")
        return column.in_(select(values.c.value))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
