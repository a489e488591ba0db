"""How each filter of the API decides, those included that decide nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from bot.sandbox.goszakup.moments import moment_of
from bot.sandbox.goszakup.records import Bid, Contract, Lot, Raw, Subject, Tender

Record = Any
Keep = Callable[[Record], bool]

_IGNORED = {("TrdBuy", "publishDate"), ("TrdBuy", "refTrdBuySigns"), ("Lots", "refTrdBuySigns")}
_FIND_NOTHING = {
    ("Lots", "plnPointRootrecordId"), ("PlnPoint", "dateCreate"), ("PlnPoint", "timestamp"), ("PlnPoint", "indexDate"),
}  # fmt: skip
_FIELD_OF = {
    "nameDescriptionRu": "nameRu", "nameDescriptionKz": "nameKz", "commonName": "nameRu", "strKato": "kato",
}  # fmt: skip
_DATES = frozenset({
    "publishDate", "lastUpdateDate", "indexDate", "crdate", "signDate", "dateApply", "aktDate", "approveDate",
    "dateCreate", "timestamp",
})  # fmt: skip
_FROM = frozenset({"amount", "totalSum"})
_QUICK: dict[tuple[type, str], Callable[[Any], Any]] = {
    (Tender, "id"): attrgetter("id"),
    (Tender, "lastUpdateDate"): attrgetter("updated"),
    (Tender, "publishDate"): attrgetter("published"),
    (Tender, "indexDate"): attrgetter("indexed"),
    (Tender, "refTradeMethodsId"): attrgetter("method"),
    (Tender, "orgBin"): attrgetter("buyer.bin"),
    (Lot, "lastUpdateDate"): attrgetter("updated"),
    (Lot, "indexDate"): attrgetter("updated"),
    (Lot, "customerBin"): attrgetter("tender.buyer.bin"),
    (Lot, "trdBuyId"): attrgetter("tender.id"),
    (Contract, "lastUpdateDate"): attrgetter("updated"),
    (Contract, "indexDate"): attrgetter("updated"),
    (Contract, "customerBin"): attrgetter("buyer.bin"),
    (Contract, "supplierBiin"): attrgetter("supplier.bin"),
    (Bid, "buyId"): attrgetter("tender.id"),
    (Bid, "supplierBinIin"): attrgetter("supplier.bin"),
    (Subject, "bin"): attrgetter("bin"),
    (Subject, "pid"): attrgetter("pid"),
}


def keeper(
    kind: str, wanted: Mapping[str, Any], scalars: Callable[[str, Record], Mapping[str, Any]], *, ignoring: bool
) -> Keep | None:
    """Return the decision of a filter over records of a type; None where it keeps everything.

    `ignoring`: filters that the real API ignores, or that find nothing there, do the same here.
    """
    tests: list[tuple[str, Callable[[Any], bool]]] = []
    for name, value in wanted.items():
        if value is None or value == []:
            continue
        if ignoring and (kind, name) in _IGNORED:
            continue
        if ignoring and (kind, name) in _FIND_NOTHING:
            return _nothing
        tests.append((_FIELD_OF.get(name, name), _test(name, value)))
    if not tests:
        return None

    def keep(record: Record) -> bool:
        for field, test in tests:
            quick = None if isinstance(record, Raw) else _QUICK.get((type(record), field))
            found = quick(record) if quick and kind != "PlnPoint" else scalars(kind, record).get(field)
            if not test(found):
                return False
        return True

    return keep


def _nothing(_record: Record) -> bool:
    return False


def _test(name: str, value: Any) -> Callable[[Any], bool]:
    values = value if isinstance(value, list) else [value]
    if name in _DATES:
        return _between(values)
    if name in _FROM:
        low, high = float(values[0]), float(values[1]) if len(values) > 1 else float("inf")
        return lambda found: isinstance(found, int | float) and low <= found <= high
    if name.startswith(("nameDescription", "common")) or (isinstance(value, str) and value[:1] in "?*" and value):
        word = str(values[0]).lstrip("?*").casefold()
        return lambda found: word in str(found or "").casefold()
    chosen = {str(each) for each in values}
    return lambda found: any(str(each) in chosen for each in found) if isinstance(found, list) else str(found) in chosen


def _between(values: list[Any]) -> Callable[[Any], bool]:
    low = moment_of(values[0]) if values[0] else 0
    high = moment_of(values[1]) if len(values) > 1 and values[1] else 1 << 40

    def test(found: Any) -> bool:
        if isinstance(found, str):
            found = moment_of(found[:19])
        return found is not None and low <= found <= high

    return test
