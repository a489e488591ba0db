"""R028: different bidders ask exactly the same price.

Cardinal's definition over submitted bids (valid, pending, disqualified), compared within the same lots only. Equal to
the planned value it weighs little: both may have copied it. Where a rule calls a price dumping from some distance below
the plan (Kazakhstan: Rules No. 687, p. 85-97), bids are drawn to that floor: exactly there W1. Below it, in a price
quotation, it costs the winner a larger security, and two who bid so without knowing of each other are rare: W4.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.bidding import Scope, packages, price_of, submitted, tenderers
from watchers.indicators.floors import at_floor, dumping_floors, plan_of
from watchers.indicators.procedure import excluded, procedure_of
from watchers.ocds import Bid, Release


class IdenticalPrices(Indicator):
    """Fires when two or more different tenderers bid the same amount for the same thing."""

    code = "R028"
    version = 2
    stage = Stage.BIDS
    tier = Tier.B
    weight = 2
    family = Family.PRICE
    needs = ("bids.details.value", "bids.details.tenderers.id", "bids.details.status")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        bids = submitted(release)
        if bids is None:
            return NotComputable("bids.details is missing")
        if len(bids) < 2:
            return NotApplicable("fewer than two bids were submitted")
        if len([bid for bid in bids if price_of(bid.value) and tenderers(bid)]) < 2:
            return NotComputable("bids.details.value or bids.details.tenderers.id is missing")
        ties = [tie for scope in packages(release) for tie in _ties(scope)]
        if not ties:
            return Clear()
        lot, amount, currency, count = max(ties, key=lambda tie: tie[3])
        facts = {"amount": str(amount), "currency": currency, "lot": lot, "bids": len(bids), "prices": len(ties)}
        weight = self._weight(release, context, lot, amount, currency)
        return Fired(value=count, threshold=2, unit="bids", facts=facts, weight=weight)

    def _weight(self, release: Release, context: Context, lot: str, amount: Decimal, currency: str) -> int:
        plan = plan_of(release, lot, currency)
        if plan is None:
            return self.weight
        floors = dumping_floors(release, context.rules, plan)
        if amount == plan or at_floor(amount, floors):
            return 1
        below = procedure_of(release, context.rules).group == "price_quotation" and floors and amount < floors[0]
        return 4 if below else self.weight


def _ties(scope: Scope) -> list[tuple[str, Decimal, str, int]]:
    """Lot, amount, currency and number of bids for each price that tenderers with nobody in common share."""
    by_price: dict[tuple[Decimal, str], list[Bid]] = {}
    for bid in scope.bids:
        price = price_of(bid.value)
        if price is not None and tenderers(bid):
            by_price.setdefault(price, []).append(bid)
    return [
        (scope.lot, amount, currency, len({tenderers(bid) for bid in same}))
        for (amount, currency), same in by_price.items()
        if any(not tenderers(one) & tenderers(other) for one, other in combinations(same, 2))
    ]
