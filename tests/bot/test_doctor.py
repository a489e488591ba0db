"""doctor: each part is looked at, each fault comes with its mend, nothing is changed."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.config import Config
from bot.doctor import Checked, examine
from bot.sandbox import Sandbox
from tests.standins.prozorro import ProzorroStandIn
from watchers.database import Database

NOBODY = "http://127.0.0.1:9"


def config(**sections: Any) -> Config:
    return Config.model_validate(sections)


async def about(subject: str, one: Config) -> list[Checked]:
    return [result for result in await examine(one) if result.subject == subject]


async def test_a_whole_installation_is_found_well_and_left_as_it_was(database_url: str, tmp_path: Path) -> None:
    async with Sandbox() as sandbox, ProzorroStandIn() as publisher:
        one = config(
            telegram={"token": sandbox.token, "api_base": sandbox.api_base},
            database={"url": database_url},
            sources={
                "prozorro": {"kind": "prozorro", "base_url": publisher.base_url},
                "off": {"kind": "prozorro", "enabled": False, "base_url": NOBODY},
            },
        )
        results = await examine(one, date(2026, 7, 1))
    assert all(result.ok and not result.mend for result in results), [result.line() for result in results]
    assert [result.subject for result in results if result.subject != "database"] == [
        "configuration", "rules", "source prozorro", "bot",
    ]  # fmt: skip
    assert sandbox.token not in "".join(result.line() for result in results)
    database = Database(database_url)
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM cursors"))).scalar_one() == 0
    await database.close()


async def test_a_law_table_that_runs_out_is_a_warning_and_no_fault(tmp_path: Path) -> None:
    one = config(database={"url": f"sqlite:///{tmp_path}/new.sqlite3"})
    found = [result for result in await examine(one, date(2026, 11, 25)) if result.subject == "rules"]
    assert [(result.ok, result.warning) for result in found] == [(True, True)] * len(found)
    assert found[0].line() == (
        "warn rules: base_amounts: mrp (KZ) is known until 2026-12-31 and not after:"
        " add the row that follows to watchers/rules/data/base_amounts.csv"
    )
    assert any("the days off of 2027 (KZ) are not confirmed" in result.seen for result in found)


async def test_a_database_not_migrated_is_to_be_upgraded(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE other (id INTEGER)"))
    await database.close()
    found = (await about("database", config(database={"url": empty_database_url})))[0]
    assert (found.ok, found.mend) == (False, "run baqylau db upgrade")
    assert "is at revision none, this version needs 0" in found.seen


async def test_a_database_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "var" / "new.sqlite3"
    found = await about("database", config(database={"url": f"sqlite:///{path}"}))
    assert [(one.ok, one.seen) for one in found] == [(True, f"{path} is not there yet, baqylau run makes it")]
    assert not (tmp_path / "deep").exists()
    (tmp_path / "file").write_text("")
    found = await about("database", config(database={"url": f"sqlite:///{tmp_path}/file/new.sqlite3"}))
    assert not found[0].ok


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    found = (await about("database", config(database={"url": "postgresql://me:hush@127.0.0.1:9/x"})))[0]
    assert not found.ok
    assert "127.0.0.1:9/x cannot be used (" in found.seen
    assert "hush" not in found.line()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_database_another_program_keeps_locked_is_said(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor._LOCK_PATIENCE_MS", 20)
    other = sqlite3.connect(database_url.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found = await about("database", config(database={"url": database_url}))
    other.close()
    assert "database is locked" in found[-1].seen


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"kind": "prozorro", "base_url": NOBODY}, "127.0.0.1:9"),
        ({"kind": "prozoro"}, "kind 'prozoro' is not known"),
        ({"kind": "prozorro", "zzz": 1}, "zzz"),
    ],
)
async def test_a_source_that_cannot_be_read_comes_with_its_mend(source: dict[str, Any], words: str) -> None:
    found = (await about("source x", config(sources={"x": source})))[0]
    assert not found.ok
    assert words in found.seen
    assert found.mend


async def test_a_bot_without_a_token_with_a_wrong_one_or_out_of_reach(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        cases = [
            ({}, "there is no token"),
            ({"token": "hush"}, "the token is not one"),
            (
                {"token": "1234567:hush-hush-hush-hush-hush-hush", "api_base": sandbox.api_base},
                "does not know the token",
            ),
            ({"token": sandbox.token, "api_base": NOBODY}, "does not answer"),
        ]
        for telegram, words in cases:
            found = (await about("bot", config(telegram=telegram)))[0]
            assert not found.ok
            assert words in found.seen
            assert found.mend
            assert "hush" not in found.line()
            assert sandbox.token not in found.line()


async def test_settings_no_indicator_has_are_said() -> None:
    found = (await about("configuration", config(indicators={"R999": {"days": 1}})))[0]
    assert not found.ok
    assert "R999" in found.seen
