"""Recorded answers of the real portal map without a complaint that is not explained here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from watchers.ocds import Release
from watchers.sources.goszakup import codes, parts
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.reading import read

SHARED = Path(__file__).parents[5] / "shared" / "data" / "goszakup"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded answers are not beside the checkout"),
]

EXPLAINED = {
    (
        "bid status",
        "370",
    ): "the developer page's bid of 2020 has a status without its name; of the ids 360 alone is documented",
    ("BIN", "not twelve digits"): "the record of June 2026 has its customer blacked out",
}


def load(name: str) -> Any:
    return json.loads((SHARED / name).read_text(encoding="utf-8"))


@pytest.fixture
def complaints() -> Any:
    for cached in (codes.known, parts.region_of, parts._moment):
        cached.cache_clear()
    codes._reported.clear()
    with capture_logs() as logs:
        yield logs


def mapped(complaints: list[Any], **records: Any) -> Release:
    taken = read(json.dumps(records, ensure_ascii=False).encode())
    assert taken.troubles == ()
    release = release_of(taken.records)
    unexplained = [one for one in complaints if (one["what"], one["value"]) not in EXPLAINED]
    assert unexplained == []
    assert msgspec.json.decode(msgspec.json.encode(release), type=Release) == release
    return release


def test_announcements_of_july(complaints: list[Any]) -> None:
    releases = [mapped(complaints, TrdBuy=one) for one in load("live_2026/trd_buy_listing.json")]
    found = {
        release.ocid[-10:]: (
            release.tender.status, release.tender.procurement_method_details, release.tender.lots[0].features,
            release.tender.items[0].classification and release.tender.items[0].classification.id,
            release.tender.items[0].delivery_address and release.tender.items[0].delivery_address.region_code,
            [one.document_type for one in release.tender.documents],
        )
        for release in releases if release.tender
    }  # fmt: skip
    single = "Из одного источника по несостоявшимся закупкам"
    assert found == {
        "17379679-1": (
            "active",
            "Запрос ценовых предложений",
            (),
            None,
            "KZ-55",
            ["contractDraft", "technicalSpecifications"],
        ),
        "17379678-1": (
            "active",
            single,
            ("united",),
            "257113.900.000001",
            "KZ-55",
            ["technicalSpecifications", "x_other"],
        ),
        "17379676-1": ("active", single, (), "749020.000.000027", "KZ-33", ["x_other"]),
        "17379675-1": ("active", single, (), "310011.500.000005", "KZ-39", ["x_other", "technicalSpecifications"]),
        "17379674-1": ("active", single, (), "329912.130.000000", "KZ-33", ["technicalSpecifications", "x_other"]),
    }
    assert all(release.tender and release.tender.documents_listed and release.buyer for release in releases)


def test_the_announcement_of_june(complaints: list[Any]) -> None:
    [one] = load("live_2026/trd_buy_by_number_17163708-1.json")["data"]["TrdBuy"]
    tender = mapped(complaints, TrdBuy=one).tender
    assert tender is not None
    assert (tender.status, tender.title_kk is not None, tender.documents_listed) == ("active", True, False)
    assert tender.date_published == "2026-06-10T17:57:53+05:00"


def test_lots_of_july_each_with_the_head_of_its_announcement(complaints: list[Any]) -> None:
    rows = [*load("live_2026/lots_listing.json"), load("live_2026/lot_43495954_summary.json")]
    for lot in rows:
        head = {"id": lot["trdBuyId"], "numberAnno": lot.get("trdBuyNumberAnno"), **lot["TrdBuy"], "Lots": [lot]}
        tender = mapped(complaints, TrdBuy=head).tender
        assert tender is not None
        assert tender.procurement_method_details is not None
        assert tender.lots[0].value is not None
        symbol = lot["lotNumber"].split("-")[1].rstrip("0123456789")
        assert tender.procurement_method == {"ОИ": "direct"}.get(symbol, "open")
        assert tender.items[0].quantity == lot["count"]


def test_bids_contracts_and_plan_points_of_july(complaints: list[Any]) -> None:
    head = {"id": 17370000, "numberAnno": "1-1", "refTradeMethodsId": 3, "itogiDatePublic": "2026-07-29 10:00:00",
            "Lots": [{"id": 42667204, "count": 2}, {"id": 42667205, "count": 2}]}  # fmt: skip
    release = mapped(complaints, TrdBuy=head, TrdApp=load("live_2026/bids_listing.json"))
    assert release.tender is not None
    assert release.tender.number_of_tenderers == 4
    assert all(party.natural_person for party in release.tender.tenderers)
    assert sorted((award.related_lots, float(award.value.amount or 0)) for award in release.awards if award.value) == [
        (("42667204",), 284000.0), (("42667205",), 88000.0),
    ]  # fmt: skip
    for deal in load("live_2026/contracts_listing.json"):
        found = mapped(complaints, Contract=[deal])
        assert found.tender is not None
        assert (found.tender.procurement_method == "direct") == (deal["trdBuyId"] == 0)
        assert len(found.contracts[0].items) == 1
    for plan in load("live_2026/plans_listing.json"):
        lot = {"id": 1, "lotNumber": f"{plan['rootrecordId']}-ЭМ1", "Plans": [plan]}
        tender = mapped(complaints, TrdBuy={"id": 1, "numberAnno": "1-1", "Lots": [lot]}).tender
        assert tender is not None
        [item] = tender.items
        assert item.plan_point is not None
        assert (item.plan_point.method, item.plan_point.month) == ("Электронный магазин", 8)
        assert (item.unit and item.unit.id) == "796"
        assert item.delivery_address is not None
        assert item.delivery_address.region == plan["PlansKato"][0]["refKatoCode"]


def test_records_of_the_developer_page(complaints: list[Any]) -> None:
    [head] = load("official_docs/rest_trd_buy_all.json")["items"]
    tender = mapped(complaints, TrdBuy=head).tender
    assert tender is not None
    assert (tender.date_published, tender.procurement_method) == ("2018-01-08T05:01:18+06:00", "open")
    [lot] = load("official_docs/rest_lots.json")["items"]
    united = mapped(complaints, TrdBuy={"id": lot["trd_buy_id"], "lots": [lot]})
    assert united.ocid.endswith("464562-2")
    assert united.tender is not None
    assert united.tender.lots[0].features == ("dumpingRules", "united")
    bids = load("official_docs/rest_trd_app.json")
    whole = mapped(complaints, TrdBuy={"id": 501486, "number_anno": "501486-1", "ref_buy_status_id": 350}, TrdApp=bids)
    assert whole.bids is not None
    assert whole.bids.details[0].value is not None
    assert whole.bids.details[0].value.amount == 20000
    [contract] = mapped(complaints, Contract=load("official_docs/rest_contract_all.json")).contracts
    assert (contract.status, contract.public_number) == ("active", "000140001536/160089")
    entries = load("official_docs/rest_rnu_detail.json")
    debarred = mapped(complaints, TrdBuy={**head, "biin_supplier": "070740007153"}, Rnu=entries)
    assert debarred.tender is not None
    assert debarred.tender.invited_suppliers[0].debarments[0].register == "goszakup"
