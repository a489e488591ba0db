"""Records captured from the portal, with the moment and the history they were judged against: one object a purchase.

`{"id", "now", "records": {"TrdBuy": {...}, "history": [...], "TrdApp": [...], "Contract": [...], "Rnu": [...],
"Subjects": [...]}}`. The records go the way of live ones: read, mapped. History items are earlier announcements (with
`TrdApp` and `Contract` inside, if known), contracts and bids, in any spelling, told apart by their fields; what belongs
together becomes one release. What the history could not have held at `now` is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from watchers.ocds import Release, Unit
from watchers.sources.goszakup.announcements import own_moment
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.mending import kind_of, plain_key
from watchers.sources.goszakup.parts import local
from watchers.sources.goszakup.past import Past, failed_method, record_kind
from watchers.sources.goszakup.reading import Unreadable, records_from
from watchers.sources.goszakup.soundness import fault_of

__all__ = ["Captured", "captured_from", "unwrapped"]


_BESIDE = frozenset({"lots", "plans", "files", "commission", "cancel", "pause", "complaintappeal"})


class Captured(msgspec.Struct, frozen=True):
    """One purchase as it was captured. `earlier` is None where no history was captured, () where there was none.

    `now` is when it was read, where the capture says so. `notes` say what was left out, each as one sentence without
    its subject.
    """

    id: Any
    release: Release
    earlier: tuple[Release, ...] | None
    notes: tuple[str, ...]
    now: datetime | None = None


def captured_from(value: Mapping[str, Any]) -> Captured:
    """Map one captured purchase. Raises Unreadable."""
    raw, strangers = _own_bids(_records_of(value))
    found = records_from(raw)
    notes = list(found.troubles)
    now = _now(value.get("now"), notes)
    fault = fault_of(found.records, now or datetime.now(UTC))
    if fault:
        notes.append(f"the live watcher would have set it aside: {fault}")
    announcement = found.records.announcement
    limit = now or (own_moment(announcement) if announcement is not None else None)
    history = next((one for key, one in raw.items() if plain_key(key) == "history"), None)
    before = history if isinstance(history, list) else [history] if history else []
    past = None if history is None and not strangers else Past([*before, *strangers], notes)
    failed = failed_method(announcement, past.announcements) if announcement is not None and past is not None else None
    try:
        release = release_of(found.records, now=now, failed_method=failed)
    except ValueError as error:
        raise Unreadable(f"records: {error}") from None
    earlier = None if past is None else tuple(past.releases(limit, _measures(release)))
    return Captured(value.get("id"), release, earlier, tuple(notes), now)


def _own_bids(records: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Any]]:
    """The records, and the bids among them that belong to another purchase (one that failed before)."""
    parts = {plain_key(key): (key, one) for key, one in records.items()}
    call, bids = parts.get("trdbuy", ("", None))[1], parts.get("trdapp", ("", None))[1]
    own = _number(call, "id")
    if not own or not isinstance(bids, list):
        return records, []
    strangers = [bid for bid in bids if _number(bid, "buyid") not in {"", own}]
    if not strangers:
        return records, []
    kept = [bid for bid in bids if _number(bid, "buyid") in {"", own}]
    return {**records, parts["trdapp"][0]: kept or None}, strangers


def _number(record: object, name: str) -> str:
    if not isinstance(record, dict):
        return ""
    return str(next((one for key, one in record.items() if plain_key(key) == name and one), ""))


def _measures(release: Release) -> dict[str, Unit]:
    """The unit of measure of each ENS TRU code in the call, where it is one."""
    found: dict[str, dict[str, Unit]] = {}
    for item in release.tender.items if release.tender else ():
        if item.classification is not None and item.unit is not None and item.unit.id:
            found.setdefault(item.classification.key, {})[item.unit.key] = item.unit
    return {code: next(iter(units.values())) for code, units in found.items() if len(units) == 1}


def unwrapped(value: object) -> Iterator[Mapping[str, Any]]:
    """The captured purchases in one JSON value: itself, a list of them, a page or an envelope of the portal's."""
    if isinstance(value, list):
        for one in value:
            yield from unwrapped(one)
    elif not isinstance(value, dict):
        raise Unreadable(f"an object was expected, {kind_of(value)} was given")
    elif "records" not in value and isinstance(value.get("items"), list):
        yield from unwrapped(value["items"])
    elif "records" not in value and isinstance(value.get("data"), dict):
        yield from unwrapped(value["data"].get("TrdBuy") or [])
    else:
        yield value


def _records_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The records, also where they lie beside `id` and `now`, or where there is a bare announcement or contract."""
    records = value.get("records")
    if isinstance(records, dict):
        if any(plain_key(key) in {"trdbuy", "contract"} for key in records):
            return _nested(records)
        value = records
    elif records is not None:
        raise Unreadable(f"records: an object was expected, {kind_of(records)} was given")
    if any(plain_key(key) == "trdbuy" for key in value):
        return _nested(value)
    kind = record_kind(value)
    if kind == "Contract":
        return {"Contract": [value]}
    if kind == "TrdBuy":
        return {"TrdBuy": value}
    raise Unreadable('no "records" with a TrdBuy was given')


def _nested(records: Mapping[str, Any]) -> Mapping[str, Any]:
    """The records with lots, plan points and files put into their announcement where they were captured beside it."""
    parts = {plain_key(key): (key, one) for key, one in records.items()}
    name, head = parts.get("trdbuy", ("", None))
    if isinstance(head, list):
        head = next((one for one in head if isinstance(one, dict)), None)
    if not isinstance(head, dict):
        return records
    has = {plain_key(key) for key, one in head.items() if one is not None}
    beside = {key: one for part, (key, one) in parts.items() if part in _BESIDE and part not in has}
    return {**records, name: {**head, **beside}} if beside else records


def _now(value: object, notes: list[str]) -> datetime | None:
    """A moment as ISO 8601, as the portal's local text, or as seconds since 1970."""
    if value is None or value == "":
        return None
    found = None
    if isinstance(value, str):
        found = local(value)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and 0 < value < 10**14:
        found = datetime.fromtimestamp(float(value) / (1000 if value > 10**11 else 1), UTC)
    if found is None:
        notes.append(f"now: {str(value)[:40]!r} is no date, the record's own last moment was taken")
    return found
