"""The market a purchase belongs to: a division of things (two digits of the code) in a region over twelve months."""

from __future__ import annotations

import msgspec

from watchers.history import History, Shares
from watchers.history.rows import DIVISION, wider
from watchers.indicators.base import Answer, Context, NotApplicable, NotComputable
from watchers.indicators.procedure import excluded
from watchers.indicators.suppliers import deals, unawarded
from watchers.ocds import Release
from watchers.rules import Rules

__all__ = ["Place", "places"]


class Place(msgspec.Struct, frozen=True):
    """Who sold how much where this purchase's winner sells."""

    supplier: str
    division: str
    region: str
    currency: str
    shares: Shares


def places(release: Release, context: Context, least_contracts: int) -> list[Place] | Answer:
    """The markets of what is awarded, each with the supplier; an answer where there is none to look at."""
    nothing = excluded(release) or unawarded(release)
    if nothing is not None:
        return nothing
    if context.history is None:
        return NotComputable("no history at hand")
    found = deals(context.history)
    if not found:
        return NotApplicable("no winner is known by a number")
    open_to_all = [deal for deal in found if not _regulated(deal[2], context.rules)]
    if not open_to_all:
        return NotApplicable("usually one firm alone can supply this")
    known = [deal for deal in open_to_all if wider(deal[2], DIVISION) and deal[3]]
    if not known:
        return NotComputable("tender.items.classification.id or tender.items.deliveryAddress is missing")
    seen = {(supplier, wider(code, DIVISION), *rest): (supplier, code, *rest) for _, supplier, code, *rest in known}
    all_places = [_place(context.history, *seen[key]) for key in sorted(seen)]
    large = [place for place in all_places if place.shares.contracts >= least_contracts]
    if not large:
        return NotComputable(f"fewer than {least_contracts} contracts of this kind in the region in twelve months")
    return large


def _place(history: History, supplier: str, code: str, region: str, currency: str) -> Place:
    return Place(supplier, wider(code, DIVISION), region, currency, history.shares(code, region, currency))


def _regulated(code: str, rules: Rules) -> bool:
    scheme, _, bare = code.rpartition(":")
    return bool(rules.regulated_kind(scheme or "ENSTRU", bare))
