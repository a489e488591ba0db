"""In the invented country ordinary announcements raise no flag of terms or papers; injected defects raise theirs."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.sandbox.goszakup.country import Country
from tests.watchers.sources.goszakup.records import Portal
from watchers.indicators.base import Context, Status
from watchers.indicators.registry import judge_release, load_indicators
from watchers.rules import load_rules
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.reading import read

_TERMS_AND_PAPERS = {"R005", "KZ-10", "KZ-11", "KZ-12", "KZ-14", "KZ-15", "KZ-17", "KZ-27", "KZ-28"}
_INDICATORS = [one for one in load_indicators() if one.code in _TERMS_AND_PAPERS]
_INJECTED = {"short_delivery": "KZ-10", "missing_documents": "R005", "big_prepayment": "KZ-11"}


def flags_of(country: Country) -> dict[int, set[str]]:
    """The flags of every announcement of the country, by its id, as they stand a day after the last."""
    portal, rules = Portal(country), load_rules()
    context = Context(rules=rules, seen_at=datetime.fromtimestamp(country.now, UTC))
    found = {}
    for tender in country.tenders():
        release = release_of(read(json.dumps(portal.records(tender.id)).encode()).records)
        answers = judge_release(release, context, _INDICATORS)
        found[tender.id] = {one.indicator for one in answers if one.status is Status.FIRED}
    return found


def test_ordinary_announcements_raise_none_of_them() -> None:
    country = Country(datetime(2026, 10, 5, 4, tzinfo=UTC), per_day=90, defects=0.0)
    country.advance(2.5 * 86_400)
    found = flags_of(country)
    assert len(found) > 150
    assert not {number: codes for number, codes in found.items() if codes}


@pytest.mark.parametrize("name", _INJECTED)
def test_an_injected_defect_raises_its_flag_and_no_other(name: str) -> None:
    country = Country(datetime(2026, 10, 5, 4, tzinfo=UTC), per_day=30, defects={name: 1.0})
    country.advance(1.5 * 86_400)
    found = flags_of(country)
    shown = [number for number in country.ledger.shown(name) if found[number]]
    assert len(shown) > 15
    assert {code for number in shown for code in found[number]} == {_INJECTED[name]}
