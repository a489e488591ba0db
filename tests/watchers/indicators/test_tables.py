"""Every case of the tables is answered as it says, and no other flag of the announcement is raised by it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.watchers.indicators.cases import as_json
from tests.watchers.indicators.tables import BASES, Case, base, cases, context_of, judge_all, release_of
from watchers.indicators.base import Stage, Status
from watchers.indicators.registry import indicator_classes, judge_release, load_indicators

CASES = cases()
_AT_PUBLICATION = {code for code, one in indicator_classes().items() if one.stage is Stage.TENDER}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_is_answered_as_it_says_and_raises_no_other_flag(case: Case) -> None:
    found = judge_all(case)
    finding = as_json(found[case.code])
    expected = dict(case.expect)
    facts = expected.pop("facts", {})
    told = {key: finding[key] for key in expected}
    for key in ("value", "threshold"):
        if expected.get(key) is not None:
            expected[key], told[key] = Decimal(str(expected[key])), Decimal(str(told[key]))
    assert told == expected, finding
    assert {key: finding["facts"].get(key) for key in facts} == facts
    if case.code in _AT_PUBLICATION:
        fired = {code for code, one in found.items() if one.status is Status.FIRED and code in _AT_PUBLICATION}
        assert fired - {case.code} == set(case.also)


_ALWAYS = {"kz-direct": ["R010"]}  # context: bought without competition


@pytest.mark.parametrize("name", sorted(path.stem for path in BASES.glob("*.json")))
def test_an_ordinary_announcement_raises_nothing(name: str) -> None:
    case = Case("", name, base(name), {})
    found = judge_release(release_of(case.release), context_of(case), load_indicators())
    assert [one.indicator for one in found if one.status is Status.FIRED] == _ALWAYS.get(name, [])
