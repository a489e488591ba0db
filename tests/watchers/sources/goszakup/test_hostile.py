"""Whatever comes in place of a record: no traceback, nothing unbounded, no person's number in what comes out."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.watchers.sources.goszakup.raw import BIN, announcement, lot, mapped, plan
from tests.watchers.sources.goszakup.test_deals import bid, deal
from watchers.history.memory import history_of
from watchers.indicators.base import Context
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.rules import load_rules
from watchers.sources.goszakup.captured import captured_from
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.privacy import for_people
from watchers.sources.goszakup.reading import Unreadable, loaded, read
from watchers.summary import summarise

IIN = "850101300123"
RULES, INDICATORS = load_rules(), load_indicators({})
WHOLE: dict[str, Any] = {
    "TrdBuy": announcement(
        itogiDatePublic="2026-11-12 10:00:00", biinSupplier=BIN, parentId=5, customerBin=None, customerNameRu=None,
        Lots=[lot(Plans=[plan(PlansKato=[{"refKatoCode": "711310000", "fullDeliveryPlaceNameRu": "А"}])], Files=[])],
        Files=[{"filePath": "https://portal.example/1", "originalName": "a.pdf", "nameRu": "Проект договора"}],
        Cancel=[{"numberDecision": "1", "dateDecision": "2026-11-11 10:00:00", "nameAuthority": "Кто"}],
        Pause={"status": 0, "datePause": "2026-11-10 10:00:00", "lots": [43600001]},
        ComplaintAppeal=[{"id": 1, "lotId": 2, "subjectRu": "Сроки"}], Commission=[{"refCommRolesId": 1, "bin": BIN}],
        RefTypeTrade={"nameRu": "Первая закупка"}, RefTradeMethods={"id": 3, "nameRu": "Запрос ценовых предложений"},
        RefBuyStatus={"id": 220, "nameRu": "Опубликовано"},
    ),
    "TrdApp": [bid(1, "950140000015", "Победитель"), bid(2, "960240000020")],
    "Contract": [deal(500, Acts=[{"id": 1, "aktDate": "2026-12-01", "sumTransfer": 5}], TreasuryPay=[{"id": 2}])],
    "Rnu": [{"id": "3", "supplierBiin": "950140000015", "startDate": "2026-01-05 08:09:17", "systemId": 3}],
    "Subjects": [{"pid": 101, "bin": "950140000015", "phone": "+77010000000", "Address": [{"address": "ул. 1"}]}],
    "history": [announcement(id=5, numberAnno="5-1"), deal(7, rootId=7, trdBuyId=0)],
}  # fmt: skip

ODD: Any = st.sampled_from([
    None, "", " ", "\0", "x" * 5000, "1e9999", "NaN", -1, 0, 10**30, -(10**30), 1e300, 0.1, True, False, [], {}, [[]],
    [None], [{}], {"items": []}, {"a": {"b": {"c": []}}}, "1970-01-01 00:00:00", "2999-12-31 00:00:00", "2026-13-45",
    "\ud800", "𝟙𝟚", "２０２６", "-", "850101-1", "<script>", "javascript:alert(1)", "=cmd|' /C calc'!A0",
    ["1", 2, None, {}], "9" * 400,
])  # fmt: skip
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def paths(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a value."""
    found = [way] if way else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        found += paths(one, (*way, key))
    return found


PLACES = paths(WHOLE)


def get(value: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        value = value[step]
    return value


def put(value: Any, way: tuple[Any, ...], new: Any) -> None:
    """Set a place, if it is still there."""
    try:
        get(value, way)
        get(value, way[:-1])[way[-1]] = new
    except (KeyError, IndexError, TypeError):
        return


def assert_borne(records: Any) -> Release | None:
    """Everything that is done with a record; None where it is refused as a whole."""
    raw = json.dumps({"id": 1, "now": "2026-11-20", "records": records}, ensure_ascii=True).encode()
    for_people(raw)
    try:
        captured = captured_from(loaded(raw))  # type: ignore[arg-type]
    except Unreadable:
        return None
    release = captured.release
    encoded = msgspec.json.encode(release)
    assert len(encoded) < 10 * len(raw) + 10_000
    assert msgspec.json.decode(encoded, type=Release).ocid == release.ocid
    summarise(release)
    history = history_of(release, captured.earlier or (), RULES)
    for finding in judge_release(release, Context(rules=RULES, history=history), INDICATORS):
        assert "failed on this release" not in finding.reason, finding
    return release


@QUIET
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD | ANY), min_size=1, max_size=4))
def test_any_value_in_any_place_is_borne(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    records = copy.deepcopy(WHOLE)
    for way, value in changes:
        put(records, way, value)
    assert_borne(records)


@QUIET
@given(st.dictionaries(st.sampled_from([*WHOLE, "trd_buy", "x"]), ANY | st.lists(ANY, max_size=3), max_size=5) | ANY)
def test_anything_at_all_is_borne_or_refused(records: Any) -> None:
    assert_borne(records)


NAMES = {"id", "contractNumberSys"}
TEXTS = [way for way in PLACES if isinstance(get(WHOLE, way), str) and way[0] != "history" and way[-1] not in NAMES]


@pytest.mark.parametrize("form", ["{}", "ИП {} Ахметов", "x-{}.pdf", "https://portal.example/{}"])
def test_a_persons_number_in_any_text_does_not_come_out(form: str) -> None:
    for way in TEXTS:
        records = copy.deepcopy(WHOLE)
        put(records, way, form.format(IIN))
        raw = json.dumps(records, ensure_ascii=False).encode()
        taken = read(raw)
        out = msgspec.json.encode(release_of(taken.records)).decode() + "".join(taken.troubles)
        assert IIN not in out, way
        assert IIN not in for_people(raw).decode(), way
    assert len(TEXTS) > 50


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"17", b"{", b'{"TrdBuy":', b"\xff\xfe", b'{"TrdBuy":{}}', b'{"Contract":[{}]}', b"<html>",
     b"[" * 100_000, b'{"TrdBuy":' * 5_000],
)  # fmt: skip
def test_what_is_no_purchase_is_refused_in_one_sentence(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^records: [^\n]+$"):
        read(raw)


def test_bad_bytes_huge_numbers_and_lone_surrogates_cost_only_themselves() -> None:
    raw = json.dumps(WHOLE, ensure_ascii=False).encode()
    for old, new in (
        ("Жиһаз".encode(), b"\xd0\xff"), (b'"totalSum": 2310000.5', b'"totalSum": 1e9999'), ("Үлт".encode(), b""),
        ("Стол".encode(), b"\\ud800"), (b'"count": 60', b'"count": ' + b"9" * 5000), (b'"id": 17800001', b'"id": NaN'),
    ):  # fmt: skip
        release = release_of(read(raw.replace(old, new)).records)
        assert release.ocid == "ocds-kz0001-goszakup-17800001-1"
        assert msgspec.json.decode(msgspec.json.encode(release))["tender"]["lots"]
    many = {**WHOLE["TrdBuy"], "Lots": [lot(id=number) for number in range(25_000)]}
    assert len(mapped(TrdBuy=many | {"number_anno": "1-1"}).tender.lots) == 20_000  # type: ignore[union-attr]
