"""KZ-14: a term of several years raises the bar for those who may bid.

Whoever bids in a tender or an auction must prove to be financially sound only above a sum: 4,000 MRP for goods, 20,000
for works, 8,000 for services, by lot (Rules No. 687, p. 53). Where a year's share stays within that sum and the whole
exceeds it, the term alone brings in the proof. Left out: construction, designs and supervision (the proof is always
asked, p. 54), purchases set aside (never asked, p. 55), fuel and vehicles (p. 59), utilities, licences and guarding,
which are bought for years everywhere.
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
    Norm,
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.lawful import UnderLaw, budget_day, budget_years, under_law
from watchers.indicators.scope import code_of, features_of, item_text, items_of, printed
from watchers.ocds import Item, Lot, Release, Tender
from watchers.rules import Limit, Rules
from watchers.rules.things import code_kinds, word_kinds

_WITH_PROOF = frozenset({"tender", "auction", "catering", "framework"})
_CONSTRUCTION = frozenset({"constructionWork", "designDocuments", "preparesDesign"})
_LEFT_OUT_CODES = frozenset({"fuel", "vehicle", "licence", "security"})
_LEFT_OUT_WORDS = frozenset({"design", "expertise", "supervision", "capital"})
_LEFT_OUT = NotApplicable("bought for years everywhere, or the proof does not depend on the sum")
_CENT = Decimal("0.01")
_NO_VALUE = NotComputable("tender.lots.value is missing")


class _Bar(msgspec.Struct, frozen=True):
    """The sum above which the proof is asked, and how many years the purchase is for."""

    limit: Limit
    years: int


class _Raised(msgspec.Struct, frozen=True):
    """A lot whose term brings in the proof."""

    total: Decimal
    lot: Lot | None


class MultiYearBar(Indicator):
    """Fires when a lot needs the proof of financial soundness only because it is bought for several years."""

    code = "KZ-14"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.THRESHOLD
    needs = ("tender.budgetYears", "tender.lots.value", "tender.mainProcurementCategory")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group not in _WITH_PROOF:
            return NotApplicable("no proof of financial soundness is asked under this method")
        years = budget_years(purchase)
        if not years:
            return NotComputable("tender.budgetYears is missing")
        if len(years) == 1:
            return Clear()
        category = purchase.tender.main_procurement_category
        if category not in {"goods", "works", "services"}:
            return NotComputable("tender.mainProcurementCategory is missing")
        day = budget_day(purchase)
        limit = context.rules.limit("KZ", f"stability_{category}", day) if day else None
        if limit is None:
            return NotComputable(f"no base amount (MRP) is known for {years[0]}")
        return _judge(release, _Bar(limit, len(years)), category, context.rules)


def _judge(release: Release, bar: _Bar, category: str, rules: Rules) -> Answer:
    found = [_lot(release, item, lot, bar, rules) for item, lot in items_of(release)]
    raised = [one for one in found if isinstance(one, _Raised)]
    if not raised:
        unknown = next((one for one in found if isinstance(one, NotComputable)), None)
        judged = any(isinstance(one, Clear) for one in found)
        return unknown or (Clear() if judged else _LEFT_OUT if found else _NO_VALUE)
    most, limit = max(raised, key=lambda one: one.total), bar.limit
    facts = {
        "years": bar.years,
        "yearly": str((most.total / bar.years).quantize(_CENT)),
        "multiple": limit.multiple,
        "category": category,
        "lot": printed(most.lot),
        "lots": len({one.lot.key if one.lot else "" for one in raised}),
    }
    norm = Norm(limit.act, limit.clause, limit.checked_on)
    return Fired(value=most.total, threshold=limit.amount, unit=limit.currency, facts=facts, norm=norm)


def _lot(
    release: Release, item: Item, lot: Lot | None, bar: _Bar, rules: Rules
) -> _Raised | Clear | NotApplicable | NotComputable:
    features, code = features_of(release, lot), code_of(item)
    if features & (_CONSTRUCTION | {"disabledPersonsOnly"}) or rules.regulated_kind(*code):
        return _LEFT_OUT
    if code_kinds(*code) & _LEFT_OUT_CODES or word_kinds(item_text(item, lot)) & _LEFT_OUT_WORDS:
        return _LEFT_OUT
    value = lot.value if lot else (release.tender or Tender()).value
    amount = value.amount if value else None
    if amount is None or value is None or value.currency != bar.limit.currency:
        return _NO_VALUE
    return _Raised(amount, lot) if amount / bar.years <= bar.limit.amount < amount else Clear()
