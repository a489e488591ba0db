"""A number on an indicator's page is the number in its settings or in the tables of the law."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import msgspec
import pytest

from templates import LANGUAGES, ROOT
from watchers.indicators.registry import indicator_classes
from watchers.rules import load_rules

_RULES = load_rules()
_TODAY = date(2026, 11, 25)
_DISCUSSION = {
    "en": r"within (\d+) working days of the announcement",
    "ru": r"в течение (\d+) рабочих дней со дня объявления",
    "kk": r"хабарландырудан кейін (\d+) жұмыс күні ішінде",
}
_COMPLAINT = {
    "en": r"within (\d+) working days of the protocol",
    "ru": r"в течение (\d+) рабочих дней после протокола",
    "kk": r"хаттамасынан кейін (\d+) жұмыс күні ішінде",
}


def _sections(code: str, language: str) -> list[str]:
    text = (ROOT / "indicators" / code / f"{language}.md").read_text(encoding="utf-8")
    return re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]


def _numbers(text: str) -> list[int]:
    whole = re.sub(r"(?<=\d)[ ,\u00a0](?=\d{3}\b)", "", re.sub(r"`[^`]*`", "", text))
    return [int(found) for found in re.findall(r"(?<![\w.,№-])\d+(?![\w.,]\d)", whole)]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(f'"{one}"' if isinstance(one, str) else str(one) for one in value) + "]"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [code for code in indicator_classes() if len(_sections(code, "en")) > 4])
def test_how_it_is_computed_names_every_setting_with_its_default(code: str, language: str) -> None:
    formula = re.sub(r"(= -?\d+)\.0`", r"\1`", _sections(code, language)[1])
    defaults = msgspec.to_builtins(indicator_classes()[code].Settings())
    assert [name for name, value in defaults.items() if f"`{name} = {_toml(value)}`" not in formula] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_minimum_windows_on_the_page_are_those_of_the_rules(language: str) -> None:
    asked = [
        ("tender", False), ("rating_point", False), ("auction", False), ("tender", True), ("price_quotation", False),
        ("social_order", False), ("social_order", True), ("housing", False),
    ]  # fmt: skip
    windows = [_RULES.window("KZ", group, repeat=repeat, on=_TODAY) for group, repeat in asked]
    said = _numbers(_sections("R003", language)[1])
    assert said[: len(asked)] == [window.minimum for window in windows if window]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["R002", "KZ-03"])
def test_the_limits_on_the_page_are_those_of_the_rules(code: str, language: str) -> None:
    names = ("price_quotation", "e_shop", "direct_goods", "direct_works_services", "direct_rural")
    limits = [limit.multiple for name in names if (limit := _RULES.limit("KZ", name, _TODAY))]
    assert _numbers(_sections(code, language)[1])[: len(names)] == limits


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("patterns", "name"), [(_DISCUSSION, "discussion"), (_COMPLAINT, "complaint")])
def test_until_when_people_can_act_is_what_the_law_gives_them(
    patterns: dict[str, str], name: str, language: str
) -> None:
    row = _RULES.law.requirement("KZ", name, _TODAY)
    assert row is not None
    terms = [
        int(found)
        for code in indicator_classes()
        for section in _sections(code, language)
        for found in re.findall(patterns[language], section)
    ]
    assert terms
    assert set(terms) == {row.value}
