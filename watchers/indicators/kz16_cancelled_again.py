"""KZ-16: cancelled after publication, and then announced again.

The same customer and ENS TRU code, at most thirty days after the decision. A customer may give a purchase up only when
the money was cut or a change of plan did away with the need, and in the second case may not buy such things that year
(Law No. 106-VIII, art. 6.10; Rules No. 687, p. 21). Purchases stopped by an audit body, a prosecutor or a court are
left out: there the correction is what was asked for. Judged also when the new announcement is cancelled in its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from watchers.history import History, PastLot
from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    Norm,
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.past import best, history_of, told
from watchers.indicators.procedure import Procedure, procedure_of
from watchers.ocds import Release
from watchers.rules import Rules
from watchers.rules.things import word_kinds

_MISSING = NotComputable("tender.items.classification is missing")
_CODES = "KZ"


class CancelledAgain(Indicator):
    """Fires when a purchase follows the cancellation of the same one within a month."""

    code = "KZ-16"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.METHOD
    needs = ("tender.items.classification", "tender.datePublished")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`days`: from the decision to the new announcement. `often`: cancellations in `months` that weigh more."""

        days: int = 30
        often: int = 2
        months: int = 12

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        if release.tender is None:
            return NotApplicable("the release has no tender")
        procedure = procedure_of(release, context.rules)
        if procedure.jurisdiction != _CODES:
            return NotApplicable("not under the procurement law of Kazakhstan")
        if "specialOrder" in release.tender.features:
            return NotApplicable("bought under the special procedure, which is not public")
        if procedure.group == "direct":
            return NotApplicable("no announcement is made under this method")
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        lots = [lot for lot in history.own.lots if lot.code and lot.customer]
        return best([self._judge_lot(lot, history, context.rules, procedure) for lot in lots], _MISSING)

    def _judge_lot(self, lot: PastLot, history: History, rules: Rules, procedure: Procedure) -> Answer:
        calendar, announced = rules.calendar(procedure.jurisdiction), history.moments.announced
        today = calendar.local_date(announced)
        stopped = [
            row
            for row in history.alike(lot.customer, lot.code)
            if row.code == lot.code
            and row.outcome == "cancelled"
            and row.cancelled_at is not None
            and "oversight" not in word_kinds(row.cancelled_by)
        ]
        days = {row.ocid: (today - calendar.local_date(row.cancelled_at)).days for row in stopped if row.cancelled_at}
        recent = [row for row in stopped if 0 <= days[row.ocid] <= self.settings.days]
        if not recent:
            return Clear()
        last = min(recent, key=lambda row: days[row.ocid])
        edge = announced - timedelta(days=self.settings.months * 365 // 12)
        year = {row.ocid: row for row in stopped if row.cancelled_at and row.cancelled_at >= edge}
        return self._fired(lot, last, days[last.ocid], list(year.values()), rules)

    def _fired(self, lot: PastLot, last: PastLot, days: int, year: Sequence[PastLot], rules: Rules) -> Fired:
        requirement = rules.law.requirement("KZ", "refusal", rules.calendar("KZ").local_date(lot.published_at))
        often = len(year) >= self.settings.often
        return Fired(
            value=days,
            threshold=self.settings.days,
            unit="days",
            facts={
                "lot": lot.lot,
                "code": lot.code,
                "times": len(year),
                "often": often,
                "by": last.cancelled_by,
                "same_plan_point": bool(lot.plan_root) and lot.plan_root == last.plan_root,
                "earlier": told([last], rules, "KZ"),
            },
            norm=Norm(requirement.act, requirement.clause, requirement.checked_on) if requirement else None,
            weight=3 if often else self.weight,
        )
