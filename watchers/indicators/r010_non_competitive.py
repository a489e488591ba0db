"""R010: bought without competition.

Kazakhstan: single source after a failed purchase, or a direct contract (Law No. 106-VIII, art. 10.1(4), 10.2, 16).
Elsewhere: procurementMethod limited or direct. By itself it is only context; from 8,000 MRP of the financial year (of
the announcement's, if it is not stated), where a price quotation would no longer do (art. 10.4), it is a pattern of
risk. What usually one firm alone can supply does not count: utilities, communications, rent. A single organiser
(`singleOrganiser`) buys for others, not from one source.
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
    Norm,
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.lawful import UnderLaw, budget_day, under_law
from watchers.indicators.procedure import COMPETITIVE, Procedure, excluded, procedure_of
from watchers.ocds import Release, Tender
from watchers.rules import Limit, Rules

_SINGLE_SOURCE = frozenset({"single_source_after_failure", "direct"})
_METHODS = {"open": True, "selective": True, "limited": False, "direct": False}


class NonCompetitive(Indicator):
    """Fires when nobody but the chosen supplier could bid."""

    code = "R010"
    version = 2
    stage = Stage.TENDER
    tier = Tier.C
    weight = 1
    family = Family.METHOD
    needs = ("tender.procurementMethod",)

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`small_mrp`: in Kazakhstan, single source after a price quotation below so many MRP is left alone."""

        small_mrp: int = 1000

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        tender = release.tender or Tender()
        procedure = procedure_of(release, context.rules)
        competitive = _competitive(tender, procedure)
        if competitive is None:
            return NotComputable("tender.procurementMethod is missing or unknown")
        if competitive:
            return Clear()
        purchase = under_law(release, context.rules)
        if isinstance(purchase, NotApplicable) and "specialOrder" in tender.features:
            return purchase
        kinds = _regulated_kinds(tender, context.rules)
        if kinds and "" not in kinds:
            return NotApplicable(f"usually one firm alone can supply this ({', '.join(sorted(kinds))})")
        limit = _limit(purchase, context.rules) if isinstance(purchase, UnderLaw) else None
        return self._weigh(tender, procedure, limit)

    def _weigh(self, tender: Tender, procedure: Procedure, limit: Limit | None) -> Answer:
        value = tender.value
        amount = value.amount if value else None
        if amount is not None and amount <= 0:
            return NotApplicable("tender.value is zero: a test")
        facts: dict[str, object] = {"group": procedure.group, "method": tender.procurement_method or ""}
        facts |= {"purchase_type": procedure.purchase_type, "large": False}
        if amount is None or value is None or limit is None or value.currency != limit.currency:
            unit = value.currency if value and amount is not None else None
            return Fired(value=amount or 0, unit=unit or "", facts=facts)
        base = limit.amount / limit.multiple
        if procedure.purchase_type == "after_price_quotation" and amount < base * self.settings.small_mrp:
            return NotApplicable(f"single source after a price quotation below {self.settings.small_mrp} MRP")
        large = amount >= limit.amount
        facts |= {"multiple": limit.multiple, "base_amount": str(base), "large": large}
        return Fired(
            value=amount,
            threshold=limit.amount,
            unit=limit.currency,
            facts=facts,
            norm=Norm(limit.act, limit.clause, limit.checked_on) if large else None,
            tier=Tier.B if large else Tier.C,
            weight=3 if large else 1,
        )


def _competitive(tender: Tender, procedure: Procedure) -> bool | None:
    if procedure.group in _SINGLE_SOURCE:
        return False
    if procedure.group in COMPETITIVE:
        return True
    return _METHODS.get(tender.procurement_method or "")


def _limit(purchase: UnderLaw, rules: Rules) -> Limit | None:
    day = budget_day(purchase) or purchase.on
    return rules.limit(purchase.procedure.jurisdiction, "price_quotation", purchase.on, day)


def _regulated_kinds(tender: Tender, rules: Rules) -> set[str]:
    return {
        rules.regulated_kind(item.classification.scheme, item.classification.key) if item.classification else ""
        for item in tender.items
    }
