"""What the law asks in numbers, by day; who takes what from whom."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal

import pytest

from templates import LANGUAGES, ROOT
from watchers.rules import load_rules

_RULES = load_rules()
_LAW = _RULES.law
_DAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("name", "value", "unit", "clause"),
    [
        ("discussion", 2, "working_days", "170"),
        ("auction_lots", 1, "lots", "10.3"),
        ("complaint", 3, "working_days", "25.1"),
        ("complaint_answer", 3, "working_days", "25.2"),
        ("delivery", 15, "days", "17.6"),
        ("subcontract", 30, "percent", "17.8"),
        ("advance_construction", 30, "percent", "24"),
        ("debarment", 24, "months", "8.7"),
        ("set_aside_goods", 50, "percent", "27.2"),
        ("set_aside_works_services", 100, "percent", "27.2"),
    ],
)
def test_a_number_the_law_asks_for_is_known_from_its_first_day(name: str, value: int, unit: str, clause: str) -> None:
    row = _LAW.requirement("KZ", name, date(2025, 1, 1))
    assert row is not None
    assert (row.value, row.unit, row.clause) == (value, unit, clause)
    assert _LAW.requirement("KZ", name, date(2024, 12, 31)) is None
    assert _LAW.requirement("UA", name, _DAY) is None


@pytest.mark.parametrize(
    ("kind", "percent", "permitted"),
    [("construction", 2, False), ("current_repair", 20, False), ("other", 10, True), ("price_quotation", 10, True)],
)
def test_where_dumping_begins(kind: str, percent: int, permitted: bool) -> None:
    row = _LAW.floor("KZ", kind, _DAY)
    assert row is not None
    assert (row.percent, row.permitted) == (percent, permitted)
    assert _LAW.floor("KZ", kind, date(2024, 12, 31)) is None


@pytest.mark.parametrize(
    ("group", "repeat", "allowed"),
    [
        ("tender", False, {"any": False}),
        ("auction", True, {"no_bids": True, "none_admitted": False, "one_admitted": False}),
        ("price_quotation", False, {"one_bid": True, "no_bids": False, "few_left": False}),
        ("price_quotation", True, {"any": True}),
        ("social_order", True, {"any": True}),
        ("e_shop", True, {"any": False}),
        ("housing", False, {}),
    ],
)
def test_which_failures_single_source_may_follow(group: str, repeat: bool, allowed: dict[str, bool]) -> None:
    rows = _LAW.after_failure("KZ", group, repeat=repeat, on=_DAY)
    assert {reason: row.single_source for reason, row in rows.items()} == allowed


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("приобретения однородных товаров, если годовой объем не превышает стократного размера МРП", "16.3(28)"),
        ("ст. 16 п. 3 пп. 28", "16.3(28)"),
        ("16.3(28)", "16.3(28)"),
        ("услуги, относящиеся к сферам естественных монополий", ""),
        ("пп. 2) пункта 3 статьи 16", ""),
        ("", ""),
    ],
)
def test_a_ground_is_told_by_its_words(text: str, ground: str) -> None:
    assert _LAW.ground("KZ", text, _DAY) == ground


def test_everybody_has_somewhere_to_go_and_no_citizen_is_sent_down_a_bidders_road() -> None:
    assert {sender: [row.key for row in _LAW.takers("KZ", sender, _DAY)] for sender in ("supplier", "citizen")} == {
        "supplier": ["organiser_documents", "organiser_results", "court", "audit_supplier", "competition"],
        "citizen": ["audit", "prosecutor", "anticorruption", "buyer"],
    }
    acts = tomllib.loads((ROOT / "indicators" / "acts.toml").read_text(encoding="utf-8"))
    for row in _LAW.authorities:
        assert all(getattr(row, f"{part}_{language}") for part in ("name", "how") for language in LANGUAGES)
        assert (row.act in acts and row.clause) or not (row.act or row.clause)
        assert (row.term is None) == (not row.term_unit) == (not row.term_from)
        assert (row.answer is None) == (not row.answer_unit)


@pytest.mark.parametrize(
    ("name", "multiple"),
    [("stability_goods", 4000), ("stability_works", 20000), ("stability_services", 8000), ("tax_debt", 6)],
)
def test_floors_in_money_follow_the_mrp(name: str, multiple: int) -> None:
    limit = _RULES.limit("KZ", name, _DAY)
    assert limit is not None
    assert limit.amount == Decimal(4325 * multiple)
