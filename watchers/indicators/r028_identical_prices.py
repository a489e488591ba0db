"""R028: different bidders ask exactly the same price.

Cardinal's definition over submitted bids (valid, pending, disqualified), compared within the same lots only. Equal to
the planned value it weighs little: both may have copied it. In Kazakhstan's price quotations bids are drawn to the
anti-dumping floor, 10 % below the plan (Rules No. 687, p. 97): exactly there W1, below it W4.
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
from watchers.indicators.procedure import excluded, planned_value, procedure_of
from watchers.ocds import Bid, Release

_FLOOR = Decimal("0.9")


class IdenticalPrices(Indicator):
    """Fires when two or more different tenderers bid the same amount for the same thing."""

    code = "R028"
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
        plan = price_of(planned_value(release, lot))
        if plan is None or plan[1] != currency:
            return self.weight
        if amount == plan[0]:
            return 1
        procedure = procedure_of(release, context.rules)
        if procedure.jurisdiction == "KZ" and procedure.group == "price_quotation":
            floor = plan[0] * _FLOOR
            return 1 if amount == floor else 4 if amount < floor else self.weight
        return self.weight


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
