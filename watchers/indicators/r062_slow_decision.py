"""R062: the decision took far longer than usual.

Working days from `tender.tenderPeriod.endDate` to the decision, above Q3 + 1.5 IQR of earlier purchases by the same
methods. In Kazakhstan only where a commission decides. Context only.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.indicators.base import Answer, Clear, Context, Family, Fired, Indicator, NotComputable, Stage, Tier
from watchers.indicators.deciding import UNDATED, decision_days, earlier_decisions, undecided
from watchers.ocds import Release


class SlowDecision(Indicator):
    """Fires when bids waited for a decision much longer than they do elsewhere."""

    code = "R062"
    stage = Stage.BIDS
    tier = Tier.C
    weight = 1
    family = Family.EVALUATION
    needs = ("tender.tenderPeriod.endDate", "awards.date")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`least_history`: earlier decisions needed. `least_days`: what is faster is never called slow."""

        least_history: int = 30
        least_days: int = 10

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        nothing = undecided(release, context.rules)
        if nothing is not None:
            return nothing
        days = decision_days(release, context.rules)
        if not days:
            return UNDATED
        if context.history is None:
            return NotComputable("no history at hand")
        band = earlier_decisions(context, self.settings.least_history)
        if band is None:
            return NotComputable(f"fewer than {self.settings.least_history} earlier decisions by the same methods")
        slowest, fence = max(days), max(Decimal(str(band.upper())), Decimal(self.settings.least_days))
        if slowest <= fence:
            return Clear()
        facts = {"median": band.median, "n": band.n}
        return Fired(value=slowest, threshold=fence.quantize(Decimal("0.1")), unit="working_days", facts=facts)
