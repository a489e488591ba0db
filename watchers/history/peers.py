"""Measures by which buyers of one kind are compared: from counts a buyer and month, so that nothing is read twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watchers.history.bands import Band, band_of
from watchers.history.rows import PastLot
from watchers.history.view import Totals

__all__ = ["ACTIVE", "MEASURES", "REJECTED", "SINGLE_SOURCE", "TOTALS_MONTHS", "add", "month_counts", "peers_of"]

ACTIVE = "active"
"""Lots a buyer announced in 24 months: its `n` is how many buyers of the kind there are."""
SINGLE_SOURCE = "single_source"
"""Share of the sums a buyer announced in twelve months that went to single source."""
REJECTED = "rejected"
"""Share of the bids to a buyer in twelve months that were rejected."""
MEASURES = (ACTIVE, SINGLE_SOURCE, REJECTED)
TOTALS_MONTHS = 12

_SINGLE = frozenset({"single_source_after_failure", "direct"})


def month_counts(lot: PastLot) -> Totals:
    """What one lot adds to its customer's month: nothing once it is cancelled."""
    if lot.outcome == "cancelled":
        return Totals(lots=1)
    amount = float(lot.amount or 0)
    return Totals(
        lots=1,
        amount=amount,
        single_source=amount if lot.group in _SINGLE else 0.0,
        bids=lot.bidders or 0,
        rejected=lot.rejected or 0,
    )


def add(one: Totals, other: Totals) -> Totals:
    """Both together."""
    return Totals(
        one.lots + other.lots,
        one.amount + other.amount,
        one.single_source + other.single_source,
        one.bids + other.bids,
        one.rejected + other.rejected,
    )


def peers_of(active: Iterable[int], year: Mapping[str, Totals]) -> dict[str, Band]:
    """The bands of every measure: lots of each buyer in 24 months, totals of each in twelve."""
    found = {
        ACTIVE: band_of(active),
        SINGLE_SOURCE: band_of(one.single_source / one.amount for one in year.values() if one.amount > 0),
        REJECTED: band_of(one.rejected / one.bids for one in year.values() if one.bids > 0),
    }
    return {measure: band for measure, band in found.items() if band is not None}
