"""KZ-20: the same customer announced the same thing, as much of it for the same sum, half a year ago at most.

The full ENS TRU code, the quantity and the sum within ten percent, the earlier purchase open or awarded, counted from
announcement to announcement. Left out: what is used up and bought again, repeats of what failed, other places.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from watchers.history import History, PastLot
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
from watchers.indicators.past import best, carried_out, day_of, history_of, told
from watchers.indicators.procedure import Procedure
from watchers.indicators.scope import national
from watchers.ocds import Release
from watchers.rules import Rules
from watchers.rules.things import code_kinds

_MISSING = NotComputable("tender.items.classification, tender.items.quantity or tender.lots.value is missing")
_USED_UP = NotApplicable("such things are used up and bought again")
_CONSUMED = frozenset({"food", "fuel", "consumable", "prepaid"})


class Duplicate(Indicator):
    """Fires when the same purchase by the same customer is open or was awarded not long ago."""

    code = "KZ-20"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.SPECIFICATION
    needs = ("tender.items.classification", "tender.items.quantity", "tender.lots.value")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`days`: since the earlier announcement at most. `percent`: by which quantity and sum may differ."""

        days: int = 180
        percent: int = 10

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        if procedure.group == "direct":
            return NotApplicable("no announcement is made under this method")
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        lots = [lot for lot in history.own.lots if lot.code and lot.quantity and lot.amount]
        return best([self._judge_lot(lot, history, context.rules, procedure) for lot in lots], _MISSING)

    def _judge_lot(self, lot: PastLot, history: History, rules: Rules, procedure: Procedure) -> Answer:
        if code_kinds("ENSTRU", lot.code) & _CONSUMED:
            return _USED_UP
        today = rules.calendar(procedure.jurisdiction).local_date(history.moments.announced)
        repeated = {row.ocid for row in history.chain()}
        same = [
            row
            for row in history.alike(lot.customer, lot.code)
            if row.code == lot.code
            and row.ocid not in repeated
            and carried_out(row)
            and (today - day_of(row, rules, procedure.jurisdiction)).days <= self.settings.days
            and self._equal(row, lot)
        ]
        return (
            self._fired(lot, same, (today - day_of(same[0], rules, procedure.jurisdiction)).days, rules)
            if same
            else (Clear())
        )

    def _equal(self, row: PastLot, lot: PastLot) -> bool:
        if (row.unit, row.currency) != (lot.unit, lot.currency) or (row.place and lot.place and row.place != lot.place):
            return False
        if row.region and lot.region and row.region != lot.region:
            return False
        pairs = ((row.quantity, lot.quantity), (row.amount, lot.amount))
        return all(
            one and abs(float(one) - float(two or 0)) * 100 <= self.settings.percent * float(one) for one, two in pairs
        )

    def _fired(self, lot: PastLot, same: Sequence[PastLot], days: int, rules: Rules) -> Fired:
        return Fired(
            value=days,
            threshold=self.settings.days,
            unit="days",
            facts={
                "lot": lot.lot,
                "code": lot.code,
                "times": len({row.ocid for row in same}),
                "quantity": f"{lot.quantity:g}",
                "amount": str(lot.amount),
                "currency": lot.currency,
                "open": same[0].outcome == "",
                "earlier": told(same, rules, "KZ"),
            },
        )
