from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from tests.watchers.sources.invented import organization, tender
from watchers.ocds import Release
from watchers.sources.prozorro import codes
from watchers.sources.prozorro.mapping import map_tender, read_tender


def mapped(**more: Any) -> Release:
    return map_tender(read_tender(json.dumps({"data": tender(1, **more)}).encode()))


def bid(key: str, number: str, amount: float | None = 100.0, **more: Any) -> dict[str, Any]:
    value = {} if amount is None else {"value": {"amount": amount, "currency": "UAH"}}
    return {"id": key, "status": "active", "tenderers": [organization(number, f"ТОВ {number}")], **value, **more}


def award(key: str, bid_id: str, status: str, lot: str | None = None, date: str = "2026-11-26") -> dict[str, Any]:
    lots = {"lotID": lot} if lot else {}
    return {"id": key, "bid_id": bid_id, "status": status, "date": f"{date}T10:00:00+02:00", **lots}


def test_a_tender_keeps_what_matters_in_the_words_of_ocds() -> None:
    release = mapped()
    assert release.ocid == "ocds-be6bcu-UA-2026-11-01-000001-a"
    assert release.buyer is not None
    assert release.buyer.id == "UA-EDR-00000001"
    assert release.buyer.address is not None
    assert release.buyer.address.region_code == "UA-46"
    call = release.tender
    assert call is not None
    assert (call.status, call.procurement_method, call.procurement_method_details) == (
        "active",
        "open",
        "aboveThreshold",
    )
    assert call.value is not None
    assert call.value.amount == Decimal("1234567.89")
    assert call.award_criteria == "priceOnly"
    assert call.tender_period is not None
    assert call.tender_period.end_date == "2026-11-25T00:00:00+02:00"
    assert call.items[0].classification is not None
    assert (call.items[0].classification.scheme, call.items[0].classification.id) == ("CPV", "45260000")
    assert call.items[0].quantity == Decimal("1.5")
    assert call.number_of_tenderers is None, "no bids in the answer is not the same as no bidders"


def test_a_release_survives_being_written_and_read() -> None:
    release = mapped(bids=[bid("b1", "00000002")], lots=[{"id": "l1", "status": "active", "title": "Частина"}])
    assert msgspec.json.decode(msgspec.json.encode(release), type=Release) == release


def test_a_tender_alone_is_read_as_well_as_one_in_an_envelope() -> None:
    bare = map_tender(read_tender(json.dumps(tender(1)).encode()))
    assert bare == mapped()
    with pytest.raises(msgspec.DecodeError):
        read_tender(b'{"data": {"status": "active"}}')


@pytest.mark.parametrize(
    ("kind", "said", "method"),
    [
        ("reporting", "limited", "direct"), ("negotiation", "limited", "limited"),
        ("priceQuotation", None, "selective"),
        ("requestForProposal", "selective", "selective"), ("belowThreshold", None, "open"), ("newKind", "open", "open"),
        ("newKind", None, None),
    ],
)  # fmt: skip
def test_the_method_is_one_of_ocds_and_the_publishers_own_word_is_kept(
    kind: str, said: str | None, method: str | None
) -> None:
    call = mapped(procurementMethodType=kind, procurementMethod=said).tender
    assert call is not None
    assert (call.procurement_method, call.procurement_method_details) == (method, kind)


def test_an_unknown_code_is_kept_and_reported_once() -> None:
    codes._reported.clear()
    with capture_logs() as lines:
        for _ in range(3):
            call = mapped(status="active.dreaming").tender
            assert call is not None
            assert call.status == "active.dreaming"
    assert [line["code"] for line in lines] == ["active.dreaming"]


def test_a_bidder_turned_down_is_disqualified_and_a_bid_taken_back_is_not() -> None:
    release = mapped(
        bids=[bid("b1", "00000002"), bid("b2", "00000003"), bid("b3", "00000004", status="invalid"),
              bid("b4", "00000005", None, status="deleted", tenderers=[])],
        awards=[award("a1", "b1", "unsuccessful"), award("a2", "b2", "active")],
    )  # fmt: skip
    assert release.bids is not None
    assert [one.status for one in release.bids.details] == ["disqualified", "valid", "withdrawn", "withdrawn"]
    assert release.tender is not None
    assert release.tender.number_of_tenderers == 2
    assert [one.id for one in release.tender.tenderers] == ["UA-EDR-00000002", "UA-EDR-00000003"]


def test_only_the_last_decision_on_a_bid_counts() -> None:
    release = mapped(
        bids=[bid("b1", "00000002")],
        awards=[award("a2", "b1", "active", date="2026-11-28"), award("a1", "b1", "unsuccessful", date="2026-11-26")],
    )
    assert release.bids is not None
    assert release.bids.details[0].status == "valid"


def test_a_bid_for_two_lots_is_one_bid_a_lot_with_its_own_price_and_fate() -> None:
    offers = [
        {"relatedLot": lot, "value": {"amount": amount, "currency": "UAH"}} for lot, amount in (("l1", 5), ("l2", 7))
    ]
    release = mapped(
        lots=[{"id": "l1"}, {"id": "l2"}],
        bids=[bid("b1", "00000002", None, lotValues=offers), bid("b2", "00000003", None, lotValues=offers[:1])],
        awards=[award("a1", "b1", "unsuccessful", "l1"), award("a2", "b1", "active", "l2")],
    )
    assert release.bids is not None
    details = release.bids.details
    assert [(one.id, one.related_lots, one.status) for one in details] == [
        ("b1-l1", ("l1",), "disqualified"), ("b1-l2", ("l2",), "valid"), ("b2", ("l1",), "valid"),
    ]  # fmt: skip
    assert [one.value.amount for one in details if one.value] == [Decimal(5), Decimal(7), Decimal(5)]
    assert [one.related_bid for one in release.awards] == ["b1-l1", "b1-l2"]
    assert release.tender is not None
    assert release.tender.number_of_tenderers == 2


def test_a_date_without_a_zone_is_kyiv_time() -> None:
    call = mapped(tenderPeriod={"startDate": "2026-07-01T10:00:00", "endDate": "2026-12-01"}).tender
    assert call is not None
    assert call.tender_period is not None
    assert call.tender_period.start_date == "2026-07-01T10:00:00+03:00"
    assert call.tender_period.end_date == "2026-12-01T00:00:00+02:00"


def test_a_natural_person_is_told_from_a_company_and_contacts_are_left_out() -> None:
    release = mapped(awards=[{**award("a1", "b1", "active"), "suppliers": [organization("0000000019", "ФОП Ніхто")]}])
    supplier = release.awards[0].suppliers[0]
    assert supplier.identifier is not None
    assert (supplier.id, supplier.identifier.scheme) == ("UA-IPN-0000000019", "UA-IPN")
    written = msgspec.json.encode(release)
    assert b"example.org" not in written
    assert "Тиха".encode() not in written


def test_a_place_abroad_has_no_ukrainian_region() -> None:
    foreign = organization("00000009", "Fremd GmbH")
    foreign["address"] = {"countryName": "Німеччина", "region": "Львівська область"}
    release = mapped(awards=[{**award("a1", "b1", "active"), "suppliers": [foreign]}])
    assert release.awards[0].suppliers[0].address is not None
    assert release.awards[0].suppliers[0].address.region_code is None


def test_the_signature_of_a_notice_is_no_notice() -> None:
    call = mapped(
        documents=[
            {"title": "sign.p7s", "documentType": "notice"},
            {"title": "оголошення.pdf", "documentType": "notice"},
            {"title": "договір.docx", "documentType": "contractProforma"},
            {"title": "без типу.docx"},
        ]
    ).tender
    assert call is not None
    assert [one.document_type for one in call.documents] == ["x_signature", "tenderNotice", "contractDraft", None]


def test_each_organisation_is_a_party_once_with_all_its_roles() -> None:
    release = mapped(
        bids=[bid("b1", "00000002")],
        awards=[{**award("a1", "b1", "active"), "suppliers": [organization("00000002", "ТОВ 00000002")]}],
        buyers=[organization("00000007", "Замовник")],
    )
    roles = {party.id: party.roles for party in release.parties}
    assert roles == {
        "UA-EDR-00000007": ("buyer",), "UA-EDR-00000001": ("procuringEntity",),
        "UA-EDR-00000002": ("tenderer", "supplier"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "allowed"),
    [
        (
            codes.TENDER_STATUSES,
            {"planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"},
        ),
        (codes.LOT_STATUSES, {"planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"}),
        (codes.BID_STATUSES, {"invited", "pending", "valid", "disqualified", "withdrawn"}),
        (codes.AWARD_STATUSES, {"pending", "active", "cancelled", "unsuccessful"}),
        (codes.CONTRACT_STATUSES, {"pending", "active", "cancelled", "terminated"}),
        (codes.METHODS, {"open", "selective", "limited", "direct"}),
        (codes.AWARD_CRITERIA, {"priceOnly", "costOnly", "qualityOnly", "ratedCriteria"}),
    ],
)
def test_the_tables_lead_to_codes_of_ocds(table: dict[str, str], allowed: set[str]) -> None:
    assert set(table.values()) <= allowed
