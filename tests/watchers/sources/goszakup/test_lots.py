"""Buyers, places, things, features, documents and decisions of an announcement."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.watchers.sources.goszakup.raw import BIN, OTHER_BIN, announcement, lot, mapped, plan, tender
from watchers.sources.goszakup.enstru import code_by_name, read_names
from watchers.sources.goszakup.parts import ZONE

BUYERS = {
    "the organiser's own": ({}, [BIN, BIN], BIN),
    "one customer of all lots": ({}, [OTHER_BIN, OTHER_BIN], OTHER_BIN),
    "several customers": ({}, [OTHER_BIN, "050140000011"], BIN),
    "the announcement's customer": ({"customerBin": "050140000011"}, [OTHER_BIN, BIN], "050140000011"),
    "a lot without customer": ({}, [OTHER_BIN, None], BIN),
}  # fmt: skip


@pytest.mark.parametrize("case", BUYERS)
def test_the_buyer_is_the_only_customer_else_the_organiser(case: str) -> None:
    head, customers, expected = BUYERS[case]
    lots = [lot(id=place, customerBin=number, customerNameRu=None) for place, number in enumerate(customers, 1)]
    release = mapped(TrdBuy=announcement(**head, Lots=lots))
    assert release.buyer is not None
    assert release.buyer.key == f"KZ-BIN-{expected}"
    assert release.tender is not None
    assert release.tender.procuring_entity is not None
    assert release.tender.procuring_entity.key == f"KZ-BIN-{BIN}"
    roles = {party.key: party.roles for party in release.parties}
    assert "buyer" in roles[f"KZ-BIN-{expected}"]
    assert "procuringEntity" in roles[f"KZ-BIN-{BIN}"]


PLACES = {
    "the plan point's": (["111010000"], [{"refKatoCode": "711310000"}], "KZ-71", "711310000", 0),
    "the lot's": (["111010000"], None, "KZ-11", "111010000", 0),
    "two of one region": (["111010000", "111610000"], None, "KZ-11", None, 2),
    "two regions": (["111010000", "711310000"], None, None, None, 2),
    "the announcement's": ([], None, "KZ-61", "611610000", 0),
    "unknown": (["990000000"], None, "KZ-61", "611610000", 0),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
def test_places_are_the_plan_points_else_the_lots_else_the_announcements(case: str) -> None:
    of_lot, of_plan, code, full, several = PLACES[case]
    plans = [plan(PlansKato=of_plan)] if of_plan else []
    [item] = tender(Lots=[lot(plnPointKatoList=of_lot, Plans=plans)]).items
    address = item.delivery_address
    assert (address.region_code if address else None, address.region if address else None) == (code, full)
    assert len(item.delivery_addresses) == several


def test_an_announcement_of_several_regions_lends_its_lots_none() -> None:
    [item] = tender(kato=["611610000", "711310000"], Lots=[lot(plnPointKatoList=None)]).items
    assert item.delivery_address is None


def test_a_lot_without_plan_point_keeps_its_quantity_and_the_price_of_one() -> None:
    [item] = tender(Lots=[lot(amount=100, count=3)]).items
    assert (item.quantity, item.unit and item.unit.value and item.unit.value.amount) == (Decimal(3), Decimal("33.33"))
    assert item.unit is not None
    assert item.unit.id is None
    for united in ({"unionLots": 1}, {"lotNumber": "42667799-ОЛ-ОИ2"}):
        [item] = tender(Lots=[lot(**united)]).items
        assert (item.quantity, item.unit, item.classification) == (None, None, None)


def test_one_item_a_plan_point_and_points_given_beside_the_lots_find_theirs() -> None:
    points = [plan(id=8, rootrecordId=7, nameRu="Стол"), plan(id=9, rootrecordId=9, nameRu="Стул")]
    lots = [lot(id=1, lotNumber="7-ЗЦП1"), lot(id=2, lotNumber="1234", pointList=["9"])]
    inside = [
        lot(id=1, lotNumber="7-ЗЦП1", Plans=points[:1]),
        lot(id=2, lotNumber="1234", pointList=["9"], Plans=points[1:]),
    ]
    beside = tender(Lots=lots, Plans=points).items
    assert [(item.id, item.related_lot) for item in beside] == [("1-8", "1"), ("2-9", "2")]
    assert beside == tender(Lots=inside).items
    assert [item.id for item in tender(Lots=[lot(id=1, Plans=points)]).items] == ["1-8", "1-9"]


def test_the_unit_is_known_by_its_code_or_its_name() -> None:
    for units in (
        {},
        {"refUnitsCode": None, "RefUnits": {"code": 796}},
        {"refUnitsCode": None, "RefUnits": {"nameRu": "Штука"}},
    ):
        [item] = tender(Lots=[lot(Plans=[plan(**units)])]).items
        assert item.unit is not None
        assert (item.unit.id, item.unit.name) == ("796", "Штука")


def test_a_code_by_name_is_taken_only_where_it_is_the_only_one() -> None:
    names = read_names("code,name_ru,description_ru\n1,Бахилы,белые\n2,Бахилы,белые\n3,Бахилы,Синие\n4,Услуги связи,\n")
    assert names == {("бахилы", "синие"): "3", ("услуги связи", ""): "4"}
    assert code_by_name("Ручка канцелярская", "Шариковая.") == "329912.130.000000"
    assert (
        code_by_name("Ручка канцелярская")
        == code_by_name("Ручка")
        == code_by_name("Мешок", "для мусора, полиэтиленовый")
        == ""
    )
    [item] = tender(Lots=[lot(nameRu="Ручка канцелярская", descriptionRu="шариковая")]).items
    assert item.classification is not None
    assert item.classification.id == "329912.130.000000"
    for bad in ("0", "310912", "310912.300.00001x", 0, None):
        [item] = tender(Lots=[lot(Plans=[plan(refEnstruCode=bad)])]).items
        assert item.classification is None


FEATURES = {
    "singleOrganiser": ({"singlOrgSign": 1}, {"singlOrgSign": 1}),
    "disabledPersonsOnly": ({"disablePersonId": 1}, {"disablePersonId": 1}),
    "lightIndustry": ({"isLightIndustry": 1}, {"isLightIndustry": 1}),
    "constructionWork": ({"isConstructionWork": 1}, {"isConstructionWork": 1}),
    "specialOrder": ({"refSpecPurchaseTypeId": 1}, None),
    "dumpingRules": (None, {"dumping": 1}),
    "united": (None, {"unionLots": 1}),
    "designDocuments": (None, {"psdSign": 1}),
    "preparesDesign": (None, {"psdSign": 2}),
    "consulting": (None, {"consultingServices": 1}),
}  # fmt: skip


@pytest.mark.parametrize("word", FEATURES)
def test_features_are_words_of_the_lot_and_of_the_tender(word: str) -> None:
    head, of_lot = FEATURES[word]
    if head is not None:
        assert tender(**head).features == (word,)
    if of_lot is not None:
        found = tender(Lots=[lot(**of_lot), lot(id=2)])
        assert (found.lots[1].features, found.lots[0].features, found.features) == ((word,), (), ())
        assert tender(Lots=[lot(**of_lot), lot(id=2, **of_lot)]).features == (word,)
    assert tender().features == tender().lots[0].features == ()


DOCUMENTS = {
    "Техническая спецификация": "technicalSpecifications",
    "Проект договора об электронных закупках": "contractDraft",
    "Конкурсная документация": "biddingDocuments",
    "Аукционная документация": "biddingDocuments",
    "ПСД": "x_design",
    "Обязательство о неразглашении": "x_nonDisclosure",
    "Заключение экспертизы": "x_design",
    "Перечень лотов": "x_other",
    "Техникалық ерекшелік": "technicalSpecifications",
    "Шарт жобасы": "contractDraft",
    "Письмо": "x_other",
}


def test_documents_are_known_by_their_names() -> None:
    files = [
        {"nameRu": name, "originalName": f"{place}.pdf", "filePath": f"https://portal.example/{place}"}
        for place, name in enumerate(DOCUMENTS)
    ]
    found = tender(Files=files)
    assert {one.title: one.document_type for one in found.documents} == {
        f"{place}.pdf": kind for place, kind in enumerate(DOCUMENTS.values())
    }
    [spec] = tender(
        Files=[{"originalName": "techspec_17379679_42700127.pdf", "filePath": "javascript:alert(1)"}]
    ).documents
    assert (spec.document_type, spec.url) == ("technicalSpecifications", None)


def test_documents_are_missing_only_where_they_were_listed() -> None:
    assert (tender(Files=[]).documents_listed, tender(Files=[]).documents) == (True, ())
    assert not tender().documents_listed
    assert not tender(Files=None).documents_listed
    [one] = tender(Lots=[lot(Files=[{"originalName": "a.pdf"}])]).documents
    assert one.related_lots == ("43600001",)


SPECIFICATION = {"originalName": "techspec_1_2.pdf"}
ESTIMATE = {"nameRu": "Проектно-сметная документация", "originalName": "e.zip"}
LISTED: list[tuple[str, dict[str, Any], bool]] = [
    ("nothing yet", {"Files": []}, False),
    ("only the list of lots yet", {"Files": [{"originalName": "os_zcp_lots_1.pdf"}]}, False),
    ("the specification is there", {"Files": [SPECIFICATION]}, True),
    ("of a lot", {"Files": [], "Lots": [lot(Files=[SPECIFICATION])]}, True),
    ("construction without an estimate yet", {"Files": [SPECIFICATION], "isConstructionWork": 1}, False),
    ("construction with it", {"Files": [SPECIFICATION, ESTIMATE], "isConstructionWork": 1}, True),
    ("published at an unknown moment", {"Files": [], "publishDate": None}, True),
]


@pytest.mark.parametrize(("fields", "at_once"), [case[1:] for case in LISTED], ids=[case[0] for case in LISTED])
def test_a_file_that_lacks_is_awaited_for_an_hour(fields: dict[str, Any], at_once: bool) -> None:
    published = datetime(2026, 11, 9, 10, tzinfo=ZONE)
    for minutes, listed in ((5, at_once), (59, at_once), (60, True)):
        assert tender(now=published + timedelta(minutes=minutes), **fields).documents_listed is listed


def test_decisions_complaints_and_the_commission_are_kept() -> None:
    found = tender(
        Cancel={"numberDecision": "5", "dateDecision": "2026-11-11 10:00:00", "nameAuthority": "Прокуратура",
                "actTypeNameRu": "Решение", "typeActionsNameRu": "Отмена закупки"},
        Pause={"status": 1, "datePause": "2026-11-10 10:00:00", "statusNameRu": "Приостановлено", "lots": [43600001]},
        ComplaintAppeal=[{"id": 3, "lotId": 43600001, "dateApply": "2026-11-10 09:00:00", "subjectRu": "Сроки"}],
        Commission=[{"fio": "НЕКТО", "refCommRolesId": 1, "active": 1, "bin": BIN}, {"refCommRolesId": 2, "active": 0}],
        parentId=17700000,
    )  # fmt: skip
    assert [(one.kind, one.date, one.authority) for one in found.official_decisions] == [
        ("paused", "2026-11-10T10:00:00+05:00", None), ("cancelled", "2026-11-11T10:00:00+05:00", "Прокуратура"),
    ]  # fmt: skip
    assert found.official_decisions[0].related_lots == ("43600001",)
    assert [(one.subject, one.related_lots) for one in found.appeals] == [("Сроки", ("43600001",))]
    assert [(seat.role, seat.organization_id) for seat in found.committee] == [("1", f"KZ-BIN-{BIN}")]
    [parent] = mapped(TrdBuy=announcement(parentId=17700000)).related_processes
    assert (parent.relationship, parent.scheme, parent.identifier) == (
        ("unsuccessfulProcess",),
        "KZ-GOSZAKUP-ID",
        "17700000",
    )


def test_lots_follow_the_fate_of_their_announcement_and_deleted_ones_are_left_out() -> None:
    lots = [lot(id=1), lot(id=2, refLotStatusId=370), lot(id=3, isDeleted=1)]
    assert [one.status for one in tender(refBuyStatusId=430, Lots=lots).lots] == ["cancelled", "unsuccessful"]


def test_years_and_periods() -> None:
    found = tender(
        finYear=[2027, 2026, 0, "2026"], discusStartDate="2026-11-01 10:00:00", discusEndDate="2026-11-03 18:00:00",
        repeatStartDate=None, repeatEndDate="2026-11-20 10:00:00", itogiDatePublic="2026-11-21 10:00:00",
    )  # fmt: skip
    assert found.budget_years == (2026, 2027)
    assert tender(finYear=2026).budget_years == (2026,)
    assert found.enquiry_period is not None
    assert found.enquiry_period.end_date == "2026-11-03T18:00:00+05:00"
    assert found.additional_period is not None
    assert (found.additional_period.start_date, found.additional_period.end_date) == (None, "2026-11-20T10:00:00+05:00")
    assert found.award_period is not None
    assert found.award_period.start_date == "2026-11-21T10:00:00+05:00"
