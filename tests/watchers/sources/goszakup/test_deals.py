"""Bids, awards, contracts with addenda, direct contracts, the register of unscrupulous suppliers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.watchers.sources.goszakup.raw import BIN, announcement, lot, mapped, plan
from watchers.ocds import Contract, Release
from watchers.sources.goszakup import codes

FIRST, SECOND, THIRD = "950140000015", "960240000020", "970340000031"
RESULTS = "2026-11-12 10:00:00"


def bid(number: int, supplier: str, status: str = "Подано", **part: Any) -> dict[str, Any]:
    return {
        "id": number, "supplierId": number + 100, "supplierBinIin": supplier,
        "dateApply": "2026-11-10 15:30:24.884000", "Supplier": {"bin": supplier, "nameRu": f"ТОО «{number}»"},
        "AppLots": [{"id": number * 10, "lotId": 43600001, "price": 100, "amount": 6000,
                     "RefAppStatus": {"nameRu": status}, **part}],
    }  # fmt: skip


def deal(number: int, version: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "id": number, "rootId": 500, "parentId": 0, "trdBuyId": 17800001,
        "contractNumberSys": f"{BIN}/260007/{version:02}", "refContractStatusId": 190, "refContractTypeId": 1,
        "supplierBiin": FIRST, "customerBin": BIN, "contractSum": 6000, "contractSumWnds": 6960,
        "signDate": f"2026-11-{20 + version} 10:00:00", "faktTradeMethodsId": 3, "deleted": 0,
        "ContractUnits": [{"id": number * 10, "lotId": 43600001, "plnPointId": 8760001, "itemPrice": 100,
                           "quantity": 60, "refEnstruCode": ["310912.300.000012"]}], **changes,
    }  # fmt: skip


def purchase(*bids: dict[str, Any], deals: list[dict[str, Any]] | None = None, **changes: Any) -> Release:
    head = announcement(itogiDatePublic=RESULTS, Lots=[lot(Plans=[plan()])], **changes)
    return mapped(TrdBuy=head, TrdApp=list(bids), Contract=deals or [])


def test_each_application_and_lot_is_a_bid_and_the_winner_has_the_award() -> None:
    release = purchase(bid(1, FIRST, "Победитель"), bid(2, SECOND, "Второй победитель"), bid(3, THIRD))
    assert release.bids is not None
    first = release.bids.details[0]
    assert (first.id, first.date, first.status, first.status_details) == (
        "1-43600001", "2026-11-10T15:30:24.884000+05:00", "valid", "Победитель",
    )  # fmt: skip
    assert first.value is not None
    assert first.value.amount == Decimal(6000)
    assert release.tender is not None
    assert release.tender.number_of_tenderers == 3
    assert [who.name for who in release.tender.tenderers] == ["ТОО «1»", "ТОО «2»", "ТОО «3»"]
    [award] = release.awards
    assert (award.status, award.date, award.related_bid, award.related_lots) == (
        "active", "2026-11-12T10:00:00+05:00", "1-43600001", ("43600001",),
    )  # fmt: skip
    assert [who.key for who in award.suppliers] == [f"KZ-BIN-{FIRST}"]
    roles = {party.key: party.roles for party in release.parties}
    assert roles[f"KZ-BIN-{FIRST}"] == ("tenderer", "supplier")
    assert release.tender.lots[0].status == "complete"


BID_STATUSES = {
    "Отклонено": ({"refTradeMethodsId": 2}, "disqualified", 1),
    "Не допущено": ({"refTradeMethodsId": 188}, "disqualified", 1),
    "Отклонено автоматически": ({"refTradeMethodsId": 2}, None, 0),
    "Отклонена системой автоматически": ({"refTradeMethodsId": 2}, None, 0),
    "Отозвано": ({"refTradeMethodsId": 2}, "withdrawn", 0),
    "Допущено": ({"refTradeMethodsId": 2}, "valid", 1),
    "Неведомо": ({"refTradeMethodsId": 2}, "valid", 1),
}


@pytest.mark.parametrize("word", BID_STATUSES)
def test_a_commissions_rejection_is_told_from_the_portals_own(word: str) -> None:
    head, status, counted = BID_STATUSES[word]
    release = purchase(bid(1, FIRST, word), **head)
    assert release.bids is not None
    assert release.bids.details[0].status == status
    assert release.tender is not None
    assert release.tender.number_of_tenderers == counted


@pytest.mark.parametrize("method", [3, 60, 126])
def test_where_no_commission_sits_every_rejection_is_the_portals(method: int) -> None:
    release = purchase(bid(1, FIRST, "Отклонено"), bid(2, SECOND, "Победитель"), refTradeMethodsId=method)
    assert release.bids is not None
    assert [one.status for one in release.bids.details] == [None, "valid"]
    assert release.bids.details[0].status_details == "Отклонено"
    assert release.tender is not None
    assert release.tender.number_of_tenderers == 1


def test_statuses_are_known_by_number_code_and_either_language_and_an_unknown_one_is_reported_once() -> None:
    for part in (
        {"statusId": 360, "RefAppStatus": None},
        {"RefAppStatus": {"code": "FirstWinner"}},
        {"RefAppStatus": {"nameKz": "Жеңімпаз"}},
    ):
        assert len(purchase(bid(1, FIRST, **part)).awards) == 1
    codes._reported.clear()
    with capture_logs() as logs:
        for _ in range(2):
            release = purchase(bid(1, FIRST, statusId=999, RefAppStatus=None))
    assert release.bids is not None
    assert (release.bids.details[0].status, release.bids.details[0].status_details) == ("valid", "999")
    assert [(one["what"], one["value"]) for one in logs] == [("bid status", "999")]


def test_bids_count_only_once_they_are_opened() -> None:
    def counted(now: datetime | None, bids: list[Any] | None, **changes: Any) -> int | None:
        release = mapped(now, TrdBuy=announcement(**changes), **({} if bids is None else {"TrdApp": bids}))
        assert release.tender is not None
        return release.tender.number_of_tenderers

    before, after = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 11, 12, tzinfo=UTC)
    assert counted(after, None, itogiDatePublic=RESULTS) is None
    assert counted(after, [], itogiDatePublic=RESULTS) == 0
    assert counted(after, []) is None
    assert counted(after, [bid(1, FIRST)]) == 1
    assert counted(before, [bid(1, FIRST)]) is None
    sealed = mapped(before, TrdBuy=announcement(), TrdApp=[bid(1, FIRST)])
    assert sealed.bids is not None
    assert sealed.bids.details[0].status == "pending"


def contract(*deals: dict[str, Any]) -> Contract:
    [found] = purchase(bid(1, FIRST, "Победитель"), deals=list(deals)).contracts
    return found


def test_a_contract_has_sums_with_and_without_tax_and_units_of_its_plan_points() -> None:
    one = contract(deal(500, ecEndDate="2026-12-31 00:00:00", planExecDate="2026-12-20 00:00:00", contractMs=35.5))
    assert (one.id, one.public_number, one.status, one.award_id) == (
        "500",
        f"{BIN}/260007",
        "active",
        "award-1-43600001",
    )
    assert (one.value and one.value.amount, one.value_with_tax and one.value_with_tax.amount) == (6000, 6960)
    assert (one.date_signed, one.due, one.local_content) == (
        "2026-11-20T10:00:00+05:00",
        "2026-12-20T00:00:00+05:00",
        35.5,
    )
    [item] = one.items
    assert (item.related_lot, item.quantity, item.unit and item.unit.id) == ("43600001", 60, "796")
    assert item.classification is not None
    assert item.classification.id == "310912.300.000012"
    assert one.method_details == "Запрос ценовых предложений"


CHAINS: dict[str, list[dict[str, Any]]] = {
    "by root": [deal(500), deal(501, 1, parentId=500, contractSum=7000), deal(502, 2, parentId=501, contractSum=8000)],
    "by number": [
        deal(500, rootId=None),
        deal(501, 1, rootId=None, contractSum=7000),
        deal(502, 2, rootId=None, contractSum=8000),
    ],
    "in any order": [deal(502, 2, contractSum=8000), deal(501, 1, contractSum=7000), deal(500)],
    "root of some": [deal(500, rootId=None), deal(501, 1, contractSum=7000), deal(502, 2, contractSum=8000)],
    "twice the same": [
        deal(500),
        deal(501, 1, contractSum=7000),
        deal(501, 1, contractSum=7000),
        deal(502, 2, contractSum=8000),
    ],
    "one deleted": [deal(500), deal(501, 1, contractSum=7000), deal(502, 2, contractSum=8000), deal(503, 3, deleted=1)],
    "one not signed": [
        deal(500),
        deal(501, 1, contractSum=7000),
        deal(502, 2, contractSum=8000),
        deal(503, 3, signDate=None),
    ],
}


@pytest.mark.parametrize("case", CHAINS)
def test_addenda_are_amendments_of_one_contract(case: str) -> None:
    one = contract(*CHAINS[case])
    assert one.value is not None
    assert one.value.amount == 6000
    assert one.date_signed == "2026-11-20T10:00:00+05:00"
    assert [(change.id, change.amended_value and change.amended_value.amount) for change in one.amendments] == [
        ("501", 7000), ("502", 8000),
    ]  # fmt: skip


def test_the_state_of_a_contract_is_that_of_its_newest_signed_version() -> None:
    draft = deal(502, 2, signDate=None, refContractStatusId=110)
    one = contract(deal(500, refContractStatusId=455), deal(501, 1, refContractStatusId=390), draft)
    assert (one.status, one.status_details) == ("terminated", "Исполнен")


def test_where_the_first_version_is_not_known_its_sum_and_date_are_left_open() -> None:
    one = contract(deal(501, 1, parentId=500, refContractTypeId=2, refAmendmAgreemJustifId=[4, 0]))
    assert (one.value, one.date_signed) == (None, None)
    [change] = one.amendments
    assert (change.rationale, change.amended_value and change.amended_value.amount) == ("4", 6000)


def test_a_contract_in_force_without_a_date_runs_since_it_was_registered_and_a_draft_does_not() -> None:
    assert contract(deal(500, signDate=None, crdate="2026-11-19 10:00:00")).date_signed == "2026-11-19T10:00:00+05:00"
    assert contract(deal(500, signDate=None, crdate="2026-11-19", refContractStatusId=110)).date_signed is None
    sums = [{"id": 1, "totalSum": 100, "quantity": 3}]
    [item] = contract(deal(500, ContractUnits=sums)).items
    assert item.unit is not None
    assert item.unit.value is not None
    assert item.unit.value.amount == Decimal("33.33")


def test_two_contracts_of_one_announcement_stay_two() -> None:
    second = deal(600, rootId=600, supplierBiin=SECOND, contractNumberSys=f"{BIN}/260008/00")
    release = purchase(bid(1, FIRST, "Победитель"), deals=[deal(500), second])
    assert [one.public_number for one in release.contracts] == [f"{BIN}/260007", f"{BIN}/260008"]
    assert [(one.id, one.value) for one in release.awards][1] == ("contract-600", None)


def test_acts_and_payments_are_what_happened_under_a_contract() -> None:
    act = {
        "id": 1,
        "aktDate": "2026-12-01 10:00:00",
        "approveDate": "2026-12-02 10:00:00",
        "sumTransfer": 6000,
        "sumFine": 5,
        "dayOverdue": 3,
    }
    pay = {"id": 2, "payAmount": 6000, "payDate": "2026-12-09 00:00:00"}
    done = contract(deal(500, Acts=[act], TreasuryPay=[pay])).implementation
    assert done is not None
    [taken], [paid] = done.acceptances, done.transactions
    assert (taken.approved, taken.days_overdue, taken.fine and taken.fine.amount) == ("2026-12-02T10:00:00+05:00", 3, 5)
    assert (paid.date, paid.value and paid.value.amount) == ("2026-12-09T00:00:00+05:00", 6000)


def test_a_decision_whose_contract_came_to_nothing_no_longer_stands() -> None:
    fallen = deal(500, refContractStatusId=410, signDate=None)
    second = deal(600, rootId=600, supplierBiin=SECOND, contractNumberSys=f"{BIN}/260008/00")
    release = purchase(bid(1, FIRST, "Победитель"), bid(2, SECOND, "Второй победитель"), deals=[fallen, second])
    assert [(one.status, one.suppliers[0].key) for one in release.awards] == [
        ("cancelled", f"KZ-BIN-{FIRST}"), ("active", f"KZ-BIN-{SECOND}"),
    ]  # fmt: skip


def test_a_direct_contract_is_a_release_of_its_own_named_by_its_number() -> None:
    direct = deal(
        500, trdBuyId=0, faktTradeMethodsId=23, descriptionRu="услуги связи", finYear=2026, refSubjectTypeId=3
    )
    direct["ContractUnits"][0] |= {"lotId": 0, "Plans": plan(amount=6100)}
    release = mapped(Contract=[deal(501, 1, trdBuyId=0, contractSum=9000), direct])
    assert release.ocid == f"ocds-kz0001-goszakup-{BIN}/260007"
    assert release.tender is not None
    assert (release.tender.procurement_method, release.tender.status) == ("direct", "complete")
    assert release.tender.procurement_method_details == "Из одного источника путем прямого заключения договора"
    assert release.tender.date_published == release.contracts[0].date_signed == "2026-11-20T10:00:00+05:00"
    assert release.tender.value is not None
    assert release.tender.value.amount == 6100
    assert [
        (item.unit and item.unit.id, item.plan_point and item.plan_point.month) for item in release.tender.items
    ] == [("796", 11)]
    assert release.buyer is not None
    assert release.buyer.key == f"KZ-BIN-{BIN}"
    [award] = release.awards
    assert (award.value and award.value.amount, award.suppliers[0].key) == (6000, f"KZ-BIN-{FIRST}")
    assert len(release.contracts[0].amendments) == 1


def test_a_contract_whose_announcement_was_not_read_is_named_by_the_announcement() -> None:
    release = mapped(Contract=[deal(500, trdBuyNumberAnno="17800001-1")])
    assert release.ocid == "ocds-kz0001-goszakup-17800001-1"
    assert release.tender is not None
    assert (release.tender.value, release.tender.procurement_method) == (None, "open")
    with pytest.raises(ValueError, match="neither"):
        mapped(Contract=[deal(500, deleted=1)])


def test_entries_of_the_register_come_with_whose_register_it_is() -> None:
    entries = [
        {
            "id": "5249",
            "supplierBiin": FIRST,
            "systemId": 3,
            "startDate": "2026-01-05 08:09:17",
            "endDate": "2028-01-05 08:09:17",
        },
        {"id": 7, "supplierBiin": FIRST, "systemId": 1, "startDate": "2026-02-05 00:00:00"},
        {"id": 8, "pid": 102, "startDate": "2026-03-05 00:00:00"},
        {"id": 9, "supplierBiin": THIRD},
    ]
    release = mapped(
        TrdBuy=announcement(itogiDatePublic=RESULTS, biinSupplier=FIRST),
        TrdApp=[bid(1, FIRST, "Победитель"), bid(2, SECOND)], Rnu=entries,
    )  # fmt: skip
    parties = {party.key: [(one.id, one.register) for one in party.debarments] for party in release.parties}
    assert parties[f"KZ-BIN-{FIRST}"] == [("5249", "goszakup"), ("7", "mitwork")]
    assert parties[f"KZ-BIN-{SECOND}"] == [("8", None)]
    assert release.tender is not None
    assert release.tender.invited_suppliers[0].debarments[0].start_date == "2026-01-05T08:09:17+05:00"
