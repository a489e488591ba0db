"""How far the winner's price lies from the next: Cardinal's d = (second lowest valid price - winning) / winning."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.history import Band
from watchers.indicators.base import Answer, Context, NotApplicable, NotComputable
from watchers.indicators.bidding import Scope, outcome, packages, price_of, submitted, suppliers, tenderers
from watchers.indicators.procedure import Procedure, excluded, procedure_of
from watchers.ocds import Release
from watchers.rules import Rules

__all__ = ["BY_PRICE", "HUNDRED", "Margin", "earlier_margins", "margins", "uncontested"]

HUNDRED = Decimal(100)

BY_PRICE = frozenset({"tender", "price_quotation", "social_order", "framework"})
"""Method groups of Kazakhstan whose bids state a price of their own and compete by it. Not here: the rating-point
tender, where a conditional price decides (Rules No. 687, p. 293); the auction, whose prices move by a set step
(p. 399); catering, housing, orders by a set price; the electronic shop, whose prices are listed beforehand."""


class Margin(msgspec.Struct, frozen=True):
    """The winner of one lot, the next cheapest, and how much dearer that is."""

    lot: str
    winning: Decimal
    second: Decimal
    currency: str
    bidders: int

    @property
    def percent(self) -> Decimal:
        """Cardinal's d, in percent."""
        return (self.second - self.winning) / self.winning * HUNDRED


def uncontested(release: Release, rules: Rules) -> Answer | None:
    """Why a release has no contest of prices to judge; None if it may have one."""
    dead = excluded(release)
    if dead is not None:
        return dead
    procedure = procedure_of(release, rules)
    if not _by_price(procedure):
        return NotApplicable("prices do not decide freely under this method")
    bids = submitted(release)
    if bids is None:
        return NotComputable("bids.details is missing")
    if len(bids) < 2:
        return NotApplicable("fewer than two bids were submitted")
    return None if outcome(release).active else NotApplicable("nothing is awarded")


def earlier_margins(release: Release, context: Context, currency: str, least: int) -> Band | None:
    """How far apart the first two prices were in at least so many earlier lots bought by the same methods."""
    if context.history is None:
        return None
    tender = release.tender
    group = procedure_of(release, context.rules).group or (tender.procurement_method if tender else "") or ""
    band = context.history.margins(group, currency)
    return band if band is not None and band.n >= least else None


def _by_price(procedure: Procedure) -> bool:
    return procedure.jurisdiction != "KZ" or procedure.method is None or procedure.group in BY_PRICE


def margins(release: Release) -> list[Margin]:
    """One a lot where it can be told: one award in force to one supplier, none pending, nobody valid cheaper."""
    found = (_margin(scope) for scope in packages(release))
    return [margin for margin in found if margin is not None]


def _margin(scope: Scope) -> Margin | None:
    won = suppliers(scope.outcome.active)
    if scope.outcome.pending or len(scope.outcome.active) != 1 or len(won) != 1:
        return None
    cheapest: dict[frozenset[str], Decimal] = {}
    currencies = set()
    for bid in scope.bids:
        price, who = price_of(bid.value), tenderers(bid)
        if bid.status != "valid" or price is None or not who:
            continue
        currencies.add(price[1])
        cheapest[who] = min(price[0], cheapest.get(who, price[0]))
    own = cheapest.pop(won, None)
    if own is None or not cheapest or len(currencies) != 1:
        return None
    second = min(cheapest.values())
    return Margin(scope.lot, own, second, currencies.pop(), len(cheapest) + 1) if second >= own else None
