"""Every indicator has its page in every language, and its sentence can be said with real numbers."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined

from templates import LANGUAGES, ROOT
from tests.watchers.indicators.cases import NAMES, expected_of
from tests.watchers.indicators.tables import cases, findings
from watchers.indicators.base import Finding, Status
from watchers.indicators.registry import indicator_classes

_KINDS = tomllib.loads((ROOT / "indicators" / "sections.toml").read_text(encoding="utf-8"))
_SECTIONS = {language: [kind[language] for kind in _KINDS.values()] for language in LANGUAGES}
_NEVER = re.compile(
    r"!|corrupt|fraud|kickback|thief|guilty|urgent|корруп|мошен|откат|виновн|срочно|жемқор|сыбайлас|алаяқ|кінәлі",
    re.IGNORECASE,
)
_EXPECTED = {name: expected_of(name) for name in NAMES} | {case.id: case.expect for case in cases()}
_FIRED = [name for name, expected in _EXPECTED.items() if expected["status"] == Status.FIRED]


def _plain() -> Environment:
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - plain text
    environment.filters["quantity"] = lambda value, unit: f"{value} {unit}"
    environment.filters["money"] = lambda value, currency: f"{value} {currency}"
    environment.filters["when"] = lambda value, case="": f"{value}"
    environment.filters["number"] = lambda value: f"{value}"
    environment.filters["norm"] = lambda norm: f" ({norm.act} {norm.clause})" if norm else ""
    return environment


def _page(code: str, language: str) -> tuple[dict[str, Any], str]:
    text = (ROOT / "indicators" / code / f"{language}.md").read_text(encoding="utf-8")
    _, front, body = text.split("+++\n", 2)
    return tomllib.loads(front), body


def _say(finding: Finding, language: str) -> str:
    front, _ = _page(finding.indicator, language)
    values = {name: getattr(finding, name) for name in ("value", "threshold", "unit", "facts", "norm")}
    return "".join(_plain().from_string(front[part]).render(values) for part in ("lead", "rest"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", indicator_classes())
def test_an_indicator_has_a_page_with_the_same_sections(code: str, language: str) -> None:
    front, body = _page(code, language)
    assert set(front) == {"name", "lead", "rest"}
    assert all(front.values())
    sections = re.split(r"^## (.*)$", body, flags=re.MULTILINE)
    assert sections[1::2] == _SECTIONS[language]
    assert all(text.strip() for text in sections[2::2])


@pytest.mark.parametrize("code", indicator_classes())
def test_the_pages_of_an_indicator_say_the_same_number_of_things(code: str) -> None:
    shapes = {language: _page(code, language)[1].count("\n- ") for language in LANGUAGES}
    assert len(set(shapes.values())) == 1, shapes


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", indicator_classes())
def test_a_page_accuses_nobody(code: str, language: str) -> None:
    front, body = _page(code, language)
    assert not _NEVER.search(" ".join([*front.values(), body]).replace("!=", ""))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", _FIRED)
def test_a_fired_finding_is_said_in_one_sentence_with_its_numbers(name: str, language: str) -> None:
    finding = findings()[name]
    said = _say(finding, language)
    assert said.endswith(".")
    assert "None" not in said
    assert "  " not in said
    assert re.search(r"\d", said) or finding.unit == ""
    if finding.norm:
        assert f"({finding.norm.act} {finding.norm.clause})" in said


def test_every_act_that_findings_cite_is_named_in_every_language() -> None:
    acts = tomllib.loads((ROOT / "indicators" / "acts.toml").read_text(encoding="utf-8"))
    cited = {finding.norm.act for name in _FIRED if (finding := findings()[name]).norm}
    assert cited <= set(acts)
    for act in acts.values():
        assert act["url"].startswith("https://")
        assert act["checked_on"]
        for part in ("short", "full", "cite"):
            assert set(act[part]) == set(LANGUAGES)
        assert all("{clause}" in cite for cite in act["cite"].values())
