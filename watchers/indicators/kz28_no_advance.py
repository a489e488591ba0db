"""KZ-28: construction is planned without the advance of thirty per cent that is obligatory for it.

Rules No. 687, p. 24: for construction works the plan names an advance of thirty per cent. A smaller one, or none, lets
only those bid who can build with money of their own. Current repair is not construction; turnkey contracts have an
order of payment of their own and are left out.
"""

from __future__ import annotations

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
from watchers.indicators.construction import construction_lots, is_turnkey
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.scope import percent_of, printed
from watchers.ocds import Release

_FIELD = "tender.items.planPoint.prepayment"
_LEFT_OUT = frozenset({"direct", "e_shop"})


class NoConstructionAdvance(Indicator):
    """Fires when the plan of construction works names less than the obligatory advance."""

    code = "KZ-28"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 2
    family = Family.TERMS
    needs = ("tender.features", _FIELD)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        lots = [] if purchase.group in _LEFT_OUT or is_turnkey(purchase) else construction_lots(release)
        if not lots:
            return NotApplicable("no construction works with an obligatory advance")
        rule = context.rules.law.requirement("KZ", "advance_construction", purchase.on)
        if rule is None:
            return NotComputable(f"no obligatory advance is known on {purchase.on}")
        stated = [(item.plan_point.prepayment if item.plan_point else None, lot) for item, lot in lots]
        less = [(percent, lot) for percent, lot in stated if percent is not None and 0 <= percent < rule.value]
        if not less:
            known = all(percent is not None and percent >= 0 for percent, _ in stated)
            return Clear() if known else NotComputable(f"{_FIELD} is missing")
        percent, lot = min(less, key=lambda pair: pair[0])
        facts = {"lots": len({one.key if one else "" for _, one in less}), "lot": printed(lot)}
        norm = Norm(rule.act, rule.clause, rule.checked_on)
        value = percent_of(percent)
        return Fired(value=value, threshold=int(rule.value), unit="percent", facts=facts, norm=norm)
