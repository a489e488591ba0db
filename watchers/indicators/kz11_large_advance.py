"""KZ-11: a large part is paid before anything is delivered.

Thirty per cent are obligatory for construction (Rules No. 687, p. 24); beyond that an advance is the buyer's own choice
(p. 25), and a pattern of risk when it is large. Insurance, subscriptions, communications and the like are always paid
beforehand and left out.
"""

from __future__ import annotations

from decimal import Decimal

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
from watchers.indicators.procedure import Procedure
from watchers.indicators.scope import code_of, lots_by_key, national, percent_of, plan_points, printed
from watchers.ocds import Item, Release
from watchers.rules.things import code_kinds

_FIELD = "tender.items.planPoint.prepayment"
_MISSING = NotComputable(f"{_FIELD} is missing")
_ABSURD = NotComputable(f"{_FIELD} is no share of a sum")


class LargeAdvance(Indicator):
    """Fires when more than the usual advance is planned."""

    code = "KZ-11"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.PRICE
    needs = (_FIELD,)

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`usual_percent`: more than this fires. `large_percent`: from here on it weighs more."""

        usual_percent: Decimal = Decimal(30)
        large_percent: Decimal = Decimal(50)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        stated = [
            (percent_of(point.prepayment), item) for item, point in plan_points(release) if point.prepayment is not None
        ]
        if not stated:
            return _MISSING
        if any(not 0 <= percent <= 100 for percent, _ in stated):
            return _ABSURD
        large = [(percent, item) for percent, item in stated if percent > self.settings.usual_percent]
        if not large:
            return Clear()
        unusual = [pair for pair in large if "prepaid" not in code_kinds(*code_of(pair[1]))]
        if not unusual:
            return NotApplicable("things of this kind are always paid beforehand")
        return self._fired(release, unusual)

    def _fired(self, release: Release, large: list[tuple[Decimal, Item]]) -> Fired:
        percent, item = max(large, key=lambda pair: pair[0])
        lots = {str(one.related_lot) for _, one in large}
        facts = {
            "lots": len(lots),
            "lot": printed(lots_by_key(release).get(str(item.related_lot))),
            "large": percent >= self.settings.large_percent,
        }
        return Fired(
            value=percent,
            threshold=self.settings.usual_percent,
            unit="percent",
            facts=facts,
            weight=3 if percent >= self.settings.large_percent else 2,
        )
