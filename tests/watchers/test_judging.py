"""A batch is judged with its history, whoever reads it: the watcher or a backfill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from tests.conftest import Clock
from tests.watchers.indicators.tables import base, changed, release_of
from tests.watchers.tenders import batch, judged
from watchers.database import Database
from watchers.history import History
from watchers.history.histories import Histories
from watchers.indicators.base import Finding
from watchers.judging import Judging
from watchers.ocds import Release
from watchers.rules import load_rules
from watchers.store import Store, StoreError


def announcement(number: int, day: int) -> Release:
    moment = f"2026-11-{day:02d}T10:00:00+05:00"
    places = {"ocid": f"ocds-kz0001-goszakup-{number}-1", "tender.id": str(number), "date": moment}
    return release_of(changed(base("kz-quotation"), places | {"tender.datePublished": moment}))


class Judge:
    """Remembers how many earlier lots of the same customer and code each release was judged with."""

    def __init__(self) -> None:
        self.seen: dict[str, list[str]] = {}

    def __call__(self, release: Release, /, history: History | None = None) -> Sequence[Finding]:
        assert history is not None
        (own,) = history.own.lots
        self.seen[release.ocid[-3:]] = [row.ocid[-3:] for row in history.alike(own.customer, own.code)]
        return []


async def test_a_release_is_judged_with_what_is_stored_and_with_its_batch(database: Database, clock: Clock) -> None:
    judge, store = Judge(), Store(database, clock)
    judging = Judging(judge, Histories(database, load_rules()))
    first = batch(judged(announcement(1, 2)), judged(announcement(2, 3)))
    found, broken = await judging.batch("kz", first)
    await store.save("kz", first, found, cursor="1")
    assert broken == []
    newest_first = batch(judged(announcement(4, 6)), judged(announcement(3, 5)))
    await judging.batch("kz", newest_first)
    assert judge.seen == {"1-1": [], "2-1": ["1-1"], "3-1": ["2-1", "1-1"], "4-1": ["3-1", "2-1", "1-1"]}


async def test_a_record_the_judge_breaks_on_is_set_aside_and_the_others_go_on(database: Database) -> None:
    def judge(release: Release, /, history: History | None = None) -> Sequence[Finding]:
        if release.ocid.endswith("-1-1"):
            raise ValueError("nobody foresaw this")
        return []

    judging = Judging(judge, Histories(database, load_rules()))
    found, broken = await judging.batch("kz", batch(judged(announcement(1, 2)), judged(announcement(2, 3))))
    assert [one.record.release.ocid[-3:] for one in found] == ["2-1"]
    assert [one.reason for one in broken] == ["it could not be judged (ValueError: nobody foresaw this)"]


async def test_history_that_cannot_be_read_stops_the_batch_and_not_the_watcher(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("DROP TABLE history_lots"))
    judging = Judging(Judge(), Histories(database, load_rules()))
    with pytest.raises(StoreError, match="what earlier purchases say of 1 records of kz could not be read"):
        await judging.batch("kz", batch(judged(announcement(1, 2))))


async def test_without_histories_a_release_is_judged_by_itself() -> None:
    def judge(release: Release, /, **named: Any) -> Sequence[Finding]:
        assert not named
        return []

    found, _ = await Judging(judge).batch("kz", batch(judged(announcement(1, 2))))
    assert [one.rows for one in found] == [None]
