"""What of the dated tables will not last: a series that ends, a year without its days off, a row not checked for long.

A rule that silently runs out turns flags off (no MRP for the year: limits are not computable), so an operator is told
weeks before.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from watchers.rules.calendars import calendar_of
from watchers.rules.words import load_dictionaries

__all__ = ["Ageing", "ageing"]

_SOON = timedelta(days=60)
_CHECKED_WITHIN = timedelta(days=365)
_SERIES = {
    "base_amounts": ("jurisdiction", "name"),
    "thresholds": ("jurisdiction", "name"),
    "requirements": ("jurisdiction", "name"),
    "prohibitions": ("jurisdiction", "name"),
    "windows": ("jurisdiction", "group", "repeat"),
    "dumping": ("jurisdiction", "kind"),
    "failures": ("jurisdiction", "group", "repeat", "reason"),
    "taxes": ("jurisdiction", "name"),
    "calendars": ("jurisdiction",),
}
"""Tables whose rows follow one another in time, and what tells one series from another."""
_WITH_DAYS_OFF = ("KZ",)

Row = dict[str, str]


class Ageing(msgspec.Struct, frozen=True):
    """One thing that needs somebody's hand: what was seen, and the mend."""

    table: str
    seen: str
    mend: str


def ageing(today: date) -> list[Ageing]:
    """Everything in the tables that runs out within 60 days, ran out, or was not checked for more than a year."""
    tables = {entry.name.removesuffix(".csv"): _rows(entry.name) for entry in _data() if entry.name.endswith(".csv")}
    return [*_ending(tables, today), *_calendars(today), *_unchecked(tables, today), *_dictionaries(today)]


def _data() -> list[Traversable]:
    return sorted(files("watchers.rules").joinpath("data").iterdir(), key=lambda entry: entry.name)


def _rows(name: str) -> list[Row]:
    text = files("watchers.rules").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _ending(tables: dict[str, list[Row]], today: date) -> Iterator[Ageing]:
    needed = {(row["jurisdiction"], row["base"]) for row in tables.get("thresholds", ())}  # base amounts of limits
    for table, keys in _SERIES.items():
        last: dict[tuple[str, ...], Row] = {}
        for row in tables.get(table, ()):
            key = tuple(row[name] for name in keys)
            if key not in last or (row["valid_to"] or "9999") >= (last[key]["valid_to"] or "9999"):
                last[key] = row
        for key, row in last.items():
            if not row["valid_to"]:
                continue
            end = date.fromisoformat(row["valid_to"])
            ran_out = end < today and table == "base_amounts" and key in needed
            if ran_out or today <= end <= today + _SOON:
                what = " ".join(key[1:] or key)
                seen = f"{what} ({key[0]}) is known until {end} and not after"
                yield Ageing(table, seen, f"add the row that follows to watchers/rules/data/{table}.csv")


def _calendars(today: date) -> Iterator[Ageing]:
    for jurisdiction in _WITH_DAYS_OFF:
        calendar = calendar_of(jurisdiction)
        for year in sorted({today.year, (today + _SOON).year}):
            if not calendar.confirmed(year):
                seen = f"the days off of {year} ({jurisdiction}) are not confirmed"
                mend = "put the moved days into watchers/rules/data/days.csv and confirm the year in calendars.csv"
                yield Ageing("calendars", seen, mend)


def _unchecked(tables: dict[str, list[Row]], today: date) -> Iterator[Ageing]:
    for table, rows in tables.items():
        in_force = [row for row in rows if not row["valid_to"] or date.fromisoformat(row["valid_to"]) >= today]
        old = [row["checked_on"] for row in in_force if date.fromisoformat(row["checked_on"]) + _CHECKED_WITHIN < today]
        if old:
            rows_ = "1 row was" if len(old) == 1 else f"{len(old)} rows were"
            seen = f"{rows_} last checked more than a year ago, the oldest on {min(old)}"
            yield Ageing(table, seen, f"read their sources again and mend watchers/rules/data/{table}.csv")


def _dictionaries(today: date) -> Iterator[Ageing]:
    for name, checked_on in load_dictionaries().checked_on.items():
        if checked_on + _CHECKED_WITHIN < today:
            seen = f"was last checked more than a year ago, on {checked_on}"
            yield Ageing(name, seen, f"read it over, mend it and its date: watchers/rules/dictionaries/{name}")
