"""The state of the database's tables, and what `baqylau db upgrade` and `baqylau db backup` do.

Alembic is imported when tables have to be made or changed: every other start does without it, sooner and 8 MB lighter.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import msgspec
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.migrations import configuration, newest
from watchers.database import Database

__all__ = ["DatabaseError", "Revision", "back_up", "revision", "upgrade"]

_UPGRADE_TRIES = 4
_UPGRADE_LOCK = 7_013_220_501
"""PostgreSQL advisory lock: two processes that start at once migrate one after the other."""


class DatabaseError(Exception):
    """The database cannot be used or copied as asked; the text says what to do."""


class Revision(msgspec.Struct, frozen=True):
    """The revision the tables are at ('' if there are none) and the one this version of Baqylau needs."""

    current: str
    needed: str

    @property
    def up_to_date(self) -> bool:
        """Whether the tables are the ones this version needs."""
        return self.current == self.needed


def _revision(connection: Connection) -> Revision:
    if not inspect(connection).has_table("alembic_version"):
        return Revision("", newest())
    return Revision(connection.scalar(text("SELECT version_num FROM alembic_version")) or "", newest())


async def revision(database: Database) -> Revision:
    """Where the tables stand; nothing is changed."""
    async with database.read() as connection:
        return await connection.run_sync(_revision)


def _upgrade(connection: Connection) -> Revision:
    before = _revision(connection)
    if before.up_to_date:
        return before
    from alembic import command  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if before.current and before.current not in known:
        raise DatabaseError(
            f"database: its tables are at revision {before.current}, which this version does not know "
            f"(it knows up to {before.needed}): install the newer Baqylau that made them, or restore a backup"
        )
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before


async def _upgrade_once(database: Database) -> Revision:
    async with database.write(rebuilding=True) as connection:
        if database.dialect == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        return await connection.run_sync(_upgrade)


async def upgrade(database: Database) -> Revision:
    """Bring the tables to the newest revision, in one transaction; returns where they stood before.

    Raises DatabaseError: not reachable, or made by a newer version.
    """
    try:
        for _ in range(_UPGRADE_TRIES):
            try:
                return await _upgrade_once(database)
            except OperationalError as error:  # another process is at it, for longer than SQLite waits for a lock
                if database.dialect != "sqlite" or "locked" not in str(error):
                    raise
        return await _upgrade_once(database)
    except (SQLAlchemyError, OSError, ValueError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise DatabaseError(f"database: its tables could not be upgraded ({reason}): check database.url") from error


async def back_up(database: Database, target: Path) -> int:
    """Copy an SQLite database, while it is in use, into a new file; returns its size in bytes.

    The copy holds one consistent state and is checked. Raises DatabaseError: the file exists, the folder does not, the
    database is PostgreSQL (which has pg_dump), or the disk is full; a half-made copy is removed.
    """
    if database.dialect != "sqlite":
        url = make_url(database.url)
        raise DatabaseError(
            f"db backup: {url.database} is on PostgreSQL, which makes its own backups: "
            f"run pg_dump --format=custom --file={target} --dbname={url.database}"
        )
    return await asyncio.to_thread(_back_up, Path(make_url(database.url).database or ""), target)


def _back_up(source: Path, target: Path) -> int:
    if not source.is_file():
        raise DatabaseError(f"db backup: {source} is not there: check database.url")
    try:
        target.open("xb").close()  # refuses what exists, whoever made it a moment ago
    except FileExistsError:
        raise DatabaseError(f"db backup: {target} exists and is not overwritten: name another file") from None
    except OSError as error:
        raise DatabaseError(f"db backup: {target} cannot be written ({error.strerror}): name another folder") from None
    try:
        _copy(source, target)
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise DatabaseError(f"db backup: {source} was not copied ({error}): free disk space, try again") from error
        raise
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    """SQLite's own online backup: readers and writers go on meanwhile."""
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing, pages=4096)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        damage = writing.execute("PRAGMA quick_check").fetchone()[0]
        if damage != "ok":
            raise sqlite3.DatabaseError(damage)
    finally:
        reading.close()
        writing.close()


async def upgrade_and_tell(url: str) -> str:
    """`baqylau db upgrade`: what was done, in one sentence. Raises DatabaseError."""
    database = Database(url)
    try:
        before = await upgrade(database)
    finally:
        await database.close()
    if before.up_to_date:
        return f"database: its tables are up to date ({before.needed})"
    return f"database: its tables were brought from {before.current or 'nothing'} to {before.needed}"


async def back_up_and_tell(url: str, target: Path) -> str:
    """`baqylau db backup`: what was done, in one sentence. Raises DatabaseError."""
    database = Database(url)
    try:
        size = await back_up(database, target)
    finally:
        await database.close()
    return f"database: copied to {target} ({size:,} bytes), and the copy was checked"
