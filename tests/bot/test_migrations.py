"""Migrations: the tables they make are the tables the code declares, on both databases."""

from __future__ import annotations

import ast
import asyncio
import importlib
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Text, inspect, select, text

import alerts
import bot
import watchers
from bot.database_commands import DatabaseError, back_up, revision, upgrade
from bot.migrations import configuration, every_table
from watchers.database import Database
from watchers.store import cursors, snapshots, tenders


def files(folder: Path, prefix: str) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.glob(f"{prefix}*")}


def differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": connection.dialect.name != "sqlite"}
    return compare_metadata(MigrationContext.configure(connection, opts=options), every_table())


async def test_migrations_make_the_tables_the_code_declares(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    before = await upgrade(database)
    async with database.write() as connection:
        found = await connection.run_sync(differences)
    after = await revision(database)
    await database.close()
    assert found == []
    assert (before.current, before.up_to_date, after.up_to_date) == ("", False, True)


async def test_a_table_the_migrations_do_not_make_is_seen(empty_database_url: str) -> None:
    """The comparison above can fail: a column taken away is a difference."""
    database = Database(empty_database_url)
    await upgrade(database)
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE tenders DROP COLUMN weight"))
        found = await connection.run_sync(differences)
    await database.close()
    assert [(change[0], change[3].name) for change in found] == [("add_column", "weight")]


def test_every_module_that_declares_a_table_is_migrated() -> None:
    ask = "from bot.migrations import every_table; print(*every_table().tables)"
    # In a process of its own: here other tests have imported every module already.
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    declared = set(said.stdout.split())
    found: set[str] = set()
    for package in (watchers, alerts, bot):
        root = Path(package.__path__[0])
        for module in (path.read_text(encoding="utf-8") for path in root.rglob("*.py")):
            for node in ast.walk(ast.parse(module if "Table(" in module else "")):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Table":
                    name = node.args[0]
                    found |= {str(name.value)} if isinstance(name, ast.Constant) else set()
    assert found
    assert found == declared


async def test_upgrading_twice_changes_nothing_and_keeps_the_rows(database: Database, clock: Any) -> None:
    row = {"source": "a", "cursor": "1", "moved_at": clock(), "polled_at": clock()}
    async with database.write() as connection:
        await connection.execute(cursors.insert(), [row])
    assert (await upgrade(database)).up_to_date
    async with database.read() as connection:
        assert (await connection.execute(select(cursors.c.cursor))).scalars().all() == ["1"]


async def test_two_processes_that_start_at_once_both_end_migrated(empty_database_url: str) -> None:
    first, second = Database(empty_database_url), Database(empty_database_url)
    await asyncio.gather(upgrade(first), upgrade(second))
    assert (await revision(second)).up_to_date
    await first.close()
    await second.close()


async def test_everything_can_be_taken_down_again(database: Database) -> None:
    def downgrade(connection: Connection) -> list[str]:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return inspect(connection).get_table_names()

    async with database.write() as connection:
        assert await connection.run_sync(downgrade) == ["alembic_version"]


async def test_tenders_two_sources_had_brought_apart_are_kept_and_one_of_them_goes_on(
    empty_database_url: str, clock: Any
) -> None:
    def to_0002(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")

    database = Database(empty_database_url)
    async with database.write(rebuilding=True) as connection:
        await connection.run_sync(to_0002)
        brought = (("one", "ocds-abc123-1"), ("two", "ocds-abc123-1"), ("one", "17"), ("two", "17"))
        for key, (source, ocid) in enumerate(brought, 1):
            given = {"id": key, "source": source, "ocid": ocid, "now": clock().replace(tzinfo=None)}
            columns = "id, source, ocid, snapshot_id, seen_at, changed_at"
            tender = text(f"INSERT INTO tenders ({columns}) VALUES (:id, :source, :ocid, :id, :now, :now)")
            await connection.execute(tender, given)
            snapshot = text(
                "INSERT INTO snapshots (id, tender_id, sequence, sha256, release, seen_at)"
                " VALUES (:id, :id, 1, '', '', :now)"
            )
            await connection.execute(snapshot, {name: given[name] for name in ("id", "now")})
    await upgrade(database)
    async with database.read() as connection:
        scopes = (await connection.execute(select(tenders.c.scope).order_by(tenders.c.id))).scalars().all()
        told_by = (await connection.execute(select(snapshots.c.source).order_by(snapshots.c.id))).scalars().all()
    await database.close()
    assert scopes == ["", "two", "one", "two"]
    assert told_by == ["one", "two", "one", "two"]


async def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="revision 9999, which this version does not know"):
        await upgrade(database)


async def test_a_table_others_point_at_can_be_rebuilt(database: Database, clock: Any) -> None:
    """SQLite alters a table by dropping it, which its foreign keys would forbid."""

    async def fill() -> None:
        async with database.write() as connection:
            tender = {"id": 1, "source": "a", "ocid": "o", "snapshot_id": 1, "seen_at": clock(), "changed_at": clock()}
            await connection.execute(tenders.insert(), [tender])
            snapshot = {"id": 1, "tender_id": 1, "sequence": 1, "sha256": "", "release": b"", "seen_at": clock()}
            await connection.execute(snapshots.insert(), [snapshot])

    def rebuild(connection: Connection) -> None:
        operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
        with operations.batch_alter_table("tenders") as batch:
            batch.alter_column("title", existing_type=Text(), nullable=True)

    await fill()
    async with database.write(rebuilding=True) as connection:
        await connection.run_sync(rebuild)
    async with database.read() as connection:
        assert (await connection.execute(select(tenders.c.id, snapshots.c.id).join_from(tenders, snapshots))).all() == [
            (1, 1)
        ]
        if database.dialect == "sqlite":
            assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar_one() == 1


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_rebuilding_that_breaks_a_reference_is_rolled_back(database: Database, clock: Any) -> None:
    orphan = {"id": 1, "tender_id": 7, "sequence": 1, "sha256": "", "release": b"", "seen_at": clock()}

    async def break_it() -> None:
        async with database.write(rebuilding=True) as connection:
            await connection.execute(snapshots.insert(), [orphan])

    with pytest.raises(ValueError, match="a row of snapshots names a row of tenders that is not there"):
        await break_it()
    async with database.read() as connection:
        assert (await connection.execute(select(snapshots.c.id))).all() == []


async def test_a_failed_upgrade_leaves_nothing_half_made(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(empty_database_url)
    first = importlib.import_module("alembic.op")
    make, made = first.create_index, []

    def fail_late(*args: Any, **named: Any) -> None:
        made.append(args)
        if len(made) == 5:
            raise OSError("no space left on device")
        make(*args, **named)

    monkeypatch.setattr(first, "create_index", fail_late)
    with pytest.raises(DatabaseError, match="no space left on device"):
        await upgrade(database)
    async with database.read() as connection:
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == []
    await database.close()


async def test_a_database_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but a long enough text to look like one" * 40)
    for url in (f"sqlite+aiosqlite:///{tmp_path}/notes.txt", "postgresql+asyncpg://nobody@127.0.0.1:9/none"):
        database = Database(url)
        with pytest.raises(DatabaseError, match=r"^database: its tables could not be upgraded \(.+\): check") as caught:
            await upgrade(database)
        assert "\n" not in str(caught.value)
        await database.close()


async def test_a_backup_taken_while_a_writer_is_busy_is_whole(tmp_path: Path, clock: Any) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/live.sqlite3")
    await upgrade(database)
    rows = [{"source": str(n), "cursor": "x" * 500, "moved_at": clock(), "polled_at": clock()} for n in range(500)]
    async with database.write() as connection:
        await connection.execute(cursors.insert(), rows)
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM cursors"))
        size = await back_up(database, tmp_path / "copy.sqlite3")
    await database.close()
    assert files(tmp_path, "copy") == {"copy.sqlite3": size}
    copy = sqlite3.connect(tmp_path / "copy.sqlite3")
    assert copy.execute("SELECT count(*) FROM cursors").fetchone() == (500,)
    copy.close()


async def test_a_backup_never_overwrites(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/live.sqlite3")
    await upgrade(database)
    (tmp_path / "old").write_text("precious")
    with pytest.raises(DatabaseError, match="exists and is not overwritten"):
        await back_up(database, tmp_path / "old")
    assert (tmp_path / "old").read_text() == "precious"
    with pytest.raises(DatabaseError, match="cannot be written"):
        await back_up(database, tmp_path / "nowhere" / "copy")
    await database.close()


async def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("not a database" * 100)
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/broken")
    with pytest.raises(DatabaseError, match="was not copied"):
        await back_up(database, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    await database.close()


async def test_a_postgresql_backup_is_left_to_pg_dump_and_no_password_is_said(tmp_path: Path) -> None:
    database = Database("postgresql+asyncpg://me:hush@db.example/baqylau")
    with pytest.raises(DatabaseError, match="pg_dump --format=custom") as caught:
        await back_up(database, tmp_path / "copy")
    assert "hush" not in str(caught.value)
    await database.close()
