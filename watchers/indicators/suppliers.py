"""Who is awarded or contracted in a purchase, as history names them."""

from __future__ import annotations

from watchers.history import History
from watchers.indicators.base import NotApplicable
from watchers.indicators.bidding import outcome
from watchers.ocds import Release

__all__ = ["Deal", "awarded", "deals", "unawarded"]

Deal = tuple[str, str, str, str, str]
"""Customer, supplier, code, region, currency of one thing that was awarded or contracted."""


def unawarded(release: Release) -> NotApplicable | None:
    """Said where nobody is awarded and nothing contracted."""
    return None if outcome(release).active or release.contracts else NotApplicable("nothing is awarded")


def awarded(history: History) -> list[str]:
    """The winners and suppliers that are known by a number."""
    return sorted({one for _, one, _, _, _ in deals(history)})


def deals(history: History) -> list[Deal]:
    """One a lot that was won and a thing that was contracted, each once."""
    own = history.own
    found: dict[Deal, None] = {}
    for lot in own.lots:
        if lot.winner:
            found[lot.customer, lot.winner, lot.code, lot.region, lot.currency] = None
    for row in own.contracts:
        if row.supplier:
            found[row.customer, row.supplier, row.code, row.region, row.currency] = None
    return list(found)
