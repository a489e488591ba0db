"""The history that was captured with a purchase: earlier announcements, contracts and bids, sorted into releases.

Items come in any spelling and order and are told apart by their fields; what belongs to one purchase becomes one
release, and what could not be known at the moment is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from watchers.ocds import Release, Unit
from watchers.sources.goszakup.chains import chains
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.mending import Mending, plain_key
from watchers.sources.goszakup.methods import actual_method, lot_number
from watchers.sources.goszakup.model import Announcement, Application, Deal, Records
from watchers.sources.goszakup.parts import local

__all__ = ["Past", "failed_method", "record_kind"]

_CONTRACT = frozenset({
    "contractnumbersys", "contractnumber", "contractsum", "contractsumwnds", "refcontractstatusid", "supplierbiin",
    "fakttrademethodsid", "contractunits",
})  # fmt: skip
_APPLICATION = frozenset({"applots", "dateapply", "supplierbiniin"})
_ANNOUNCEMENT = frozenset({"numberanno", "refbuystatusid", "lots", "publishdate", "totalsum", "reftrademethodsid"})


def record_kind(value: Mapping[str, Any]) -> str:
    """TrdBuy, Contract or TrdApp by the fields a record has; '' for another."""
    keys = {plain_key(key) for key in value}
    if keys & _CONTRACT:
        return "Contract"
    if keys & _APPLICATION:
        return "TrdApp"
    return "TrdBuy" if keys & _ANNOUNCEMENT else ""


class Past:
    """The history of one purchase, sorted: announcements with what belongs to them, contracts that stand alone."""

    def __init__(self, history: object, notes: list[str]) -> None:
        self.announcements: list[Announcement] = []
        self._deals: list[Deal] = []
        self._applications: dict[int | None, list[Application]] = {}
        self._mending = Mending()
        for place, one in enumerate(_flat(history)):
            self._take(one, f"history[{place}]")
        notes += self._mending.troubles

    def _take(self, one: object, path: str) -> None:
        if not isinstance(one, dict):
            self._mending.trouble(path, one, "no object")
            return
        nested = {plain_key(key): inner for key, inner in one.items()}
        kind = record_kind(one)
        if kind == "Contract":
            self._deals.append(self._mending.struct(one, Deal, path))
        elif kind == "TrdApp":
            self._apply(one, path, None)
        elif kind == "TrdBuy":
            announcement = self._mending.struct(one, Announcement, path)
            self.announcements.append(announcement)
            if isinstance(nested.get("trdapp"), list):  # asked for: an empty list is nobody
                self._applications.setdefault(announcement.id, [])
            for bid in _rows(nested.get("trdapp")):
                self._apply(bid, f"{path}.TrdApp", announcement.id)
            for deal in _rows(nested.get("contract")):
                own = {key: inner for key, inner in deal.items() if plain_key(key) != "trdbuyid"}
                owned = own | {"trdBuyId": announcement.id}
                self._deals.append(self._mending.struct(owned, Deal, f"{path}.Contract"))
        else:
            self._mending.trouble(path, one, "neither an announcement nor a contract")

    def _apply(self, one: Mapping[str, Any], path: str, buy: int | None) -> None:
        given = next((inner for key, inner in one.items() if plain_key(key) == "buyid"), None)
        number = buy if buy is not None else int(str(given)) if str(given).isdigit() else None
        self._applications.setdefault(number, []).append(self._mending.struct(one, Application, path))

    def releases(self, limit: datetime | None, measures: Mapping[str, Unit]) -> Iterator[Release]:
        """The releases that were known at the moment.

        `measures`: units by ENS TRU code, for contracts captured without their plan points.
        """
        deals = [deal for deal in self._deals if not _later(deal.sign_date or deal.crdate, limit)]
        known = {one.id for one in self.announcements if one.id}
        for one in self.announcements:
            if _later(one.publish_date, limit):
                continue
            own = tuple(deal for deal in deals if one.id and deal.trd_buy_id == one.id)
            bids = tuple(self._applications[one.id]) if one.id in self._applications else None
            yield from _mapped(Records(announcement=one, applications=bids, deals=own or None), measures)
        alone = [deal for deal in deals if deal.trd_buy_id not in known]
        announced: dict[int, list[Deal]] = {}
        for deal in alone:
            if deal.trd_buy_id:
                announced.setdefault(deal.trd_buy_id, []).append(deal)
        direct = chains(deal for deal in alone if not deal.trd_buy_id)
        for group in (*announced.values(), *(chain.deals for chain in direct)):
            yield from _mapped(Records(deals=tuple(group)), measures)


def _mapped(records: Records, measures: Mapping[str, Unit]) -> Iterator[Release]:
    try:
        yield release_of(records, measures=measures)
    except ValueError:  # it has no number: nothing can be compared with it
        return


def _flat(history: object) -> Iterator[object]:
    """The items of a history: a list, lists by kind ({"TrdBuy": [...], "Contract": [...]}), records within."""
    if isinstance(history, list):
        for one in history:
            yield from _flat(one) if _is_wrapper(one) else (one,)
    elif _is_wrapper(history):
        yield from _unwrap(history)
    else:
        yield history


def _is_wrapper(value: object) -> bool:
    return (
        isinstance(value, dict)
        and not record_kind(value)
        and any(plain_key(key) in {"trdbuy", "contract", "records"} for key in value)
    )


def _unwrap(value: Any) -> Iterator[object]:
    parts = {plain_key(key): inner for key, inner in value.items()}
    if "records" in parts:
        yield from _flat(parts["records"])
        return
    announcements = _rows(parts.get("trdbuy"))
    if len(announcements) == 1:
        yield {**announcements[0], "TrdApp": parts.get("trdapp"), "Contract": parts.get("contract")}
        return
    yield from announcements
    yield from _rows(parts.get("contract"))
    yield from _rows(parts.get("trdapp"))


def _rows(value: object) -> list[Mapping[str, Any]]:
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _later(text: str | None, limit: datetime | None) -> bool:
    when = local(text) if text else None
    return when is not None and limit is not None and when > limit


def failed_method(announcement: Announcement, earlier: Iterable[Announcement]) -> int | str | None:
    """The method of the purchase that failed before: by its id, by the same number, by the same plan points."""
    before = [one for one in earlier if one.id != announcement.id or not one.id]
    chosen = [one for one in before if announcement.parent_id and one.id == announcement.parent_id]
    base = (announcement.number_anno or "").rpartition("-")[0]
    chosen = chosen or [one for one in before if base and (one.number_anno or "").rpartition("-")[0] == base]
    if not chosen:
        roots = _roots(announcement)
        chosen = [one for one in before if roots & _roots(one)]
    chosen.sort(key=lambda one: one.publish_date or "")
    return actual_method(chosen[-1], chosen[-1].lots or ()) if chosen else None


def _roots(announcement: Announcement) -> set[str]:
    found = {lot_number(lot.lot_number).plan_root for lot in announcement.lots or ()}
    found |= {str(plan.rootrecord_id or "") for lot in announcement.lots or () for plan in lot.plans or ()}
    return found - {""}
