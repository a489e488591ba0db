"""R036: the lowest bid was rejected.

Cardinal's definition: of the submitted bids for the same lots the lowest is disqualified, at least one award is active
and at least one valid bid has a price; of equal prices the first seen counts. Not judged where price does not decide,
nor in Kazakhstan: a price quotation knows automatic rejections only (Law No. 106-VIII, art. 15.8; Rules No. 687,
p. 426), and elsewhere the prices of rejected bids stay unopened (art. 15.5; p. 272, 280).
"""

from __future__ import annotations

from decimal import Decimal

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
from watchers.indicators.bidding import Scope, outcome, packages, price_of, submitted
from watchers.indicators.procedure import excluded, procedure_of
from watchers.ocds import Release, Tender

_NOT_BY_PRICE = frozenset({"qualityOnly", "ratedCriteria", "bestProposal", "bestValueToGovernment", "singleBidOnly"})
_TENTH = Decimal("0.1")


class LowestBidRejected(Indicator):
    """Fires when the cheapest offer was disqualified and someone else was awarded."""

    code = "R036"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 4
    family = Family.EVALUATION
    needs = ("bids.details.status", "bids.details.value", "awards.status")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        procedure = procedure_of(release, context.rules)
        if procedure.jurisdiction == "KZ":
            if procedure.group == "price_quotation":
                return NotApplicable("a price quotation knows automatic rejections only")
            return NotApplicable("the prices of rejected bids are not opened")
        if (release.tender or Tender()).award_criteria in _NOT_BY_PRICE:
            return NotApplicable("price alone does not decide (tender.awardCriteria)")
        bids = submitted(release)
        if bids is None:
            return NotComputable("bids.details is missing")
        if not outcome(release).active:
            return NotApplicable("nothing is awarded")
        rejected = [bid for bid in bids if bid.status == "disqualified"]
        if not rejected:
            return Clear()
        fired = [answer for scope in packages(release) if (answer := _judge_package(scope)) is not None]
        if fired:
            return max(fired, key=lambda answer: Decimal(answer.value))
        if any(price_of(bid.value) is None for bid in rejected):
            return NotComputable("bids.details.value of a disqualified bid is missing")
        return Clear()


def _judge_package(scope: Scope) -> Fired | None:
    priced = [(price, bid) for bid in scope.bids if (price := price_of(bid.value)) is not None]
    if not priced or not scope.outcome.active:
        return None
    currency = priced[0][0][1]
    same = [(amount, bid) for (amount, unit), bid in priced if unit == currency]
    lowest, bid = min(same, key=lambda pair: pair[0])
    valid = [amount for amount, other in same if other.status == "valid"]
    if bid.status != "disqualified" or not valid:
        return None
    difference = (min(valid) - lowest) / lowest * 100
    facts = {
        "lowest": str(lowest),
        "lowest_valid": str(min(valid)),
        "currency": currency,
        "bids": len(scope.bids),
        "lot": scope.lot,
    }
    return Fired(value=difference.quantize(_TENTH), threshold=Decimal(0), unit="percent", facts=facts)
