"""KZ-05: a brand, a producer or a model is named.

Law No. 106-VIII, art. 12.4 (tenders, auctions) and 12.5 (price quotations): no trade mark, no producer, nothing that
gives what is bought away to one supplier. Lawful are the exceptions of `specification`, and goods of no more than 1,000
MRP in a price quotation (12.5(5); the Rules, p. 412, speak of the yearly volume, which a release does not show). The
words «или эквивалент» make it no more lawful. In the e-shop brand and model must be named (Rules, p. 431, 433-1).

A brand, or a name behind «модель», «производитель», is enough; of numbers that look like models two are needed. A
processor, a country of origin and bare model numbers are a pattern of risk, not a breach: other suppliers have them.
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
from watchers.indicators.brands import Named, named_in
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.specification import exception_of
from watchers.indicators.sums import limit_of
from watchers.indicators.texts import LotTexts, found, lots_of
from watchers.ocds import Release
from watchers.rules import Limit, Rules

_STRONG = frozenset({"brand", "stated", "software"})
_FORBIDDEN = {
    "tender": "brand_named",
    "rating_point": "brand_named",
    "auction": "brand_named",
    "price_quotation": "brand_named_quotation",
}
_MEDICAL = ("chemical", "medical_device", "medicine")  # their names look like models


class BrandNamed(Indicator):
    """Fires when the texts name whose goods are wanted."""

    code = "KZ-05"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 3
    family = Family.SPECIFICATION
    needs = ("tender.lots.description", "tender.procurementMethodDetails", "tender.mainProcurementCategory")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`least_models`: bare model numbers of one lot that count where no brand is named."""

        least_models: int = 2

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group in {"e_shop", "direct", "housing"}:
            return NotApplicable(f"brand and model are not forbidden under this method ({purchase.group})")
        lots = lots_of(release)
        if not any(lot.texts for lot in lots):
            return NotComputable("tender.lots.description is missing")
        hits: list[tuple[LotTexts, Named]] = []
        excepted = ""
        for lot in lots:
            named = self._counted(lot, purchase)
            why = exception_of(lot, lots[0], purchase.tender.main_procurement_category) if named else ""
            excepted = excepted or why
            hits += [] if why else [(lot, one) for one in named]
        if not hits:
            return NotApplicable(excepted) if excepted else Clear()
        return self._weigh(hits, purchase, context.rules, lots)

    def _counted(self, lot: LotTexts, purchase: UnderLaw) -> list[Named]:
        named = named_in(lot)
        if purchase.tender.main_procurement_category in {"works", "services"}:
            named = [one for one in named if one.kind != "software"]
        models = [one for one in named if one.kind == "model"]
        if models and (len({one.name for one in models}) < self.settings.least_models or lot.coded(*_MEDICAL)):
            named = [one for one in named if one.kind != "model"]
        return named

    @staticmethod
    def _weigh(
        hits: list[tuple[LotTexts, Named]], purchase: UnderLaw, rules: Rules, lots: tuple[LotTexts, ...]
    ) -> Answer:
        limit = _free_limit(purchase, rules)
        if isinstance(limit, NotComputable):
            return limit
        if limit is not None:
            amounts = {lot.key: _amount(lot, lots, purchase) for lot, _ in hits}
            if any(amount is None for amount in amounts.values()):
                return NotComputable("tender.value and tender.lots.value are missing")
            hits = [hit for hit in hits if (amounts[hit[0].key] or 0) > limit.amount]
            if not hits:
                return NotApplicable(f"goods of up to {limit.multiple} MRP may be named in a price quotation")
        hits.sort(key=lambda hit: hit[1].kind not in _STRONG)
        strong = hits[0][1].kind in _STRONG
        name = _FORBIDDEN.get(purchase.group) if strong else None
        rule = rules.law.prohibition("KZ", name, purchase.on) if name else None
        told = [
            found(lot, one.text, one.text.cut(one.first, one.last), kind=one.kind, name=one.name)
            for lot, one in hits[:5]
        ]
        return Fired(
            value=len({one.name for _, one in hits}),
            facts={"found": told, "kind": hits[0][1].kind, "group": purchase.group},
            norm=Norm(rule.act, rule.clause, rule.checked_on) if rule else None,
            tier=Tier.A if rule else Tier.B,
            weight=4 if rule else 3 if strong or hits[0][1].kind == "model" else 2,
        )


def _free_limit(purchase: UnderLaw, rules: Rules) -> Limit | NotComputable | None:
    """Up to which sum brands of goods may be named; None where they may not at all."""
    quotation = purchase.group == "price_quotation" or purchase.procedure.purchase_type == "after_price_quotation"
    if not quotation or purchase.tender.main_procurement_category not in {"goods", None}:
        return None
    return limit_of(purchase, "brand_in_quotation", rules)


def _amount(lot: LotTexts, lots: tuple[LotTexts, ...], purchase: UnderLaw) -> Decimal | None:
    """What the goods of the same kind cost in this purchase: the lots with the same code together, else the lot."""
    codes = lot.codes()[:1]
    same = [one for one in lots if one.lot is not None and (one.key == lot.key or (codes and one.codes()[:1] == codes))]
    amounts = [one.lot.value.amount for one in same if one.lot is not None and one.lot.value is not None]
    known = [amount for amount in amounts if amount is not None]
    if known and lot.key:
        return sum(known, Decimal(0))
    return purchase.tender.value.amount if purchase.tender.value else None
