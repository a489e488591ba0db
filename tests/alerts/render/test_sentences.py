"""Sentences of findings that are not quite of this version: stored before an indicator learned to ask more."""

from __future__ import annotations

import re

import msgspec
import pytest
import structlog

from alerts.render.sentences import Sentences
from templates import LANGUAGES, ROOT
from tests.watchers.indicators.tables import findings
from watchers.indicators.base import Finding, Status

_FACT = re.compile(r"facts\.(\w+)")


def fired() -> list[Finding]:
    return [finding for finding in findings().values() if finding.status is Status.FIRED]


def without(finding: Finding, fact: str) -> Finding:
    facts = {name: value for name, value in finding.facts.items() if name != fact}
    return msgspec.structs.replace(finding, facts=facts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_yes_or_no_that_an_older_version_did_not_ask_leaves_the_sentence_whole(language: str) -> None:
    sentences, tried = Sentences(), set()
    with structlog.testing.capture_logs() as said:
        for finding in fired():
            for fact in [name for name, value in finding.facts.items() if type(value) is bool]:
                assert sentences.of(without(finding, fact), language).lead
                tried.add((finding.indicator, fact))
    assert ("R003", "hard") in tried
    assert not said


def test_a_number_that_is_missing_is_said_to_us_and_the_name_to_the_reader() -> None:
    (finding, *_) = [one for one in fired() if one.indicator == "R003" and one.facts.get("hard")]
    with structlog.testing.capture_logs() as said:
        spoken = Sentences().of(without(finding, "days_off"), "en")
    assert spoken == ("Submission window too short", ".")
    assert [one["event"] for one in said] == ["sentence_failed"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_that_a_page_asks_for_is_told_by_its_indicator(language: str) -> None:
    told: dict[str, set[str]] = {}
    for finding in findings().values():
        told.setdefault(finding.indicator, set()).update(finding.facts)
    for code, facts in told.items():
        text = (ROOT / "indicators" / code / f"{language}.md").read_text(encoding="utf-8").split("+++\n")[1]
        assert set(_FACT.findall(text)) <= facts, code
