"""R035: everyone but the winner was rejected.

Cardinal's definition, lot by lot: all awards are final, exactly one tenderer has a valid bid and is the one awarded,
and at least `threshold` others were disqualified (Cardinal 1; for alerts 2, as Ukraine's auditors use). In Kazakhstan
only what a commission rejects counts: price quotations (Law No. 106-VIII, art. 15.8; Rules No. 687, p. 426),
rating-point tenders (p. 291) and the electronic shop know automatic rejections only and are not judged.
"""

from __future__ import annotations

import msgspec

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
from watchers.indicators.bidding import Scope, lots, outcome, submitted, suppliers, tenderers
from watchers.indicators.procedure import excluded, procedure_of
from watchers.ocds import Release


class AllButWinnerRejected(Indicator):
    """Fires when the winner is the only tenderer left after others were disqualified."""

    code = "R035"
    version = 2
    stage = Stage.BIDS
    tier = Tier.B
    weight = 4
    family = Family.EVALUATION
    needs = ("bids.details.status", "bids.details.tenderers.id", "awards.status", "awards.suppliers.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`threshold`: how many others must have been disqualified."""

        threshold: int = 2

        def __post_init__(self) -> None:
            if self.threshold < 1:
                raise ValueError("threshold must be 1 or more")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        bids = submitted(release)
        if bids is None:
            return NotComputable("bids.details is missing")
        procedure = procedure_of(release, context.rules)
        if procedure.jurisdiction == "KZ":
            if procedure.method is None:
                return NotComputable("tender.procurementMethodDetails is not a known method")
            if procedure.group == "price_quotation":
                return NotApplicable("a price quotation knows automatic rejections only")
            if procedure.group in {"rating_point", "e_shop"}:
                return NotApplicable("no commission sits: the portal rejects by itself")
        decided = outcome(release)
        if not decided.active:
            return NotApplicable("nothing is awarded")
        worst: tuple[int, Scope] | None = None
        for scope in lots(release):
            rejected = _rejected_others(scope)
            if rejected >= self.settings.threshold and (worst is None or rejected > worst[0]):
                worst = (rejected, scope)
        if worst is None:
            return NotComputable("awards.status: one is still pending") if decided.pending else Clear()
        rejected, scope = worst
        facts = {"bidders": rejected + 1, "lot": scope.lot}
        return Fired(value=rejected, threshold=self.settings.threshold, unit="bidders", facts=facts)


def _rejected_others(scope: Scope) -> int:
    """How many others were disqualified where one tenderer alone stayed valid and won everything; else 0."""
    if scope.outcome.pending or not scope.outcome.active:
        return 0
    valid: set[str] = set()
    disqualified: set[str] = set()
    for bid in scope.bids:
        if bid.status == "valid":
            valid |= tenderers(bid)
        elif bid.status == "disqualified":
            disqualified |= tenderers(bid)
    if len(valid) != 1 or valid != suppliers(scope.outcome.active):
        return 0
    return len(disqualified - valid)
