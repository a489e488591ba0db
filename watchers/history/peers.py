"""Measures by which buyers of one kind are compared: from counts a buyer and month, so that nothing is read twice.

What was announced counts in the month of the announcement, bids in the month they were opened: so the counts of a month
that is over never change by what happens later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from watchers.history.asking import month_of
from watchers.history.bands import Band, band_of
from watchers.history.rows import PastLot
from watchers.history.view import Totals
from watchers.indicators.procedure import COMMISSION

__all__ = [
    "ACTIVE", "DIVISIONS", "MANY_CONTRACTS", "MEASURES", "REJECTED", "SINGLE_SOURCE", "TOTALS_MONTHS", "add",
    "month_counts", "peers_of", "suppliers_of",
]  # fmt: skip

ACTIVE = "active"
"""Lots a buyer announced in 24 months: its `n` is how many buyers of the kind there are."""
SINGLE_SOURCE = "single_source"
"""Share of the sums a buyer announced in twelve months that went to single source."""
REJECTED = "rejected"
"""Share of the bids to a buyer in twelve months that were rejected."""
DIVISIONS = "divisions"
"""Divisions of things (two digits of the code) a supplier of many contracts sold in 24 months."""
MEASURES = (ACTIVE, SINGLE_SOURCE, REJECTED, DIVISIONS)
MANY_CONTRACTS = 20
"""Contracts from which on a supplier is compared with others by what it sells (Cardinal's default)."""
TOTALS_MONTHS = 12

_JUDGED = COMMISSION | {"open", "selective"}
"""Groups of methods in which people reject bids: only there the share of rejected ones tells of a buyer."""
_SINGLE = frozenset({"single_source_after_failure", "direct"})


def month_counts(lot: PastLot) -> list[tuple[int, Totals]]:
    """What one lot adds to which months of its customer."""
    amount = lot.amount or Decimal(0)
    counts = [(month_of(lot.published_at), Totals(1, amount, amount if lot.group in _SINGLE else Decimal(0)))]
    if lot.decided_at is not None and lot.bidders and lot.group in _JUDGED:
        counts.append((month_of(lot.decided_at), Totals(bids=lot.bidders, rejected=lot.rejected or 0)))
    return counts


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
        SINGLE_SOURCE: band_of(float(one.single_source / one.amount) for one in year.values() if one.amount > 0),
        REJECTED: band_of(one.rejected / one.bids for one in year.values() if one.bids > 0),
    }
    return {measure: band for measure, band in found.items() if band is not None}


def suppliers_of(records: Iterable[tuple[int, int]]) -> dict[str, Band]:
    """The band of divisions among suppliers of many contracts, from the contracts and the divisions of each."""
    band = band_of(divisions for contracts, divisions in records if contracts >= MANY_CONTRACTS)
    return {} if band is None else {DIVISIONS: band}
