"""The dated tables say what they must, and a row that does not is refused."""

from __future__ import annotations

import csv
from datetime import date
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from watchers.rules import law, tables, things
from watchers.rules.tables import Dated, Window, read_table

_DATA = files("watchers.rules").joinpath("data")
_TABLES = {
    "base_amounts": tables.BaseAmount, "calendars": tables.CalendarYears, "days": tables.SpecialDays,
    "jurisdictions": tables.JurisdictionKey, "methods": tables.Method, "purchase_types": tables.PurchaseType,
    "regulated": tables.Regulated, "taxes": tables.Tax, "thresholds": tables.Threshold, "windows": tables.Window,
    "buyer_kinds": tables.BuyerKind, "requirements": law.Requirement,
    "prohibitions": law.Prohibition, "dumping": law.Dumping, "failures": law.Failure,
    "grounds": law.Ground, "authorities": law.Authority, "steps": law.Step,
    "set_aside": things.SetAside, "code_kinds": things.CodeKind, "word_kinds": things.WordKind,
}  # fmt: skip


def test_every_data_file_has_a_table() -> None:
    assert {entry.name for entry in _DATA.iterdir()} == {f"{name}.csv" for name in _TABLES}


@pytest.mark.parametrize("name", _TABLES)
def test_every_row_says_since_when_by_which_source_and_how_surely(name: str) -> None:
    rows: tuple[Dated, ...] = read_table(name, _TABLES[name])
    assert rows
    for row in rows:
        assert row.valid_to is None or row.valid_from <= row.valid_to
        assert row.source
        assert row.checked_on <= date(2100, 1, 1)
    with _DATA.joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        header = next(csv.reader(file))
    assert header[-5:] == ["valid_from", "valid_to", "source", "checked_on", "confidence"]


def _overlaps(rows: list[Any]) -> list[tuple[Any, Any]]:
    rows = sorted(rows, key=lambda row: row.valid_from)
    return [(a, b) for a, b in pairwise(rows) if a.valid_to is None or a.valid_to >= b.valid_from]


def test_on_no_day_do_two_rows_answer_the_same_question() -> None:
    questions: dict[tuple[Any, ...], list[Any]] = {}
    for row in read_table("windows", tables.Window):
        questions.setdefault(("window", row.jurisdiction, row.group, row.repeat), []).append(row)
    for amount in read_table("base_amounts", tables.BaseAmount):
        questions.setdefault(("amount", amount.jurisdiction, amount.name), []).append(amount)
    for threshold in read_table("thresholds", tables.Threshold):
        questions.setdefault(("threshold", threshold.jurisdiction, threshold.name), []).append(threshold)
    for tax in read_table("taxes", tables.Tax):
        questions.setdefault(("tax", tax.jurisdiction, tax.name), []).append(tax)
    for years in read_table("calendars", tables.CalendarYears):
        questions.setdefault(("calendar", years.jurisdiction), []).append(years)
    for number in read_table("requirements", law.Requirement):
        questions.setdefault(("requirement", number.jurisdiction, number.name), []).append(number)
    for line in read_table("set_aside", things.SetAside):
        questions.setdefault(("set aside", line.jurisdiction, line.scheme, line.code), []).append(line)
    for floor in read_table("dumping", law.Dumping):
        questions.setdefault(("dumping", floor.jurisdiction, floor.kind), []).append(floor)
    for failure in read_table("failures", law.Failure):
        asked = ("failure", failure.jurisdiction, failure.group, failure.repeat, failure.reason)
        questions.setdefault(asked, []).append(failure)
    for taker in read_table("authorities", law.Authority):
        questions.setdefault(("authority", taker.jurisdiction, taker.key), []).append(taker)
    assert not [pair for rows in questions.values() for pair in _overlaps(rows)]


_GOOD = "KZ,tender,no,5,acceptance,rules-687,164,2025-01-01,,order,2026-02-22,high"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (_GOOD.replace("2025-01-01", ""), "valid_from"),
        (_GOOD.replace(",order,", ",,"), "the source is empty"),
        (_GOOD.replace("2026-02-22", ""), "checked_on"),
        (_GOOD.replace("high", "sure"), "confidence"),
        (_GOOD.replace(",no,", ",maybe,"), "repeat"),
        (_GOOD + ",more", "line 2"),
        (_GOOD.rpartition(",")[0], "line 2"),
    ],
)
def test_a_row_that_lacks_something_is_refused_by_file_and_line(
    row: str, said: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = _DATA.joinpath("windows.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "windows.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    monkeypatch.setattr(tables, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=rf"rules: windows.csv line 2: .*{said}|windows.csv {said}"):
        read_table("windows", Window)
