"""A decided tender in the portal's own records: one thing amiss among its bids raises that flag, its neighbour none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.watchers.sources.goszakup.raw import announcement, lot, plan
from tests.watchers.sources.goszakup.test_deals import bid, deal
from watchers.history.memory import history_of
from watchers.indicators.base import Context, Status
from watchers.indicators.registry import judge_release, load_indicators
from watchers.rules import load_rules
from watchers.sources.goszakup.captured import captured_from

_RULES = load_rules()
_FIRST, _SECOND, _THIRD = "150140000011", "150140000012", "150140000013"
_PLAN = 46_500_000
_JUDGED = {
    "KZ-23", "R018", "R023", "R024", "R025", "R028", "R030", "R031", "R035", "R036", "R038", "R044", "R046", "R048",
    "R050", "R051", "R052", "R053", "R055", "R057", "R058", "R061", "R062",
}  # fmt: skip


def _tender(number: int = 17800001, method: int = 2, **changes: Any) -> dict[str, Any]:
    part = lot(
        id=number + 25_000_000, amount=_PLAN, count=150, refTradeMethodsId=method, refBuyTradeMethodsId=method,
        refLotStatusId=360, Plans=[plan(price=310_000, count=150, amount=_PLAN, refTradeMethodsId=method)],
    )  # fmt: skip
    when = {"publishDate": "2026-11-02 10:00:00", "startDate": "2026-11-09 09:00:00", "endDate": "2026-11-16 10:00:00"}
    state = {"refBuyStatusId": 350, "itogiDatePublic": "2026-11-19 17:00:00", "lastUpdateDate": "2026-11-19 17:00:00"}
    head = {"id": number, "numberAnno": f"{number}-1", "totalSum": _PLAN, "refTradeMethodsId": method}
    return announcement(Lots=[part], **{**head, **when, **state, **changes})


def _bids(*prices: int, rejected: str = "", number: int = 17800001) -> list[dict[str, Any]]:
    """The first wins; `rejected` has an x for each bid that was rejected."""
    found = []
    for place, price in enumerate(prices):
        status = "Победитель" if place == 0 else "Отклонено" if rejected[place : place + 1] == "x" else "Допущено"
        who = (_FIRST, _SECOND, _THIRD)[place]
        found.append(bid(place + 1, who, status, lotId=number + 25_000_000, amount=price) | {"buyId": number})
    return found


def _subject(number: str, phone: str, since: str = "2015-02-11 00:00:00") -> dict[str, Any]:
    return {"bin": number, "phone": phone, "email": f"{number}@example.kz", "regdate": since}


_APART = [_subject(_FIRST, "+7 701 000 11 11"), _subject(_SECOND, "87010002222"), _subject(_THIRD, "87010003333")]
_LISTED = {"id": 5, "supplierBiin": _FIRST, "systemId": 3, "startDate": "2026-01-15 00:00:00"}
_CLEAN = {"TrdBuy": _tender(), "TrdApp": _bids(43_200_000, 44_900_000, 45_750_000), "Subjects": _APART, "Rnu": []}


def _past(count: int, **changes: Any) -> list[dict[str, Any]]:
    when = {"publishDate": "2026-08-03 10:00:00", "startDate": "2026-08-10 09:00:00", "endDate": "2026-08-17 10:00:00"}
    state = {"itogiDatePublic": "2026-08-20 17:00:00", "lastUpdateDate": "2026-08-20 17:00:00"}
    numbers = range(17700001, 17700001 + count)
    return [
        _tender(one, **when, **state, **changes) | {"TrdApp": _bids(43_200_000, 44_900_000, number=one)}
        for one in numbers
    ]


def _fired(records: dict[str, Any]) -> set[str]:
    captured = captured_from({"id": "case", "now": "2026-12-01 10:00:00", "records": records})
    history = history_of(captured.release, captured.earlier, _RULES) if captured.earlier is not None else None
    found = judge_release(captured.release, Context(rules=_RULES, history=history), load_indicators())
    return {one.indicator for one in found if one.status is Status.FIRED} & _JUDGED


_QUOTATION = {"startDate": "2026-11-09 09:00:00", "itogiDatePublic": "2026-11-16 10:00:05"}

_CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing amiss": ({}, set()),
    "one telephone, written differently": (
        {"Subjects": [_APART[0], _subject(_SECOND, "8(701)000-11-11"), _APART[2]]},
        {"R044"},
    ),
    "the winner is listed": ({"Rnu": [_LISTED]}, {"R046"}),
    "a loser is listed": ({"Rnu": [_LISTED | {"supplierBiin": _SECOND}]}, set()),
    "the winner was listed until the day before": (
        {"Rnu": [_LISTED | {"startDate": "2024-11-18 00:00:00"}]},
        set(),
    ),
    "founded thirteen days before": (
        {"Subjects": [_subject(_FIRST, "+7 701 000 11 11", "2026-10-20 00:00:00"), *_APART[1:]]},
        {"KZ-23"},
    ),
    "two prices alike": ({"TrdApp": _bids(43_200_000, 43_200_000, 45_750_000)}, {"R028"}),
    "a ladder": ({"TrdApp": _bids(43_000_000, 44_075_000, 45_176_875)}, {"R023"}),
    "two rejected by the commission": (
        {"TrdApp": _bids(43_200_000, 44_900_000, 45_750_000, rejected=" xx")},
        {"R035"},
    ),
    "two rejected in a rating-point tender": (
        {"TrdBuy": _tender(method=188), "TrdApp": _bids(43_200_000, 44_900_000, 45_750_000, rejected=" xx")},
        set(),
    ),
    "two rejected by the portal in a quotation": (
        {
            "TrdBuy": _tender(method=3, **_QUOTATION),
            "TrdApp": _bids(43_200_000, 44_900_000, 45_750_000, rejected=" xx"),
        },
        set(),
    ),
    "alone": ({"TrdApp": _bids(43_200_000)}, {"R018"}),
    "alone at the plan, by a contract without tax": (
        {
            "TrdApp": _bids(46_500_000),
            "Contract": [
                deal(500, supplierBiin=_FIRST, contractSum=46_500_000, contractSumWnds=53_940_000, faktTradeMethodsId=2)
                | {"ContractUnits": [{"id": 1, "lotId": 42800001, "itemPrice": 310_000, "quantity": 150}]}
            ],
        },
        {"R018", "R031"},
    ),
    "far cheaper": ({"TrdApp": _bids(20_000_000, 44_900_000)}, {"R058"}),
    "hardly cheaper": ({"TrdApp": _bids(44_000_000, 44_100_000)}, {"R024"}),
    "hardly cheaper, at the dumping floor": ({"TrdApp": _bids(41_850_000, 41_950_000)}, set()),
    "decided the same day": ({"TrdBuy": _tender(itogiDatePublic="2026-11-16 17:00:00")}, {"R061"}),
    "met five times": ({"history": _past(4)}, {"R053"}),
    "met four times": ({"history": _past(3)}, set()),
}


@pytest.mark.parametrize("name", _CASES)
def test_one_thing_amiss_among_the_bids_raises_that_flag_alone(name: str) -> None:
    changes, expected = _CASES[name]
    assert _fired(_CLEAN | changes) == expected


def test_whether_the_register_was_asked_is_told() -> None:
    asked = captured_from({"records": _CLEAN}).release
    assert {one.debarments_listed for one in asked.parties if "tenderer" in one.roles} == {True}
    unasked = captured_from({"records": {key: value for key, value in _CLEAN.items() if key != "Rnu"}}).release
    assert {one.debarments_listed for one in unasked.parties} == {False}
