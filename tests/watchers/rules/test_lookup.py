from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from watchers.ocds import Identifier, Organization, Release, Tender, Value
from watchers.rules import CountedFrom, load_rules

_RULES = load_rules()
_DAY = date(2026, 11, 2)


def _buyer(scheme: str | None = None, key: str = "1") -> Organization:
    return Organization(id=key, identifier=Identifier(scheme=scheme, id="1") if scheme else None)


@pytest.mark.parametrize(
    ("release", "jurisdiction"),
    [
        ({"buyer": _buyer("KZ-BIN")}, "KZ"),
        ({"buyer": _buyer(key="KZ-BIN-000000000000")}, "KZ"),
        ({"tender": Tender(procuring_entity=_buyer("UA-EDR"))}, "UA"),
        ({"buyer": _buyer("GB-COH"), "tender": Tender(value=Value.of(1, "KZT"))}, "GB"),  # the register goes first
        ({"buyer": _buyer("XI-LEI"), "tender": Tender(value=Value.of(1, "KZT"))}, "KZ"),  # XI is no country
        ({"ocid": "ocds-be6bcu-UA-2026-10-07"}, "UA"),
        ({"tender": Tender(value=Value.of(1, "KZT"))}, "KZ"),
        ({"tender": Tender(value=Value.of(1, "XTS"))}, ""),
        ({}, ""),
    ],
)
def test_whose_law_a_release_is_under(release: dict[str, Any], jurisdiction: str) -> None:
    assert _RULES.jurisdiction(Release(**release)) == jurisdiction


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ("Открытый конкурс", "2"),
        ("  открытый   КОНКУРС ", "2"),
        ("Ашық конкурс", "2"),
        ("Request for price quotations", "3"),
        ("Конкурс по строительству под ключ", "201"),
        ("188", "188"),
        ("Запрос ценовых предложений (не ГЗ new)", "126"),
    ],
)
def test_a_method_is_known_by_its_name_in_any_language_or_its_code(details: str, code: str) -> None:
    method = _RULES.method("KZ", details)
    assert method is not None
    assert method.code == code


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("tender", {"2", "22", "32", "201"}),
        ("rating_point", {"188"}),
        ("auction", {"7", "77", "78"}),
        ("price_quotation", {"3"}),
        ("single_source_after_failure", {"6"}),
        ("direct", {"23"}),
        ("e_shop", {"60"}),
        ("social_order", {"52"}),
        ("housing", {"50"}),
        ("catering", {"120", "121", "131"}),
        ("framework", {"132", "133"}),
    ],
)
def test_the_groups_of_methods_under_the_law(group: str, codes: set[str]) -> None:
    assert {row.code for row in _RULES.methods if row.group == group and row.under_law} == codes


def test_methods_of_quasi_state_buyers_are_not_under_the_law() -> None:
    outside = {row.code for row in _RULES.methods if not row.under_law}
    assert {"105", "123", "125", "126", "160", "177", "178", "55"} <= outside
    assert {row.code for row in _RULES.methods if "не ГЗ" in row.name_ru} <= outside


@pytest.mark.parametrize(
    ("group", "repeat", "minimum", "clause", "counted_from"),
    [
        ("tender", False, 5, "164", CountedFrom.ACCEPTANCE),
        ("tender", True, 3, "167", CountedFrom.PUBLICATION),
        ("rating_point", False, 3, "164", CountedFrom.ACCEPTANCE),
        ("auction", False, 5, "348", CountedFrom.ACCEPTANCE),
        ("auction", True, 3, "350", CountedFrom.PUBLICATION),
        ("price_quotation", False, 2, "411", CountedFrom.PUBLICATION),
        ("social_order", False, 5, "454", CountedFrom.PUBLICATION),
        ("social_order", True, 3, "455", CountedFrom.PUBLICATION),
        ("housing", False, 5, "479", CountedFrom.PUBLICATION),
    ],
)
def test_the_minimum_windows_of_rules_687(
    group: str, repeat: bool, minimum: int, clause: str, counted_from: CountedFrom
) -> None:
    window = _RULES.window("KZ", group, repeat=repeat, on=_DAY)
    assert window is not None
    assert (window.minimum, window.clause, window.counted_from) == (minimum, clause, counted_from)


def test_no_minimum_is_known_before_the_law_came_into_force() -> None:
    assert _RULES.window("KZ", "tender", repeat=False, on=date(2024, 12, 31)) is None
    assert _RULES.window("KZ", "tender", repeat=False, on=date(2025, 1, 1)) is not None


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        (date(2025, 12, 31), 3932 * 8000),
        (date(2026, 1, 1), 4325 * 8000),
        (date(2027, 1, 1), None),
        (date(2024, 6, 1), None),
    ],
)
def test_a_threshold_is_worked_out_with_the_mrp_of_its_year(on: date, amount: int | None) -> None:
    limit = _RULES.limit("KZ", "price_quotation", on)
    assert (limit.amount if limit else None) == amount


def test_the_mrp_by_year() -> None:
    years = {year: _RULES.base_amount("KZ", date(year, 7, 1)) for year in range(2023, 2028)}
    amounts = {year: row.amount if row else None for year, row in years.items()}
    assert amounts == {2023: 3450, 2024: 3692, 2025: 3932, 2026: 4325, 2027: None}


def test_value_added_tax_changed_with_2026() -> None:
    assert _RULES.vat("KZ", date(2025, 12, 31)) == Decimal(12)
    assert _RULES.vat("KZ", date(2026, 1, 1)) == Decimal(16)
    assert _RULES.vat("UA", date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("scheme", "code", "kind"),
    [
        ("ENSTRU", "351110.100.000000", "utilities"),
        ("enstru", "68.20.12", "rent"),
        ("CPV", "09310000-5", "utilities"),
        ("CPV", "09130000-9", ""),
        (None, "3511", ""),
    ],
)
def test_what_one_firm_alone_can_supply(scheme: str | None, code: str, kind: str) -> None:
    assert _RULES.regulated_kind(scheme, code) == kind
