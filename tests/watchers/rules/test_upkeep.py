"""An operator hears of a table that runs out before it does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from watchers.rules import upkeep
from watchers.rules.upkeep import ageing
from watchers.rules.words import load_dictionaries


def _said(today: date, table: str) -> list[str]:
    return [one.seen for one in ageing(today) if one.table == table]


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 10, 31), []),
        (date(2026, 11, 1), ["mrp (KZ) is known until 2026-12-31 and not after"]),  # 60 days before
        (date(2026, 11, 25), ["mrp (KZ) is known until 2026-12-31 and not after"]),
        (date(2026, 12, 31), ["mrp (KZ) is known until 2026-12-31 and not after"]),
        (date(2028, 6, 1), ["mrp (KZ) is known until 2026-12-31 and not after"]),  # until somebody mends it
    ],
)
def test_the_mrp_of_the_next_year_is_asked_for_in_time(today: date, said: list[str]) -> None:
    assert _said(today, "base_amounts") == said


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 10, 30), []),
        (date(2026, 11, 25), [2027]),
        (date(2027, 3, 1), [2027]),
        (date(2027, 12, 1), [2027, 2028]),
    ],
)
def test_a_year_whose_days_off_are_not_confirmed_is_named(today: date, years: list[int]) -> None:
    said = [one for one in _said(today, "calendars") if "days off" in one]
    assert said == [f"the days off of {year} (KZ) are not confirmed" for year in years]


def test_rows_not_checked_for_a_year_are_counted_by_table() -> None:
    assert _said(date(2027, 2, 22), "windows") == []
    (said,) = _said(date(2027, 2, 23), "windows")
    assert said == "12 rows were last checked more than a year ago, the oldest on 2026-02-22"


def test_every_series_is_told_by_columns_its_table_has() -> None:
    for table, keys in upkeep._SERIES.items():
        assert set(keys) < set(upkeep._rows(f"{table}.csv")[0])


def test_a_series_that_goes_on_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: Any = upkeep._rows

    def with_next_year(name: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = rows(name)
        if name == "base_amounts.csv":
            found.append(found[-1] | {"name": "mrp", "valid_from": "2027-01-01", "valid_to": "2027-12-31"})
        return found

    monkeypatch.setattr(upkeep, "_rows", with_next_year)
    assert _said(date(2026, 11, 25), "base_amounts") == []


def test_a_dictionary_nobody_read_for_more_than_a_year_is_told() -> None:
    checked_on = load_dictionaries().checked_on["brands.csv"]
    told = {one.table for one in ageing(checked_on + timedelta(days=366))}
    assert "brands.csv" in told
    assert "brands.csv" not in {one.table for one in ageing(checked_on + timedelta(days=365))}
