"""Our own tables answer what a list of releases answers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import event, text

from tests.conftest import Clock
from tests.watchers.history.invented import purchases
from watchers.database import Database
from watchers.history import History
from watchers.history.asking import KINDS, SUPPLIERS
from watchers.history.histories import Histories, Past
from watchers.history.memory import Archive
from watchers.history.stored import statement
from watchers.indicators.base import Context, Status
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.rules import load_rules
from watchers.sources.base import Batch, Record
from watchers.store import Judged, Store

PURCHASES = purchases(700)


async def save(database: Database, clock: Clock, releases: list[Release], past: list[Past] | None = None) -> None:
    store = Store(database, clock)
    for start in range(0, len(releases), 150):
        part = releases[start : start + 150]
        records = [Record(one, msgspec.json.encode(one), "https://portal.example", "") for one in part]
        judged = [Judged(record, ()) for record in records]
        await store.save("kz", Batch(records, [], str(start)), judged, cursor=str(start))


def plain(history: History | None) -> Any:
    """Everything a history says, in an order of its own."""
    assert history is not None
    answers = history.answers
    return {
        "rows": {key: sorted(map(repr, rows)) for key, rows in answers.rows.items() if rows and key[0] != "terms"},
        "terms": history.terms(),
        "releases": [release.ocid for release in answers.releases],
        "wanted": dict(answers.wanted),
        "peers": {key: [round(x, 6) for x in msgspec.structs.astuple(band)] for key, band in answers.peers.items()},
        "totals": {key: one for key, one in answers.totals.items() if one.lots or one.bids},
        "markets": {key: one for key, one in answers.markets.items() if one.lots},
        "sharing": {key: sorted(parties) for key, parties in answers.sharing.items() if parties},
    }


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}


async def test_the_tables_say_what_the_releases_say_and_the_findings_are_the_same(
    database: Database, clock: Clock
) -> None:
    await save(database, clock, PURCHASES)
    rules, indicators = load_rules(), load_indicators()
    archive, histories = Archive(rules, PURCHASES), Histories(database, rules, refresh=0)
    fired: set[str] = set()
    for release in PURCHASES[::9]:
        (past,) = await histories.of([release])
        expected = archive.of(release)
        assert differences(plain(past.history), plain(expected)) == {}, release.ocid
        found = judge_release(release, Context(rules=rules, history=past.history), indicators)
        assert found == judge_release(release, Context(rules=rules, history=expected), indicators), release.ocid
        fired |= {one.indicator for one in found if one.status is Status.FIRED}
    assert {"R017", "KZ-04", "KZ-16", "KZ-20", "KZ-21"} <= fired  # the comparison is of something


def test_the_invented_purchases_give_every_question_something_to_answer() -> None:
    archive = Archive(load_rules(), PURCHASES)
    said = [plain(archive.of(release)) for release in PURCHASES[::9]]
    assert {kind for one in said for kind, _ in one["rows"]} | {"terms"} == set(KINDS)
    assert {kind for one in said for _, kind in one["peers"]} > {SUPPLIERS}
    assert any(one["sharing"] for one in said)


async def test_releases_of_a_batch_see_each_other_as_if_they_were_stored(database: Database, clock: Clock) -> None:
    await save(database, clock, PURCHASES[:400])
    batch = PURCHASES[400:600]
    archive = Archive(load_rules(), PURCHASES[:600])
    for release, past in zip(batch, await Histories(database, load_rules(), refresh=0).of(batch), strict=True):
        found, expected = plain(past.history), plain(archive.of(release))
        for aggregate in ("peers", "totals", "markets"):  # whole months before the batch
            del found[aggregate], expected[aggregate]
        assert differences(found, expected) == {}, release.ocid


async def test_a_batch_is_asked_about_in_a_few_statements(database: Database, clock: Clock) -> None:
    await save(database, clock, PURCHASES[:200])
    seen: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    histories = Histories(database, load_rules())
    await histories.of(PURCHASES[200:400])
    assert len([one for one in seen if one != "BEGIN"]) <= 2 + 3 * 15  # one and the chains; bands of kinds and months
    seen.clear()
    await histories.of(PURCHASES[200:400])
    assert len([one for one in seen if one != "BEGIN"]) == 2


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_every_question_is_answered_from_an_index(database: Database) -> None:
    names = ("batch", *dict.fromkeys(statement("sqlite").compile().params))
    async with database.read() as connection:
        plan = await connection.execute(text(f"EXPLAIN QUERY PLAN {statement('sqlite')}"), dict.fromkeys(names, "[]"))
        steps = [row[3] for row in plan]
    scans = [step for step in steps if step.startswith("SCAN h")]
    assert scans == []
    assert sum("COVERING INDEX ix_history" in step for step in steps) >= 3
