"""KZ-26: an auction of works or services, or of more than one lot.

What is auctioned is goods, and an auction is held for one lot (Law No. 106-VIII, art. 10.3; Rules No. 687, p. 307:
"Аукцион проводится на один лот, при этом предметом аукциона является товар").
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
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.ocds import Release

_DEAD = frozenset({"cancelled", "withdrawn"})


class AuctionScope(Indicator):
    """Fires when an auction is of something else than one lot of goods."""

    code = "KZ-26"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 4
    family = Family.METHOD
    needs = ("tender.procurementMethodDetails", "tender.mainProcurementCategory", "tender.lots.id")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group != "auction":
            return NotApplicable("not an auction")
        rule = context.rules.law.requirement("KZ", "auction_lots", purchase.on)
        if rule is None:
            return NotComputable(f"no rule is known for this method on {purchase.on}")
        category = purchase.tender.main_procurement_category
        lots = sum(lot.status not in _DEAD for lot in purchase.tender.lots)
        wrong_kind = category in {"works", "services"}
        if not wrong_kind and lots <= rule.value:
            if category is None:
                return NotComputable("tender.mainProcurementCategory is missing")
            return Clear() if lots else NotComputable("tender.lots is missing")
        facts = {"category": category or "", "wrong_kind": wrong_kind, "several": lots > rule.value, "lots": lots}
        norm = Norm(rule.act, rule.clause, rule.checked_on)
        return Fired(value=max(lots, 1), threshold=int(rule.value), unit="lots", facts=facts, norm=norm)
