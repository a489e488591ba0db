"""KZ-06: analogues are expressly forbidden.

The law lets a specification describe, not choose: no trade mark, no maker, nothing that points to one supplier (Law No.
106-VIII, art. 12.4 for tenders and auctions, 12.5 for price quotations). «Аналоги не допускаются» closes what a
description leaves open. What serves a thing the buyer has already is excepted; a small sum is not.
"""

from __future__ import annotations

from itertools import islice

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
from watchers.indicators.specification import exception_of
from watchers.indicators.texts import LotTexts, Place, Text, found, lots_of
from watchers.ocds import Release

_MOST = 50
_NO_SPECIFICATION = frozenset({"e_shop", "direct", "housing"})


class NoAnalogues(Indicator):
    """Fires when a text forbids to offer something equal."""

    code = "KZ-06"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 4
    family = Family.SPECIFICATION
    needs = ("tender.lots.description", "tender.procurementMethodDetails")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group in _NO_SPECIFICATION:
            return NotApplicable(f"no specification is compared with under this method ({purchase.group})")
        lots = lots_of(release)
        if not any(lot.texts for lot in lots):
            return NotComputable("tender.lots.description is missing")
        hits, excepted = [], ""
        for lot in lots:
            matches = _matches(lot)
            why = exception_of(lot, lots[0], purchase.tender.main_procurement_category) if matches else ""
            excepted = excepted or why
            hits += [] if why else matches
        if not hits:
            return NotApplicable(excepted) if excepted else Clear()
        name = "brand_named_quotation" if purchase.group == "price_quotation" else "brand_named"
        rule = context.rules.law.prohibition("KZ", name, purchase.on)
        return Fired(
            value=len(hits),
            facts={"found": [found(lot, text, words) for lot, text, words in hits[:5]], "group": purchase.group},
            norm=Norm(rule.act, rule.clause, rule.checked_on) if rule else None,
        )


def _matches(lot: LotTexts) -> list[tuple[LotTexts, Text, str]]:
    """Each forbidding phrase of a lot once."""
    patterns = lexicon().patterns("no_analogues")
    seen: dict[str, tuple[LotTexts, Text, str]] = {}
    for text in lot.texts if lot.holds(patterns) else ():
        if text.place is not Place.FILE:
            last = -1
            for match in islice(text.find(patterns), _MOST):
                if match.first > last:
                    words = text.cut(match.first, match.last)
                    seen.setdefault(words.lower(), (lot, text, words))
                    last = match.last
    return list(seen.values())
