"""R006: demands on the supplier that the law does not allow.

Goods: neither labour and material resources (Rules No. 687, p. 73) nor experience (p. 82) may be asked for. Letters of
producers and dealers are foreseen for tenders and auctions only (Rules, App. 4 p. 2(7), App. 18), so in a price
quotation of goods they are not. Financial stability is asked for above 4,000, 20,000, 8,000 MRP for goods, works,
services (p. 53), and always for design, expertise and supervision (p. 54). Works and services: no experience and no
resources where a licence is asked for as well (p. 72, 81; but p. 83: medium repair of roads), no local registration of
resources in a rating-point tender (p. 74 part 2; elsewhere it may be asked for).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

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
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.lexicon import lexicon
from watchers.indicators.phrases import Match
from watchers.indicators.sums import limit_of
from watchers.indicators.texts import LotTexts, Place, Text, found, lots_of
from watchers.ocds import Release
from watchers.rules import Limit, Rules

_ASKED = frozenset({"tender", "rating_point", "auction", "price_quotation"})
_RESOURCES = frozenset({"labour", "material", "service_centre"})
_KINDS = ("experience", "labour", "material", "service_centre", "letter", "finance", "local")
_PLACES = frozenset({Place.DESCRIPTION, Place.PLAN})  # a name says what is bought
_MOST = 50
_NEAR = 8  # words between a demand and «не требуется»


class Demand(msgspec.Struct, frozen=True):
    """A demand found in a text: its kind, the words, the rule it is against."""

    kind: str
    lot: LotTexts
    text: Text
    words: str
    rule: str


class UnlawfulDemands(Indicator):
    """Fires when a text demands of the supplier what may not be demanded for this kind of purchase."""

    code = "R006"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 4
    family = Family.QUALIFICATION
    needs = ("tender.lots.description", "tender.mainProcurementCategory", "tender.procurementMethodDetails")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group not in _ASKED:
            return NotApplicable(f"demands on suppliers have rules of their own under this method ({purchase.group})")
        lots = lots_of(release)
        if not any(lot.texts for lot in lots):
            return NotComputable("tender.lots.description is missing")
        said = [(lot, demands) for lot in lots if (demands := list(_demands(lot)))]
        if not said:
            return Clear()
        if purchase.tender.main_procurement_category is None:
            return NotComputable("tender.mainProcurementCategory is missing")
        against = [one for lot, demands in said for one in _unlawful(lot, demands, purchase, context.rules)]
        return _fired(against, purchase, context.rules) if against else Clear()


def _fired(against: list[Demand], purchase: UnderLaw, rules: Rules) -> Fired:
    first = against[0]
    norm: Norm | None = None
    if first.rule.startswith("stability"):
        limit = limit_of(purchase, first.rule, rules)
        norm = Norm(limit.act, limit.clause, limit.checked_on) if isinstance(limit, Limit) else None
    elif rule := rules.law.prohibition("KZ", first.rule, purchase.on):
        norm = Norm(rule.act, rule.clause, rule.checked_on)
    told = [found(one.lot, one.text, one.words, kind=one.kind) for one in against[:5]]
    kinds = {one.kind for one in against}
    category = purchase.tender.main_procurement_category
    return Fired(value=len(kinds), facts={"found": told, "kind": first.kind, "category": category}, norm=norm)


def _demands(lot: LotTexts) -> Iterator[tuple[str, Text, Match]]:
    """Each kind of demand once a lot, in the order of `_KINDS`; what is said not to be asked for is none."""
    words = lexicon()
    if not lot.holds(words.patterns(*_KINDS)) or lot.coded("book", "medical_device", "medicine"):
        return
    for kind in _KINDS:
        for text in lot.texts if lot.holds(words.patterns(kind)) else ():
            match = _first(text, kind) if text.place in _PLACES else None
            if match is not None:
                yield kind, text, match
                break
    if lot.mask & words.bit("@licence_word") and any(_first(text, "licensed") for text in lot.texts):
        yield "licensed", lot.texts[0], Match("licensed", 0, 0)


def _first(text: Text, kind: str) -> Match | None:
    """The demand of a kind that says most and is not called off nearby."""
    matches = list(islice(text.find(lexicon().patterns(kind)), _MOST))
    if not matches:
        return None
    off = list(islice(text.find(lexicon().patterns("not_asked")), _MOST))
    made = [one for one in matches if not any(no.first - _NEAR <= one.first <= no.last + _NEAR for no in off)]
    return max(made, key=lambda one: (one.last - one.first, -one.first), default=None)


def _unlawful(
    lot: LotTexts, demands: list[tuple[str, Text, Match]], purchase: UnderLaw, rules: Rules
) -> Iterator[Demand]:
    kinds = {kind for kind, _, _ in demands}
    for kind, text, match in demands:
        rule = _rule(kind, kinds, lot, purchase, rules)
        if rule:
            yield Demand(kind, lot, text, text.cut(match.first, match.last), rule)


def _rule(kind: str, kinds: set[str], lot: LotTexts, purchase: UnderLaw, rules: Rules) -> str:
    """The rule a demand is against, '' if it is lawful here or cannot be told to be unlawful."""
    category = purchase.tender.main_procurement_category
    if kind == "finance":
        return _below_floor(lot, purchase, rules)
    if category == "goods":
        return _for_goods(kind, lot, purchase)
    if kind == "local" and purchase.group == "rating_point":
        return "local_resources_rating"
    if "licensed" in kinds and not _repairs_roads(lot):
        if kind == "experience":  # «охранники с опытом работы» asks for no term and no proof
            firm = any(_first(text, "experience_term") for text in lot.texts)
            return "licensed_experience" if firm else ""
        if kind in {"labour", "material"}:
            return "licensed_resources"
    return ""


def _for_goods(kind: str, lot: LotTexts, purchase: UnderLaw) -> str:
    if kind == "experience":
        return "goods_experience"
    if kind in _RESOURCES:
        return "goods_resources"
    if kind == "letter" and purchase.group == "price_quotation" and not lot.coded("dealership"):
        return "letter_quotation"
    return ""


def _below_floor(lot: LotTexts, purchase: UnderLaw, rules: Rules) -> str:
    """The floor of financial stability that the sum of a lot does not exceed, '' if it does or is not known."""
    name = f"stability_{purchase.tender.main_procurement_category}"
    limit = limit_of(purchase, name, rules)
    value = (lot.lot.value if lot.lot else None) or purchase.tender.value
    if not isinstance(limit, Limit) or value is None or value.amount is None or value.currency != limit.currency:
        return ""
    designing = any(text.mask & lexicon().bit("@design") for text in lot.texts)
    return name if value.amount <= limit.amount and not designing else ""


def _repairs_roads(lot: LotTexts) -> bool:
    return any(True for text in lot.texts for _ in text.find(lexicon().patterns("road_repair")))
