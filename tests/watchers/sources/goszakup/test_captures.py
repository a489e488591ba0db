"""Captured records: the moment, the history as it was known then, any spelling, what is mended and what is said."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.watchers.sources.goszakup.raw import BIN, announcement, lot, plan
from tests.watchers.sources.goszakup.test_deals import bid, deal
from watchers.ocds import Release
from watchers.sources.goszakup.captured import Captured, captured_from, unwrapped
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.reading import Unreadable, loaded, read, records_from

NOW = "2026-11-09 10:05:00"


def capture(now: Any = NOW, **records: Any) -> Captured:
    value = {"id": "case", "now": now, "records": {"TrdBuy": announcement(Lots=[lot(Plans=[plan()])]), **records}}
    return captured_from(loaded(json.dumps(value).encode()))  # type: ignore[arg-type]


def earlier(*history: Any, **records: Any) -> list[Release]:
    found = capture(history=list(history), **records).earlier
    assert found is not None
    return list(found)


def test_no_history_is_told_from_an_empty_one() -> None:
    assert capture().earlier is None
    assert capture(history=None).earlier is None
    assert capture(history=[]).earlier == ()


def past(number: int, **changes: Any) -> dict[str, Any]:
    return announcement(id=number, numberAnno=f"{number}-1", publishDate="2026-05-04 10:00:00", **changes)


def test_announcements_bids_and_contracts_that_belong_together_become_one_release() -> None:
    contract = deal(500, trdBuyId=7, signDate="2026-06-01 10:00:00")
    apart = {"id": 3, "buyId": 7, **{key: value for key, value in bid(1, "950140000015").items() if key != "id"}}
    rest = {
        "contract_number_sys": f"{BIN}/260009/00",
        "trd_buy_id": 0,
        "contract_sum": 5,
        "sign_date": "2026-06-02 10:00:00",
    }
    inside = past(
        8,
        TrdApp=[bid(9, "950140000015", "Победитель")],
        Contract=[deal(600, rootId=600, trdBuyId=None, signDate="2026-06-01")],
    )
    found = {
        one.ocid.removeprefix("ocds-kz0001-goszakup-"): one for one in earlier(rest, contract, past(7), apart, inside)
    }
    assert list(found) == ["7-1", "8-1", f"{BIN}/260009"]
    for number in ("7-1", "8-1"):
        assert found[number].bids is not None
        assert len(found[number].contracts) == 1
    wrapped = earlier({"TrdBuy": past(7), "Contract": [contract]}, {"records": {"TrdBuy": past(8)}})
    assert [one.ocid[-3:] for one in wrapped] == ["7-1", "8-1"]
    assert len(wrapped[0].contracts) == 1
    by_kind = capture(history={"TrdBuy": [past(7), past(8)], "Contract": [contract]}).earlier
    assert by_kind is not None
    assert len(by_kind) == 2


def test_addenda_in_the_history_join_their_contract() -> None:
    first, addendum = (
        deal(500, trdBuyId=0, signDate="2026-05-01"),
        deal(501, 1, trdBuyId=0, signDate="2026-05-09", contractSum=9),
    )
    [one] = earlier(addendum, first)
    assert one.contracts[0].value is not None
    assert (one.contracts[0].value.amount, len(one.contracts[0].amendments)) == (6000, 1)


def test_what_the_history_could_not_hold_at_the_moment_is_left_out() -> None:
    later = announcement(id=9, numberAnno="9-1", publishDate="2026-11-09 10:05:01")
    same = announcement(id=8, numberAnno="8-1", publishDate="2026-11-09 10:05:00")
    signed = deal(500, trdBuyId=0, signDate="2026-11-09 10:06:00")
    known = deal(600, rootId=600, trdBuyId=0, signDate="2026-11-09 10:04:00", contractNumberSys=f"{BIN}/260010/00")
    assert [one.ocid[-11:] for one in earlier(later, signed, known, same)] == ["oszakup-8-1", f"{BIN}/260010"[-11:]]
    nobody_said = capture(now=None, history=[later]).earlier
    assert nobody_said == ()


def test_a_contract_without_its_plan_points_is_taken_in_the_unit_of_the_same_code() -> None:
    contract = deal(500, trdBuyId=0, signDate="2026-05-01")
    contract["ContractUnits"][0] |= {"lotId": 0, "plnPointId": 1}
    [one] = earlier(contract)
    [item] = one.contracts[0].items
    assert (item.unit and item.unit.id, item.unit and item.unit.name) == ("796", "Штука")
    contract["ContractUnits"][0] |= {"Plans": {"refUnitsCode": "166"}}
    assert earlier(contract)[0].contracts[0].items[0].unit.id == "166"  # type: ignore[union-attr]
    contract["ContractUnits"][0] |= {"Plans": None, "refEnstruCode": ["310912.300.000013"]}
    assert earlier(contract)[0].contracts[0].items[0].unit.id is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "link",
    [
        {"parentId": 7}, {"numberAnno": "7-2"}, {"Lots": [lot(lotNumber="555-ОИ2", refTradeMethodsId=None)]},
        {"Lots": [lot(lotNumber="1", refTradeMethodsId=None, Plans=[plan(rootrecordId=555, refTradeMethodsId=None)])]},
    ],
)  # fmt: skip
def test_the_failed_purchase_in_the_history_tells_the_type(link: dict[str, Any]) -> None:
    head = announcement(refTradeMethodsId=6, refTypeTradeId=None, Lots=[lot(refTradeMethodsId=None)]) | link
    failed = past(7, refTradeMethodsId=188, Lots=[lot(lotNumber="555-КРБС1")])
    other = past(6, Lots=[lot(lotNumber="556-ЗЦП1")])
    release = capture(TrdBuy=head, history=[failed, other]).release
    assert release.tender is not None
    assert release.tender.procurement_method_rationale == "ИОИ от конкурса"


@pytest.mark.parametrize(
    ("now", "pending"),
    [
        ("2026-11-11 17:59:59", True), ("2026-11-11 18:00:00", False), ("2026-11-11T12:59:59Z", True),
        ("2026-11-11T13:00:00+00:00", False), (1794401999.5, True),
        (1794402000, False), (1794401999000, True), ("2026-11-12", False),
    ],
)  # fmt: skip
def test_now_is_iso_8601_the_portals_local_text_or_seconds(now: Any, pending: bool) -> None:
    captured = capture(now=now, TrdApp=[bid(1, "950140000015")])
    assert captured.notes == ()
    assert captured.release.bids is not None
    assert (captured.release.bids.details[0].status == "pending") is pending


def test_what_is_left_out_is_said() -> None:
    captured = capture(now="вчера", TrdBuy=announcement(totalSum="много", count_lots=True), history=[1, {"x": 1}])
    assert captured.notes == (
        "TrdBuy.totalSum: много is no number, left out",
        "now: 'вчера' is no date, the record's own last moment was taken",
        "history[0]: 1 is no object, left out",
        "history[1]: an object is neither an announcement nor a contract, left out",
    )
    [said] = capture(TrdBuy=announcement(totalSum=-5)).notes
    assert said.startswith("the live watcher would have set it aside: totalSum is negative")


def test_bare_records_pages_and_envelopes_are_unwrapped() -> None:
    head = announcement()
    for value in (
        head,
        [head],
        {"items": [head]},
        {"data": {"TrdBuy": [head]}},
        {"id": 1, "TrdBuy": head},
        {"records": head},
    ):
        [one] = unwrapped(value)
        assert captured_from(one).release.ocid == "ocds-kz0001-goszakup-17800001-1"
    [one] = unwrapped({"id": 5, "records": {"Contract": [deal(500, trdBuyId=0)]}})
    assert captured_from(one).release.ocid == f"ocds-kz0001-goszakup-{BIN}/260007"
    for bad in ({"id": 1}, {"records": 5}, {"records": {"x": 1}}):
        with pytest.raises(Unreadable):
            captured_from(bad)
    with pytest.raises(Unreadable):
        list(unwrapped("text"))


def test_lots_and_files_captured_beside_their_announcement_are_put_into_it() -> None:
    head = {key: value for key, value in announcement().items() if key != "Lots"}
    later = "2026-11-09T11:00:00+05:00"
    release = capture(later, TrdBuy=head, lots={"items": [lot()]}, Plans=[plan()], Files=[]).release
    assert release.tender is not None
    assert (len(release.tender.lots), release.tender.documents_listed) == (1, True)
    assert release.tender.items[0].plan_point is not None
    own = capture(TrdBuy=announcement(), Lots=[lot(id=1), lot(id=2)]).release
    assert own.tender is not None
    assert len(own.tender.lots) == 1


def test_participants_may_come_by_their_numbers() -> None:
    subjects = {BIN: {"bin": BIN, "regdate": "2020-01-01 00:00:00"}, "950140000015": {"bin": "950140000015"}}
    release = capture(Subjects=subjects, Rnu={"message": "Поставщик не найден в реестре", "status": 404}).release
    assert release.buyer is not None
    assert release.buyer.registered_on == "2020-01-01T00:00:00+06:00"


def test_fast_and_slow_reading_and_both_spellings_give_the_same_release() -> None:
    whole = {
        "TrdBuy": announcement(Lots=[lot(Plans=[plan()])]),
        "TrdApp": [bid(1, "950140000015")],
        "Contract": [deal(500)],
    }
    raw = json.dumps(whole).encode()
    fast = release_of(read(raw).records)
    assert release_of(records_from(loaded(raw)).records) == fast
    rest = json.loads(json.dumps(whole), object_pairs_hook=lambda pairs: {snake(key): value for key, value in pairs})
    assert "ref_trade_methods_id" in rest["trd_buy"]
    assert release_of(read(json.dumps(rest).encode()).records) == fast
    text = json.loads(json.dumps(whole), parse_int=str, parse_float=str)
    assert msgspec.json.encode(release_of(read(json.dumps(text).encode()).records)) == msgspec.json.encode(fast)


def snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key).lstrip("_")


def test_numbers_keep_their_digits_and_foreign_digits_are_none() -> None:
    taken = read(json.dumps({"TrdBuy": announcement(orgBin=140000018, refTradeMethodsId="𝟛", customerBin=0)}).encode())
    release = release_of(taken.records)
    assert release.tender is not None
    assert release.tender.procuring_entity is not None
    assert release.tender.procuring_entity.id == f"KZ-BIN-{BIN}"
    assert taken.troubles == ("TrdBuy.refTradeMethodsId: 𝟛 is no whole number, left out",)
    assert release.tender.procurement_method_details == "Запрос ценовых предложений"
