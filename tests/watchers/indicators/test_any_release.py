"""No release that can be decoded makes an indicator raise, whatever is missing or strange in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.watchers.indicators.cases import FIXTURES, NAMES
from tests.watchers.indicators.tables import BASES
from watchers.indicators.base import Answer, Context
from watchers.indicators.registry import load_indicators
from watchers.ocds import Release
from watchers.readers.decode import decode_release
from watchers.rules import load_rules

_CONTEXT = Context(rules=load_rules())
_RELEASES: list[dict[str, Any]] = [
    json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES
]
_WHOLE: list[dict[str, Any]] = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(BASES.glob("*.json"))]
_STRANGE = st.sampled_from(
    [
        None,
        "",
        "x",
        0,
        -1,
        1e308,
        10**40,
        "NaN",
        "1,5",
        [],
        {},
        [None],
        True,
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-02-30",
        "2026-11-02",
        "KZ-BIN-1",
        "KZT",
        "2",
    ]
)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place for key, child in inner for place in ((*path, key), *_places(child, (*path, key)))]


def _mutate(release: dict[str, Any], place: tuple[Any, ...], change: Callable[[Any, Any], None]) -> None:
    node: Any = release
    for key in place[:-1]:
        node = node[key]
    change(node, place[-1])


@st.composite
def mutants_of(draw: st.DrawFn, releases: list[dict[str, Any]]) -> bytes:
    """One of the releases, something of it taken away or made strange."""
    release = deepcopy(draw(st.sampled_from(releases)))
    for _ in range(draw(st.integers(1, 4))):
        places = _places(release)
        if not places:
            break
        place, strange = draw(st.sampled_from(places)), deepcopy(draw(_STRANGE))  # a later round may change it
        if draw(st.booleans()):
            _mutate(release, place, lambda node, key: node.pop(key))
        else:
            _mutate(release, place, lambda node, key, strange=strange: node.__setitem__(key, strange))  # type: ignore[misc]
    release.setdefault("ocid", "ocds-000000-1")
    return json.dumps(release).encode()


def _assert_judged(release: Release) -> None:
    for indicator in load_indicators():
        answer = indicator.judge(release, _CONTEXT)  # not judge_release, which would catch what it raises
        assert isinstance(answer, Answer)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=mutants_of(_RELEASES) | mutants_of(_WHOLE))
def test_no_indicator_raises_on_a_release_that_can_be_decoded(raw: bytes) -> None:
    try:
        release = decode_release(raw)
    except ValueError:
        return
    _assert_judged(release)


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("details", ["Открытый конкурс", "Запрос ценовых предложений", "Nobody knows it"])
def test_the_ends_of_the_calendar_are_survived(end: str, details: str) -> None:
    period = {"startDate": end, "endDate": end}
    tender = {"id": "T", "procurementMethodDetails": details, "tenderPeriod": period, "enquiryPeriod": period}
    release = {"ocid": "ocds-000000-1", "buyer": {"id": "KZ-BIN-1"}, "date": end, "tender": tender}
    _assert_judged(decode_release(json.dumps(release).encode()))
