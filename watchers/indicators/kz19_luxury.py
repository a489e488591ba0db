"""KZ-19: a luxurious or excessive class of goods.

Words of luxury («премиум», «представительский класс», «кожаный салон») for things that public buyers need plain:
vehicles, furniture, telephones, gifts, events, told by the code. The same words on fuel or paper are names of grades,
«люкс» behind a number is a measure of light, and streets and hotels bear them too. With a price far above the band of
earlier purchases it weighs more.
"""

from __future__ import annotations

from itertools import islice

import msgspec

from watchers.history import History
from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.lexicon import lexicon
from watchers.indicators.procedure import Procedure
from watchers.indicators.scope import national
from watchers.indicators.texts import LotTexts, Place, Text, found, lots_of
from watchers.ocds import Release
from watchers.rules.things import code_kinds

_MOST = 50


class Luxury(Indicator):
    """Fires when a plain need is described in words of luxury."""

    code = "KZ-19"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.PRICE
    needs = ("tender.lots.description", "tender.items.classification.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`ratio`, `least_prices`: weight 3 from so many times the median of so many earlier prices, as in R017."""

        ratio: float = 1.5
        least_prices: int = 5

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        lots = lots_of(release)
        if not any(lot.texts for lot in lots):
            return NotComputable("tender.lots.description is missing")
        said = [(lot, text, words) for lot in lots for text, words in _matches(lot)]
        if not said:
            return Clear()
        known = [(_is_comfort(lot, lots), (lot, text, words)) for lot, text, words in said]
        hits = [hit for comfort, hit in known if comfort]
        if not hits:
            unknown = any(comfort is None for comfort, _ in known)
            return NotComputable("tender.items.classification is missing") if unknown else Clear()
        dear = max((self._ratio(lot, context.history) for lot, _, _ in hits), default=0.0)
        facts = {"found": [found(lot, text, words) for lot, text, words in hits[:5]], "dear": dear > 0}
        if dear:
            facts["ratio"] = f"{dear:.1f}"
        return Fired(value=len({words.lower() for _, _, words in hits}), facts=facts, weight=3 if dear else 2)

    def _ratio(self, lot: LotTexts, history: History | None) -> float:
        """How many times the usual price the lot's is; 0 if that is not above the fence, or not known."""
        highest = 0.0
        for own in history.own.lots if history is not None else ():
            prices = history.prices(own) if history is not None and own.unit_price and own.lot == lot.key else None
            if prices is None or prices.band.n < self.settings.least_prices or not prices.band.median:
                continue
            ratio = (own.unit_price or 0.0) / prices.band.median
            if ratio >= self.settings.ratio and (own.unit_price or 0.0) > prices.band.upper():
                highest = max(highest, ratio)
        return highest


def _is_comfort(lot: LotTexts, lots: tuple[LotTexts, ...]) -> bool | None:
    """Whether a lot (the purchase as a whole: all lots) is of a kind that comes in luxury; None without codes."""
    codes = lot.codes() or [code for one in lots for code in one.codes() if not lot.key]
    return all("comfort" in code_kinds(*code) for code in codes) if codes else None


def _matches(lot: LotTexts) -> list[tuple[Text, str]]:
    patterns = lexicon().patterns("luxury")
    seen: dict[str, tuple[Text, str]] = {}
    for text in lot.texts if lot.holds(patterns) else ():
        if text.place is Place.FILE:
            continue
        for match in islice(text.find(patterns), _MOST):
            if match.first and text.words[match.first - 1][0].isdigit():
                continue  # 300 люкс
            words = text.cut(match.first, match.last)
            seen.setdefault(words.lower(), (text, words))
    return list(seen.values())
