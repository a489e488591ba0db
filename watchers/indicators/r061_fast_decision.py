"""R061: the winner was chosen on the very day bids closed.

Working days from `tender.tenderPeriod.endDate` to the decision; at or below `working_days`. In Kazakhstan only where a
commission decides: elsewhere the portal names the winner by itself, at once. Where a quarter or more of the earlier
decisions by the same methods were as fast, that is how it goes there; in other countries this must be known. Context
only.
"""

from __future__ import annotations

import msgspec

from watchers.indicators.base import Answer, Clear, Context, Family, Fired, Indicator, NotComputable, Stage, Tier
from watchers.indicators.deciding import UNDATED, decision_days, earlier_decisions, undecided
from watchers.indicators.procedure import procedure_of
from watchers.ocds import Release


class FastDecision(Indicator):
    """Fires when nobody can have read the bids between their opening and the decision."""

    code = "R061"
    stage = Stage.BIDS
    tier = Tier.C
    weight = 1
    family = Family.EVALUATION
    needs = ("tender.tenderPeriod.endDate", "awards.date")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`working_days`: a decision within so many fires. `least_history`: earlier ones that tell what is usual."""

        working_days: int = 0
        least_history: int = 30

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        nothing = undecided(release, context.rules)
        if nothing is not None:
            return nothing
        days = decision_days(release, context.rules)
        if not days:
            return UNDATED
        fastest = min(days)
        if fastest > self.settings.working_days:
            return Clear()
        usual = earlier_decisions(context, self.settings.least_history)
        if usual is None and procedure_of(release, context.rules).jurisdiction != "KZ":
            return NotComputable("how fast decisions usually are is not known")
        if usual is not None and usual.q1 <= self.settings.working_days:
            return Clear()
        return Fired(value=fastest, threshold=self.settings.working_days, unit="working_days")
