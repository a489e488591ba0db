"""`check --as goszakup` with the history that was captured: earlier raw records answer the indicators that ask them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.bot.test_check_as import check, write
from tests.watchers.sources.goszakup.raw import announcement, lot, plan

SPEC, OTHER = ([{"abpCode": "464", "fkrbProgramCode": programme}] for programme in ("003", "067"))


def bought(number: int = 0, **changes: Any) -> dict[str, Any]:
    """An announcement of desks with its plan point; `amount`, `days` (of November), `root` and the rest are its own."""
    amount, root = changes.pop("amount", 2310000), changes.pop("root", 8760000 + number)
    words = {"PlansSpec": changes.pop("spec", SPEC), "rootrecordId": root, "amount": amount, "price": amount / 60}
    point = plan(**words, **changes.pop("plan", {}))
    own = lot(id=43600001 + number, lotNumber=f"{root}-ЗЦП1", amount=amount, Plans=[point], **changes.pop("lot", {}))
    number = 17800001 + number
    return announcement(id=number, numberAnno=f"{number}-1", totalSum=amount, Lots=[own], Files=[], **changes)


def earlier(number: int, month: int = 10, day: int = 20, **changes: Any) -> dict[str, Any]:
    at = f"2026-{month:02d}-{day:02d}"
    dates = {"publishDate": f"{at} 10:00:00", "startDate": f"{at} 10:00:00", "lastUpdateDate": f"{at} 10:00:00"}
    return bought(number, **(dates | {"endDate": f"2026-{month:02d}-{day + 3:02d} 18:00:00"} | changes))


def signed(number: int, price: float, supplier: str = "991240000026") -> dict[str, Any]:
    """A contract after a price quotation that stands alone: its announcement was not captured."""
    return {
        "id": number, "rootId": number, "trdBuyId": 17000000 + number, "trdBuyNumberAnno": f"{17000000 + number}-1",
        "customerBin": "000140000018", "supplierBiin": supplier, "contractNumberSys": f"000140000018/26{number:04d}/00",
        "contractSum": price * 50, "signDate": f"2026-0{number}-10 10:00:00", "crdate": f"2026-0{number}-09 10:00:00",
        "refContractStatusId": 190, "faktTradeMethodsId": 3, "refSubjectTypeId": 1, "finYear": 2026,
        "ContractUnits": [{"id": 1, "lotId": number, "itemPrice": price, "quantity": 50, "totalSum": price * 50,
                           "refEnstruCode": ["310912.300.000012"]}],
    }  # fmt: skip


def failed(number: int, **changes: Any) -> dict[str, Any]:
    words = {"refBuyStatusId": 350, "lot": {"refLotStatusId": 370}, "lastUpdateDate": "2026-10-28 10:00:00"}
    return earlier(number, **words | changes)


CANCEL = {"refBuyStatusId": 410, "lot": {"refLotStatusId": 410}, "lastUpdateDate": "2026-10-25 10:00:00",
          "Cancel": [{"dateDecision": "2026-10-25 10:00:00", "typeActionsNameRu": "Отказ от закупки"}]}  # fmt: skip
STOPPED = CANCEL | {"Cancel": [{"dateDecision": "2026-10-25 10:00:00", "nameAuthority": "Прокуратура района"}]}
LATE = {"lastUpdateDate": "2026-11-11 09:00:00"}


class Case(NamedTuple):
    """A record, what was captured before it, and what its indicator must say (None: clear)."""

    code: str
    name: str
    record: dict[str, Any]
    history: list[dict[str, Any]]
    expected: dict[str, Any] | None


CASES = [
    Case("R011", "splitting", bought(), [earlier(1, amount=33000000)], {"value": 35310000, "weight": 4}),
    Case("R011", "another programme", bought(), [earlier(1, amount=33000000, spec=OTHER)], None),
    Case("R011", "a failed one", bought(), [failed(1, amount=33000000)], None),
    Case("KZ-16", "refused", bought(), [earlier(1, **CANCEL)], {"value": 15}),
    Case("KZ-16", "stopped by a prosecutor", bought(), [earlier(1, **STOPPED)], None),
    Case("KZ-20", "the same again", bought(), [earlier(1)], {"value": 20}),
    Case("KZ-20", "the same, failed", bought(), [failed(1)], None),
    Case("KZ-21", "dearer", bought(parentId=17800002, refTypeTradeId=2), [failed(1, amount=2100000)], {"value": 10}),
    Case("KZ-21", "as before", bought(parentId=17800002, refTypeTradeId=2), [failed(1)], None),
    Case("KZ-22", "a quantity on the last day", bought(**LATE, plan={"count": 61}), [bought()], {"value": 0}),
    Case("KZ-22", "a technical edit on the last day", bought(**LATE), [bought()], None),
    Case("R017", "dear", bought(), [signed(n, 10000.0 + 1000 * n) for n in range(1, 10)], {"value": 38500}),
    Case("R017", "as usual", bought(), [signed(n, 30000.0 + 1000 * n) for n in range(1, 10)], None),
    Case("R040", "one winner", bought(), [signed(n, 30000.0) for n in range(1, 8)], {"value": 100}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.name}")
def test_earlier_raw_records_are_what_indicators_compare_with(case: Case, tmp_path: Path) -> None:
    records = {"TrdBuy": case.record, "history": case.history}
    capture = {"id": case.name, "now": "2026-11-11T12:00:00+05:00", "records": records}
    _, found, _ = check(write(tmp_path / "one.jsonl", capture), show_all=True)
    [finding] = [one for one in found if one["indicator"] == case.code]
    assert finding["status"] == ("clear" if case.expected is None else "fired"), finding
    assert {key: finding[key] for key in case.expected or {}} == (case.expected or {})
