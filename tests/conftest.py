"""Shared by every test: a migrated database of each kind, a clock that only moves when told."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import ssl
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot.database_commands import upgrade
from bot.lean import lean_imports
from bot.memory import settle
from watchers.database import Database

with lean_imports():  # as a process does; seconds less for each process of the tests
    from aiogram.client.session import aiohttp as session_of_aiogram

# Each of a thousand sessions would read all the certificates of the world, to be used for none.
setattr(session_of_aiogram, "ssl", SimpleNamespace(create_default_context=cache(ssl.create_default_context)))  # noqa: B010

# The same examples everywhere, and no example fails for the time it took: CI and a busy machine see what all see.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

POSTGRES = os.environ.get("BAQYLAU_TEST_POSTGRES", "127.0.0.1:5432")
if "@" not in POSTGRES:
    POSTGRES = f"postgres@{POSTGRES}"


class Clock:
    """Says the same moment (UTC) until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """Move on by so many `days`, `hours`, `minutes`, `seconds`; returns the new moment."""
        self.now += timedelta(**by)
        return self.now


def pytest_collection_finish() -> None:
    """Ten thousand tests are not garbage: looking again and again whether they are took a ninth of a run."""
    settle()


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A test that sets up the logs of a process leaves nothing of it (a stream that is closed, say) to the next."""
    root = logging.getLogger()
    configured, handlers, level = structlog.get_config(), root.handlers[:], root.level
    yield
    structlog.configure(**configured)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 22, 9, 5, tzinfo=UTC))


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end on a thread with its own loop: a session's fixture may not use a test's loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def _command(*statements: str) -> None:
    connection = await asyncpg.connect(f"postgresql://{POSTGRES}/postgres", timeout=60)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _postgres_url(name: str) -> str:
    return f"postgresql+asyncpg://{POSTGRES}/{name}"


async def _make_tables(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _apart(_make_tables(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The server's address; without one the test is skipped, but fails where CI is set: nothing is left out there."""
    try:
        _apart(_command("SELECT 1"))
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        sentence = f"PostgreSQL at {POSTGRES} does not answer ({error!r}): start one or set BAQYLAU_TEST_POSTGRES"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return POSTGRES


class _Postgres:
    """Migrated databases of this process, used again: to make and drop one for each test costs a second, to empty one
    a hundredth.
    """

    def __init__(self) -> None:
        self._template = f"baqylau_test_{uuid.uuid4().hex}"
        self._free: list[str] = []
        self._made = [self._template]
        self._shape: list[Any] = []
        self._revision: Any = None

    def start(self) -> None:
        _apart(_command(f"CREATE DATABASE {self._template}"))
        _apart(_make_tables(_postgres_url(self._template)))
        _apart(self._remember())

    async def _remember(self) -> None:
        connection = await asyncpg.connect(f"postgresql://{POSTGRES}/{self._template}", timeout=60)
        try:
            self._shape, self._revision = await _shape(connection), await _revision(connection)
        finally:
            await connection.close()

    async def take(self) -> str:
        if self._free:
            return self._free.pop()
        name = f"baqylau_test_{uuid.uuid4().hex}"
        await _command(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        self._made.append(name)
        return name

    async def give_back(self, name: str) -> None:
        """Empty it; one whose tables a test changed is not used again."""
        connection = await asyncpg.connect(f"postgresql://{POSTGRES}/{name}", timeout=60)
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if await _shape(connection) != self._shape or await _revision(connection) != self._revision:
                return
            await connection.execute("SET session_replication_role = replica")  # some tables are only added to
            tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
            ask = " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM \"{one}\")" for one in tables)
            filled = ", ".join(f'"{row[0]}"' for row in await connection.fetch(ask))
            if filled:
                await connection.execute(f"TRUNCATE {filled} CASCADE")
            used = await connection.fetch("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")
            for row in used:
                await connection.execute(f'ALTER SEQUENCE "{row[0]}" RESTART')
        finally:
            await connection.close()
        self._free.append(name)

    def end(self) -> None:
        _apart(_command(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in self._made)))


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


async def _revision(connection: Any) -> Any:
    return await connection.fetch("SELECT version_num FROM alembic_version")


async def _shape(connection: Any) -> list[Any]:
    """What a migrated database is made of: tables, columns, indexes, triggers."""
    return [
        await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"),
        await connection.fetch(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
            "WHERE table_schema = 'public' ORDER BY 1, 2"
        ),
        await connection.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"),
        await connection.fetch("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"),
    ]


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_server: str) -> Iterator[_Postgres]:
    several = _Postgres()
    try:
        several.start()
        yield several
    finally:
        several.end()


DIALECTS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgres`: a test that asks for a database runs once on each."""
    return str(request.param)


@pytest.fixture
async def empty_database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database without a table, thrown away after the test."""
    if dialect == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/empty.sqlite3"
        return
    request.getfixturevalue("postgres_server")
    name = f"baqylau_test_{uuid.uuid4().hex}"
    await _command(f"CREATE DATABASE {name}")
    yield _postgres_url(name)
    await _command(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a migrated, empty database of this test alone (for tests that open it several times)."""
    if dialect == "sqlite":
        path = tmp_path / "baqylau.sqlite3"
        shutil.copy(request.getfixturevalue("_migrated_file"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    several = request.getfixturevalue("_migrated_postgres")
    name = await several.take()
    yield _postgres_url(name)
    await several.give_back(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database of this test alone: SQLite in a file, then PostgreSQL."""
    database = Database(database_url)
    yield database
    await database.close()
