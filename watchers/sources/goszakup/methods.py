"""How something is bought: the actual and the planned method, first or repeat, under which features."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from watchers.sources.goszakup.codes import method_group, method_id, name_of, symbol_method
from watchers.sources.goszakup.model import Announcement, Lot
from watchers.sources.goszakup.parts import shown

__all__ = ["LotNumber", "actual_method", "lot_method", "lot_number", "method_name", "planned_method", "purchase_type"]

_LOT_NUMBER = re.compile(r"(\d+)-(ОЛ-)?([А-Яа-яЁё]+)(\d+)")
_VERSION = re.compile(r"-(\d+)$")
_AFTER_FAILURE = "single_source_after_failure"
_AFTER = {
    "price_quotation": "ИОИ от ЗЦП",
    "tender": "ИОИ от конкурса",
    "rating_point": "ИОИ от конкурса",
    "catering": "ИОИ от конкурса",
    "social_order": "ИОИ от конкурса",
    "auction": "ИОИ от аукциона",
}


class LotNumber(msgspec.Struct, frozen=True, gc=False):
    """What a lot's printed number holds ("87361886-ЗЦП2"): the plan point, the method's letters, which attempt."""

    plan_root: str = ""
    united: bool = False
    method: int | None = None
    turn: int = 0


@lru_cache(maxsize=8192)
def lot_number(text: str | None) -> LotNumber:
    """Take a lot's number apart; empty parts for another shape (old lots have a bare number)."""
    match = _LOT_NUMBER.fullmatch((text or "").strip())
    if match is None:
        return LotNumber()
    return LotNumber(match[1], bool(match[2]), symbol_method(match[3]), int(match[4][:6]))


def method_name(method: int | str | None) -> str | None:
    """The Russian name of a method; the number of one nobody knows, the words of one without a number."""
    return shown(method) if isinstance(method, str) else name_of("trade_methods", method)


def lot_method(lot: Lot) -> int | str | None:
    """How a lot is really bought: by its own field, else by the letters in its number."""
    return method_id(lot.ref_buy_trade_methods_id, lot.ref_buy_trade_methods) or lot_number(lot.lot_number).method


def planned_method(lot: Lot) -> int | str | None:
    """How a lot was planned to be bought: `refTradeMethodsId` of the lot, else of its plan points if they agree."""
    own = method_id(lot.ref_trade_methods_id, lot.ref_trade_methods)
    if own:
        return own
    planned = {method_id(plan.ref_trade_methods_id, plan.ref_trade_methods) for plan in lot.plans or ()} - {None}
    return planned.pop() if len(planned) == 1 else None


def actual_method(announcement: Announcement, lots: tuple[Lot, ...]) -> int | str | None:
    """How an announcement really buys: its own field, else what all its lots say."""
    own = method_id(announcement.ref_trade_methods_id, announcement.ref_trade_methods)
    if own:
        return own
    said = {lot_method(lot) for lot in lots} - {None}
    return said.pop() if len(said) == 1 else None


def purchase_type(
    announcement: Announcement, lots: tuple[Lot, ...], method: int | str | None, failed_method: int | str | None
) -> str | None:
    """First, repeat, or single source after what: by the portal's words, else by what else tells it.

    The ids of the list are not published; where the words are missing, a single source after a failure is told by the
    method that failed (`failed_method`, else the planned one), a repeat by the version in the number, by its parent or
    by the lots' attempts.
    """
    said = announcement.ref_type_trade
    if said is not None and said.name_ru and said.name_ru.strip():
        return shown(said.name_ru)
    if method_group(method) == _AFTER_FAILURE:
        return _AFTER.get(method_group(failed_method or _planned(lots)))
    number = announcement.ref_type_trade_id or (said.id if said is not None else None)
    if number in {1, 2}:
        return name_of("purchase_types", number)
    version = _VERSION.search((announcement.number_anno or "").strip())
    turns = [lot_number(lot.lot_number).turn for lot in lots]
    again = (version is not None and int(version[1][:6]) > 1) or bool(announcement.parent_id)
    if again or (turns and min(turns) > 1):
        return name_of("purchase_types", 2)
    return name_of("purchase_types", 1) if version is not None else None


def _planned(lots: tuple[Lot, ...]) -> int | str | None:
    planned = {planned_method(lot) for lot in lots} - {None}
    groups = {method_group(one) for one in planned}
    return planned.pop() if len(groups) == 1 else None
