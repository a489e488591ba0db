"""Every fixture is answered as it says; see cases.py."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from tests.watchers.indicators.cases import NAMES, as_json, code_of, expected_of, judge
from tests.watchers.indicators.tables import cases
from watchers.indicators.base import Finding
from watchers.indicators.registry import indicator_classes

_NUMBERS = ("value", "threshold")


@pytest.mark.parametrize("name", NAMES)
def test_the_fixture_is_answered_as_it_says(name: str) -> None:
    expected = {key: value for key, value in expected_of(name).items() if key != "settings"}
    finding = as_json(judge(name))
    facts = expected.pop("facts", {})
    assert {key: finding["facts"].get(key) for key in facts} == facts
    for key in _NUMBERS:
        if expected.get(key) is not None:
            assert Decimal(str(finding[key])) == Decimal(str(expected.pop(key)))
    assert {key: finding[key] for key in expected} == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_finding_is_stored_and_read_back_unchanged(name: str) -> None:
    finding = judge(name)
    assert msgspec.json.decode(msgspec.json.encode(finding), type=Finding) == finding


@pytest.mark.parametrize("code", indicator_classes())
def test_every_indicator_has_a_fixture_that_fires_and_one_that_does_not(code: str) -> None:
    answers = {expected_of(name)["status"] for name in NAMES if code_of(name) == code}
    answers |= {case.expect["status"] for case in cases() if case.code == code}
    assert {"fired", "clear"} <= answers
