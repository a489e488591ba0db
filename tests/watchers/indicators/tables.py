"""Tables of cases: `tables/CODE.toml`, many short cases over a few whole releases.

    base = "kz-quotation"                 # bases/kz-quotation.json, an ordinary clean announcement

    [[case]]
    name = "one working day less than the minimum"
    set = { "tender.tenderPeriod.endDate" = "2026-11-03T18:00:00+05:00", "tender.lots.0.title" = "..." }
    expect = { status = "fired", value = 1, threshold = 2, tier = "A", facts = { group = "price_quotation" } }

    [[case]]
    name = "the supplier's earlier purchases"
    base = "kz-tender"                    # instead of the table's
    settings = { small_mrp = 500 }        # the indicator's
    history = [{ base = "kz-tender", set = { ... }, times = 3 }]   # earlier releases
    # or of a group that several cases share, by its name in [groups]: history = ["schools", { ... }]
    also = ["KZ-08"]                      # flags that rightly come with this one; default: none
    seen_at = "2026-11-09T09:00:00+05:00" # when it was read; default: not known
    expect = { status = "clear" }

`set` takes dotted paths of the release's JSON, numbers are places in lists (one past the end appends); a value of
"(none)" takes the key away. In texts of `history` and `set`, `{n}` is the number of the copy, from 1.
`expect` lists only what matters; without one it is `{ status = "clear" }`.
"""

from __future__ import annotations

import copy
import json
import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from tests.watchers.indicators.cases import NAMES, judge
from watchers.history.memory import history_of
from watchers.indicators.base import Context, Finding, Indicator
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.readers.decode import decode_release
from watchers.rules import load_rules

FOLDER = Path(__file__).parent / "tables"
BASES = Path(__file__).parent / "bases"


class Case(msgspec.Struct, frozen=True):
    """One case: the indicator's code, what it is called, its release as JSON and what must be answered.

    `history`: of each earlier release its base, what is set in it, and the number of the copy.
    """

    code: str
    name: str
    release: dict[str, Any]
    expect: dict[str, Any]
    settings: dict[str, Any] = {}
    history: list[tuple[str, dict[str, Any], int]] = []
    also: list[str] = []
    seen_at: str = ""

    @property
    def id(self) -> str:
        return f"{self.code}: {self.name}"


@cache
def base(name: str) -> dict[str, Any]:
    """A whole release by its name in `bases/`, as JSON. Read once: `changed` makes a copy."""
    release: dict[str, Any] = json.loads((BASES / f"{name}.json").read_text(encoding="utf-8"))
    return release


def changed(release: dict[str, Any], changes: dict[str, Any], copy_number: int = 1) -> dict[str, Any]:
    """The release with values set at dotted paths."""
    release = copy.deepcopy(release)
    for path, value in changes.items():
        *way, last = path.split(".")
        place: Any = release
        for step in way:
            place = _step(place, step)
        _put(place, last, _filled(value, copy_number))
    return release


def _step(place: Any, step: str) -> Any:
    if not isinstance(place, list):
        return place.setdefault(step, {})
    if int(step) == len(place):
        place.append({})
    return place[int(step)]


def _put(place: Any, last: str, value: Any) -> None:
    if isinstance(place, list):
        place[int(last) : int(last) + 1] = [] if value == "(none)" else [value]
    elif value == "(none)":
        place.pop(last, None)
    else:
        place[last] = value


def _filled(value: Any, number: int) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", str(number))
    if isinstance(value, dict):
        return {key: _filled(one, number) for key, one in value.items()}
    return [_filled(one, number) for one in value] if isinstance(value, list) else value


@cache
def cases() -> tuple[Case, ...]:
    """Every case of every table."""
    return tuple(case for path in sorted(FOLDER.glob("*.toml")) for case in _read(path))


def _read(path: Path) -> list[Case]:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    found = []
    for row in table["case"]:
        unknown = set(row) - {"name", "base", "set", "settings", "history", "also", "expect", "seen_at"}
        assert not unknown, f"{path.name}: {row['name']!r} has unknown keys {unknown}"
        groups = table.get("groups", {})
        earlier = [
            one for given in row.get("history", ()) for one in (groups[given] if isinstance(given, str) else [given])
        ]
        its = row.get("base", table["base"])
        history = [
            (one.get("base", its), one.get("set", {}), number)
            for one in earlier
            for number in range(1, one.get("times", 1) + 1)
        ]
        found.append(
            Case(
                path.stem,
                row["name"],
                changed(base(its), row.get("set", {})),
                row.get("expect", {"status": "clear"}),
                row.get("settings", {}),
                history,
                row.get("also", []),
                row.get("seen_at", ""),
            )
        )
    assert len({one.name for one in found}) == len(found), f"{path.name}: two cases share a name"
    return found


def release_of(raw: dict[str, Any]) -> Release:
    """A release through the reader, as one that came from a publisher."""
    return decode_release(json.dumps(raw, ensure_ascii=False).encode())


def context_of(case: Case) -> Context:
    """Rules, and the history of a case that has one: an earlier release with the same ocid is its own past."""
    rules = load_rules()
    seen_at = datetime.fromisoformat(case.seen_at) if case.seen_at else None
    if not case.history:
        return Context(rules=rules, seen_at=seen_at)
    earlier = [release_of(changed(base(name), changes, number)) for name, changes, number in case.history]
    return Context(rules=rules, history=history_of(release_of(case.release), earlier, rules), seen_at=seen_at)


_as_they_are = cache(load_indicators)  # without settings


def _indicators(case: Case) -> list[Indicator]:
    return load_indicators({case.code: case.settings}) if case.settings else _as_they_are()


def judge_all(case: Case) -> dict[str, Finding]:
    """What every indicator says of a case, by code."""
    return {one.indicator: one for one in judge_release(release_of(case.release), context_of(case), _indicators(case))}


def judge_one(case: Case) -> Finding:
    """What the indicator of a case says of it."""
    (its,) = (one for one in _indicators(case) if one.code == case.code)
    (finding,) = judge_release(release_of(case.release), context_of(case), [its])
    return finding


@cache
def findings() -> dict[str, Finding]:
    """What the indicator of each fixture and of each case says of it, by the name of the fixture or `Case.id`."""
    return {name: judge(name) for name in NAMES} | {case.id: judge_one(case) for case in cases()}
