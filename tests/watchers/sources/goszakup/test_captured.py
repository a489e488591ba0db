"""What is captured with a purchase: bids of the one that failed before it, and whether its discussion was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from watchers.history.memory import history_of
from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Period
from watchers.rules import load_rules
from watchers.sources.goszakup.captured import Captured, captured_from

_RULES = load_rules()


def _call(number: int, method: int, published: str, **more: Any) -> dict[str, Any]:
    lot = {
        "id": number + 25_000_000, "lotNumber": f"87654321-{'ОК' if method == 2 else 'ОИ'}1", "amount": 20_000_000,
        "nameRu": "Стол", "customerBin": "000140000018", "refTradeMethodsId": 2, "refLotStatusId": more.pop("lot", 220),
    }  # fmt: skip
    return {
        "id": number, "numberAnno": f"{number}-1", "nameRu": "Столы для классов", "totalSum": 20_000_000,
        "refTradeMethodsId": method, "refSubjectTypeId": 1, "refBuyStatusId": 220, "orgBin": "000140000018",
        "publishDate": published, "startDate": published, "endDate": more.pop("end"), "lastUpdateDate": published,
        "finYear": [2026], "Lots": [lot],
    } | more  # fmt: skip


_FAILED = _call(
    17_700_001, 2, "2026-10-05 10:00:00", end="2026-10-20 10:00:00", lot=370, refBuyStatusId=350, refTypeTradeId=2,
    itogiDatePublic="2026-10-22 10:00:00", lastUpdateDate="2026-10-22 10:00:00",
)  # fmt: skip
_AFTER = _call(17_700_002, 6, "2026-11-02 10:00:00", end="2026-11-05 10:00:00", parentId=17_700_001)


def _bid(number: int) -> dict[str, Any]:
    lot = {"lotId": 42_700_001, "RefAppStatus": {"nameRu": "Отклонено", "code": "Rejected"}}
    return {"id": number, "buyId": 17_700_001, "supplierBinIin": f"0001400001{number:02}", "AppLots": [lot]}


def _judged(captured: Captured) -> Finding:
    history = history_of(captured.release, captured.earlier, _RULES) if captured.earlier is not None else None
    indicators = [one for one in load_indicators() if one.code == "KZ-04"]
    (finding,) = judge_release(captured.release, Context(rules=_RULES, history=history), indicators)
    return finding


@pytest.mark.parametrize(
    ("records", "status", "value"),
    [
        ({"history": [_FAILED], "TrdApp": [_bid(1), _bid(2)]}, "fired", 2),  # told apart by buyId
        ({"history": [_FAILED | {"TrdApp": [_bid(1)]}]}, "fired", 1),
        ({"history": [_FAILED, _bid(1)]}, "fired", 1),
        ({"history": {"TrdBuy": [_FAILED], "TrdApp": [_bid(1), _bid(2)]}}, "fired", 2),
        ({"history": [_FAILED | {"TrdApp": []}]}, "clear", None),  # asked for: nobody bid
        ({"history": [_FAILED]}, "not_computable", None),  # not asked for
        ({"history": []}, "not_computable", None),
        ({}, "not_computable", None),
    ],
)
def test_the_bids_of_the_purchase_that_failed_are_found_wherever_they_were_captured(
    records: dict[str, Any], status: str, value: int | None
) -> None:
    captured = captured_from({"id": 1, "now": "2026-11-02T12:00:00+05:00", "records": {"TrdBuy": _AFTER, **records}})
    finding = _judged(captured)
    assert (finding.status, finding.value) == (status, value), finding.reason
    assert captured.release.bids is None


def test_bids_of_its_own_stay_with_a_purchase() -> None:
    own = _bid(3) | {"buyId": 17_700_002}
    captured = captured_from({"records": {"TrdBuy": _AFTER, "history": [_FAILED], "TrdApp": [own, _bid(1)]}})
    assert captured.release.bids is not None
    assert [bid.id for bid in captured.release.bids.details] == ["3-42700001"]


def _discussion(**said: Any) -> Period | None:
    call = _call(1, 2, "2026-11-02 10:00:00", end="2026-11-16 10:00:00", **said)
    tender = captured_from({"records": {"TrdBuy": call}}).release.tender
    assert tender is not None
    return tender.enquiry_period


def test_a_discussion_that_the_portal_says_is_none_is_told_from_one_not_asked_for() -> None:
    assert _discussion() is None
    assert _discussion(discusStartDate=None, discusEndDate=None) == Period()
    assert _discussion(discusStartDate="2026-11-02 10:00:00") == Period(start_date="2026-11-02T10:00:00+05:00")
