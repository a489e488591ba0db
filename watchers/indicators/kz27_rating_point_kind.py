"""KZ-27: a rating-point tender for something it is not made for.

Rules No. 687, p. 289 and appendix 16: construction works, design documents, technical supervision (project management)
of construction. Goods, services of another kind and current repair are outside. Where the kind cannot be told, or the
sign and the words contradict each other, there is no answer.
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
from watchers.indicators.construction import words_of
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.scope import code_of, features_of, items_of, printed
from watchers.ocds import Item, Lot, Release
from watchers.rules.things import code_kinds

_UNKNOWN = NotComputable("tender.lots.features and tender.items.classification do not tell what kind of works it is")
_SIGNS = frozenset({"constructionWork", "designDocuments"})
_NEAR = frozenset({"construction", "engineering", "installation"})


class RatingPointKind(Indicator):
    """Fires when a rating-point tender buys goods, other services or current repair."""

    code = "KZ-27"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 3
    family = Family.METHOD
    needs = ("tender.procurementMethodDetails", "tender.mainProcurementCategory", "tender.items.classification.id")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group != "rating_point":
            return NotApplicable("not a rating-point tender")
        rule = context.rules.law.requirement("KZ", "rating_point_kinds", purchase.on)
        if rule is None:
            return NotComputable(f"no list of kinds is known for this method on {purchase.on}")
        category = purchase.tender.main_procurement_category
        if category is None:
            return NotComputable("tender.mainProcurementCategory is missing")
        told = [(_inside(release, category, item, lot), lot) for item, lot in items_of(release)]
        outside = [lot for inside, lot in told if inside is False]
        if not outside:
            return Clear() if told and all(inside for inside, _ in told) else _UNKNOWN
        facts = {"category": category, "lot": printed(outside[0])}
        norm = Norm(rule.act, rule.clause, rule.checked_on)
        return Fired(value=len({lot.key if lot else "" for lot in outside}), unit="lots", facts=facts, norm=norm)


def _inside(release: Release, category: str, item: Item, lot: Lot | None) -> bool | None:
    """Whether a lot is of the kinds this method is made for; None if it cannot be told."""
    if category == "goods":
        return False
    features, words = features_of(release, lot), words_of(release, item, lot)
    if "preparesDesign" in features or words & {"design", "supervision"}:
        return True
    repair = "repair" in words and "capital" not in words
    if features & _SIGNS:
        return None if repair else True
    scheme, code = code_of(item)
    if category == "works":
        if repair or "capital" in words:
            return not repair
        return False if code and not code_kinds(scheme, code) & _NEAR else None
    return False if code and "engineering" not in code_kinds(scheme, code) else None
