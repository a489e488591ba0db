"""A week of bad days, scaled down, with a real process that is stopped and killed: the ledger and the store agree."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.watchers.sources.goszakup.watching import HOUR
from tests.watchers.sources.goszakup.week import Week

STOPPED, KILLED = signal.SIGTERM, signal.SIGKILL


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_week_of_bad_days_with_restarts_and_kills_loses_nothing(tmp_path: Path, database_url: str) -> None:
    week = Week(tmp_path, per_day=12, days=7, step=8 * HOUR, timeout=0.3, database_url=database_url)
    outcome = await week.watch([STOPPED, KILLED, STOPPED, KILLED, STOPPED])
    assert len(outcome.published) > 40
    assert outcome.changes > 20
    assert set(outcome.struck) >= {"status", "hang", "page_shift"}
    assert (outcome.lost, outcome.twice, outcome.repeated) == (set(), [], [])
    assert (outcome.behind, outcome.overlooked) == ({}, [])
