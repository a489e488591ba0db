"""doctor: each part is looked at, each fault comes with its mend, nothing is changed."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.config import Config
from bot.doctor import Checked, examine
from bot.sandbox import Sandbox
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.server import Goszakup
from tests.standins.prozorro import ProzorroStandIn
from watchers.database import Database
from watchers.sources.base import Batch, Rejected
from watchers.store import Store
from watchers.tables import standings

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
        "configuration", "rules", "source prozorro", "bot", "mail", "tips",
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


def portal(base_url: str, **more: Any) -> Config:
    return config(sources={"goszakup": {"kind": "goszakup", "base_url": base_url, **more}})


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", "there is no token (401): take a new one in the portal's profile"),
        ("f" * 32, "token refused (403): take a new one in the portal's profile"),
        ("not a token", "token refused (404 Invalid Route): take a new one in the portal's profile"),
    ],
)
async def test_a_wrong_token_comes_with_where_to_get_one(token: str, words: str) -> None:
    async with Goszakup(Country(datetime(2026, 11, 23, tzinfo=UTC), lively=False)) as server:
        found = (await about("source goszakup", portal(server.url, token=token)))[0]
        assert not found.ok
        assert words in found.seen
        assert "sources.goszakup.token" in found.seen
        assert token not in found.line() or not token
        right = (await about("source goszakup", portal(server.url, token=server.token)))[0]
        assert right.line() == "ok   source goszakup: it answers"


async def test_a_wrong_host_and_no_network_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    known: set[str] = set()

    async def resolves(host: str) -> bool:
        return host in known

    monkeypatch.setattr("bot.doctor_sources._resolves", resolves)
    nowhere = portal("https://ows.gozzakup.invalid", token="f" * 32)
    found = (await about("source goszakup", nowhere))[0]
    assert found.mend.startswith("the name ows.gozzakup.invalid cannot be looked up: is this machine connected")
    known.add("ows.goszakup.gov.kz")
    found = (await about("source goszakup", nowhere))[0]
    assert found.mend.startswith(
        "there is no host ows.gozzakup.invalid: base_url has a mistake, the usual one is https"
    )
    known.add("127.0.0.1")
    found = (await about("source goszakup", portal(NOBODY, token="f" * 32)))[0]
    assert found.mend.startswith("nothing answers at 127.0.0.1:9: check base_url, a firewall or a proxy")
    async with Goszakup(Country(datetime(2026, 11, 23, tzinfo=UTC), lively=False)) as server:
        server.faults.add("html")
        found = (await about("source goszakup", portal(server.url, token=server.token)))[0]
    assert "answered 200 with HTML" in found.seen
    assert found.mend.startswith("the host answers, but not as it should: check base_url")


async def test_how_a_source_stood_and_what_was_set_aside_are_shown(database: Database, clock: Any) -> None:
    store = Store(database, clock)
    reasons = ["totalSum is negative: -5", "totalSum is negative: -70.5", "it has no lots"]
    rejected = [Rejected(reason, str(number).encode(), "u") for number, reason in enumerate(reasons)]
    await store.save("goszakup", Batch([], rejected, "1"), [], cursor="1")
    row = {"source": "goszakup", "state": "waiting", "good_at": clock(), "alarm": "silent", "alarm_at": clock(),
           "checked_at": clock()}  # fmt: skip
    async with database.write() as connection:
        await connection.execute(standings.insert(), [row])
    source = {"kind": "goszakup", "base_url": NOBODY, "token": "f" * 32}
    found = await about("source goszakup", config(database={"url": database.url}, sources={"goszakup": source}))
    stood, aside = (result.line() for result in found[1:])
    assert stood.startswith("FAIL source goszakup: silent since 2026-11-22 09:05 UTC; last read well 2026-11-22 09:05")
    assert stood.endswith("something new never: look at the publisher's own pages whether there is anything new")
    assert aside == "ok   source goszakup: 3 records are set aside: 2 × totalSum is negative: -5; 1 × it has no lots"
