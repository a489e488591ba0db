"""One announcement as the portal shows it becomes one release: sums, time, method, status, type of purchase."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from structlog.testing import capture_logs

from tests.watchers.sources.goszakup.raw import BIN, announcement, lot, mapped, plan, tender
from watchers.indicators.procedure import procedure_of
from watchers.rules import load_rules
from watchers.sources.goszakup import codes
from watchers.sources.goszakup.mapping import link_of, release_of
from watchers.sources.goszakup.reading import read


def test_an_announcement_becomes_a_release_of_its_own() -> None:
    whole = mapped(TrdBuy=announcement(Lots=[lot(Plans=[plan()])]))
    release = json.loads(msgspec.json.encode(whole))
    [item] = release["tender"]["items"]
    assert {key: value for key, value in release.items() if key not in {"tender", "parties"}} == {
        "ocid": "ocds-kz0001-goszakup-17800001-1",
        "id": "17800001-1-2026-11-09T09:58:00+05:00",
        "date": "2026-11-09T09:58:00+05:00",
        "tag": ["compiled"],
        "language": "ru",
        "initiationType": "tender",
        "buyer": {
            "id": f"KZ-BIN-{BIN}", "name": "КГУ «Школа № 12»", "name_ru": "КГУ «Школа № 12»",
            "name_kk": "«№ 12 мектеп» КММ", "identifier": {"scheme": "KZ-BIN", "id": BIN},
        },
    }  # fmt: skip
    assert item == {
        "id": "43600001-8760001",
        "classification": {"scheme": "ENSTRU", "id": "310912.300.000012", "description": "Стол"},
        "quantity": 60,
        "unit": {"id": "796", "name": "Штука", "value": {"amount": 38500.01, "currency": "KZT"}},
        "relatedLot": "43600001",
        "description": "Стол, ученический, бук",
        "description_ru": "Стол, ученический, бук",
        "description_kk": "Үстел",
        "deliveryAddress": {"countryName": "Қазақстан", "region": "611610000", "regionCode": "KZ-61"},
        "planPoint": {
            "id": "8760001", "rootId": "8760000", "year": 2026, "month": 11, "method": "Запрос ценовых предложений",
            "value": {"amount": 2310000.6, "currency": "KZT"}, "prepayment": 30.0,
            "deliveryTerm": "20 календарных дней", "created": "2026-10-05T11:00:00+05:00",
            "approved": "2026-10-06T11:00:00+05:00",
        },
    }  # fmt: skip
    assert link_of(whole, "https://portal.example/") == "https://portal.example/ru/announce/index/17800001"


def test_sums_are_exact_and_those_that_can_be_none_are_missing() -> None:
    assert tender(totalSum=24180000.07).value.amount == Decimal("24180000.07")  # type: ignore[union-attr]
    assert tender(totalSum=None, Lots=[lot(amount=10.1), lot(id=2, amount=5)]).value.amount == Decimal("15.1")  # type: ignore[union-attr]
    assert tender(totalSum=None, countLots=3, Lots=[lot(), lot(id=2)]).value is None
    for absurd in (-1, 10**15, "1e9999"):
        assert tender(totalSum=absurd, Lots=[lot(amount=absurd)]).value is None


@pytest.mark.parametrize(
    ("text", "zoned"),
    [
        ("2024-02-29 23:59:59", "2024-02-29T23:59:59+06:00"),
        ("2024-03-01 00:00:01", "2024-03-01T00:00:01+05:00"),
        ("2026-07-24 15:30:24.884000", "2026-07-24T15:30:24.884000+05:00"),
        ("2026-07-24T15:30:24Z", "2026-07-24T15:30:24+00:00"),
        ("1970-01-01 06:00:00", None),
        ("2999-12-31 00:00:00", None),
        ("0000-00-00", None),
        ("вчера", None),
    ],
)
def test_moments_are_the_portals_local_time(text: str, zoned: str | None) -> None:
    assert tender(publishDate=text).date_published == zoned


METHODS = {
    "announcement": (
        {"refTradeMethodsId": 6},
        {"refBuyTradeMethodsId": 3},
        "direct",
        "Из одного источника по несостоявшимся закупкам",
    ),
    "by name": (
        {"refTradeMethodsId": None, "RefTradeMethods": {"nameRu": "Открытый конкурс"}},
        {},
        "open",
        "Открытый конкурс",
    ),
    "by lots": (
        {"refTradeMethodsId": None},
        {"refBuyTradeMethodsId": 188},
        "open",
        "Конкурс с использованием рейтингово-балльной системы",
    ),
    "by number": (
        {"refTradeMethodsId": 0},
        {"refBuyTradeMethodsId": None, "lotNumber": "87600001-ОЛ-ОИ2"},
        "direct",
        "Из одного источника по несостоявшимся закупкам",
    ),
    "unknown": ({"refTradeMethodsId": 999}, {}, None, "999"),
    "unknown, named": ({"refTradeMethodsId": None, "RefTradeMethods": {"nameRu": "Жребий"}}, {}, None, "Жребий"),
}


@pytest.mark.parametrize("case", METHODS)
def test_the_actual_method_counts_and_the_planned_one_is_kept_beside_it(case: str) -> None:
    head, of_lot, ocds, name = METHODS[case]
    found = tender(**head, Lots=[lot(**of_lot)])
    assert (found.procurement_method, found.procurement_method_details) == (ocds, name)
    assert found.lots[0].planned_method_details == "Запрос ценовых предложений"


def test_every_method_of_the_portal_is_one_the_rules_know() -> None:
    rules = load_rules()
    for row in codes.code_list("trade_methods").values():
        release = mapped(TrdBuy=announcement(refTradeMethodsId=int(row.id)))
        method = procedure_of(release, rules).method
        assert method is not None, row.name_ru
        assert method.code == row.id


def test_an_unknown_id_is_reported_once_and_kept_by_its_number() -> None:
    codes.known.cache_clear()
    codes._reported.clear()
    with capture_logs() as logs:
        for _ in range(3):
            assert tender(refBuyStatusId=777).status_details == "777"
    assert [(one["what"], one["value"]) for one in logs] == [("announcement_statuses", "777")]


STATUSES = {
    "accepting": ({}, "active"),
    "stale after the deadline": ({"endDate": "2026-11-01 10:00:00"}, "active"),
    "stale after the results": ({"itogiDatePublic": "2026-11-12 10:00:00"}, "complete"),
    "all lots failed": ({"itogiDatePublic": "2026-11-12 10:00:00", "Lots": [lot(refLotStatusId=370)]}, "unsuccessful"),
    "lots decided, announcement stale": (
        {"Lots": [lot(refLotStatusId=360), lot(id=2, refLotStatusId=370)]},
        "complete",
    ),
    "completed": ({"refBuyStatusId": 350}, "complete"),
    "refused": ({"refBuyStatusId": 410}, "cancelled"),
    "cancelled": ({"refBuyStatusId": 430, "itogiDatePublic": "2026-11-12 10:00:00"}, "cancelled"),
    "decided to cancel, stale": (
        {"Cancel": [{"numberDecision": "7", "typeActionsCode": "canceledTrade"}]},
        "cancelled",
    ),
    "all lots refused": ({"Lots": [lot(refLotStatusId=410)]}, "cancelled"),
    "results reviewed": ({"refBuyStatusId": 510, "itogiDatePublic": "2026-11-12 10:00:00"}, "active"),
    "suspended": ({"refBuyStatusId": 420}, "active"),
    "documents changed": ({"refBuyStatusId": 190}, "active"),
    "draft": ({"refBuyStatusId": 110}, "planned"),
    "no status": ({"refBuyStatusId": None}, "active"),
    "no status, published later": ({"refBuyStatusId": None, "publishDate": "2026-12-09 10:00:00"}, "planned"),
    "unknown status": ({"refBuyStatusId": 777}, "active"),
}


@pytest.mark.parametrize("case", STATUSES)
def test_the_status_follows_dates_and_lots_where_the_portals_own_lags_behind(case: str) -> None:
    changes, status = STATUSES[case]
    release = mapped(datetime(2026, 11, 20, tzinfo=UTC), TrdBuy=announcement(**changes))
    assert release.tender is not None
    assert release.tender.status == status


def test_the_same_records_give_the_same_release_whenever_they_are_read() -> None:
    raw = announcement(itogiDatePublic="2026-11-12 10:00:00", Files=[{"originalName": "a.pdf"}])
    bids = [{"id": 1, "supplierBinIin": BIN, "AppLots": [{"id": 2, "lotId": 43600001, "amount": 5}]}]
    releases = {
        msgspec.json.encode(mapped(now, TrdBuy=raw, TrdApp=bids))
        for now in (None, datetime(2026, 11, 12, 6, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
    }
    assert len(releases) == 1
    backwards = raw | {"Lots": [lot(id=3), lot(id=2)], "Files": [{"originalName": "b"}, {"originalName": "a"}]}
    forwards = raw | {"Lots": [lot(id=2), lot(id=3)], "Files": [{"originalName": "a"}, {"originalName": "b"}]}
    assert mapped(TrdBuy=backwards) == mapped(TrdBuy=forwards)


def test_results_ahead_of_their_time_are_none_yet() -> None:
    raw = announcement(itogiDatePublic="2026-12-12 10:00:00")
    assert mapped(datetime(2026, 11, 10, tzinfo=UTC), TrdBuy=raw).tender.status == "active"  # type: ignore[union-attr]
    assert mapped(datetime(2026, 12, 13, tzinfo=UTC), TrdBuy=raw).tender.status == "complete"  # type: ignore[union-attr]


TYPES = {
    "said": ({"RefTypeTrade": {"nameRu": "ИОИ от конкурса"}, "refTypeTradeId": 1}, {}, "ИОИ от конкурса"),
    "first by id": ({"refTypeTradeId": 1, "numberAnno": "17800001-2"}, {}, "Первая закупка"),
    "repeat by id": ({"refTypeTradeId": 2}, {}, "Повторная закупка"),
    "repeat by version": ({"refTypeTradeId": None, "numberAnno": "17800001-2"}, {}, "Повторная закупка"),
    "repeat by parent": ({"refTypeTradeId": None, "parentId": 17700000}, {}, "Повторная закупка"),
    "repeat by attempt": ({"refTypeTradeId": 9}, {"lotNumber": "87600001-ЗЦП2"}, "Повторная закупка"),
    "first by version": ({"refTypeTradeId": None, "parentId": 0}, {}, "Первая закупка"),
    "after quotations": ({"refTradeMethodsId": 6, "refTypeTradeId": 3}, {"refTradeMethodsId": 3}, "ИОИ от ЗЦП"),
    "after a tender": ({"refTradeMethodsId": 6, "refTypeTradeId": None}, {"refTradeMethodsId": 188}, "ИОИ от конкурса"),
    "after an auction": ({"refTradeMethodsId": 6, "refTypeTradeId": 1}, {"refTradeMethodsId": 77}, "ИОИ от аукциона"),
    "after who knows what": ({"refTradeMethodsId": 6, "refTypeTradeId": None}, {"refTradeMethodsId": None}, None),
}  # fmt: skip


@pytest.mark.parametrize("case", TYPES)
def test_the_type_of_purchase_is_the_portals_or_told_by_what_is_there(case: str) -> None:
    head, of_lot, said = TYPES[case]
    assert tender(**head, Lots=[lot(**of_lot)]).procurement_method_rationale == said


def test_the_method_that_failed_tells_the_type_where_it_is_known() -> None:
    raw = announcement(refTradeMethodsId=6, refTypeTradeId=None, Lots=[lot(refTradeMethodsId=None)])
    records = read(json.dumps({"TrdBuy": raw}).encode()).records
    found = release_of(records, failed_method=2).tender
    assert found is not None
    assert found.procurement_method_rationale == "ИОИ от конкурса"
