"""KZ-09: a description that says nothing.

What is bought is described in short in the announcement and in full in its technical specification (Law No. 106-VIII,
art. 12.3; Rules No. 687, p. 411). A lot without a specification file whose description, once the name of the thing and
words like «согласно приложению» are taken out, has fewer than 3 words or 15 letters leaves a supplier to guess. Of
works the place must be told, or a specification, defect act or estimate attached. Small lots and things whose code says
it all (fuel, food, medicines, paper) are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from watchers.indicators.files import has_kind, not_settled
from watchers.indicators.lawful import UnderLaw, budget_day, under_law
from watchers.indicators.lexicon import folded, lexicon
from watchers.indicators.phrases import STOP
from watchers.indicators.texts import LotTexts, Place, Text, lots_of, quote
from watchers.ocds import Document, Release
from watchers.rules import Rules

_WITH_DOCUMENTS = frozenset({"tender", "rating_point", "auction", "price_quotation", "social_order", "framework"})
_SPECIFICATION = frozenset({"technicalSpecifications"})
_OF_WORKS = frozenset({"technicalSpecifications", "x_design"})
_BY_CODE = ("fuel", "food", "prepaid", "self_explaining")


class Uninformative(Indicator):
    """Fires when neither the description nor a file says what exactly is wanted."""

    code = "KZ-09"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.HIDING
    needs = ("tender.lots.description", "tender.documents.documentType", "tender.lots.value")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`least_words`, `least_letters` of a description; lots below `least_mrp` are left alone."""

        least_words: int = 3
        least_letters: int = 15
        least_mrp: int = 100

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group not in _WITH_DOCUMENTS:
            return NotApplicable(f"the description belongs to another purchase under this method ({purchase.group})")
        whole, *lots = lots_of(release)
        judged = lots or [whole]
        works = purchase.tender.main_procurement_category == "works"
        poor = [lot for lot in judged if self._is_poor(lot, whole, works=works)]
        poor = [lot for lot in poor if not any(_describes(one, lot, purchase, works=works) for one in _files(purchase))]
        if not poor:
            return Clear()
        least = self._least(purchase, context.rules)
        if least is None:
            return NotComputable("tender.budgetYears is missing, or no MRP is known for that year")
        large = [lot for lot in poor if (_amount(lot, purchase) or Decimal(0)) >= least]
        if not large:
            return NotApplicable(f"lots below {self.settings.least_mrp} MRP are left alone")
        early = not_settled(release, context)
        if early is not None:
            return early
        rule = context.rules.law.prohibition("KZ", "description", purchase.on)
        return Fired(
            value=len(large),
            facts={"found": [_told(lot) for lot in large[:5]], "place": works, "lots": len(judged)},
            norm=Norm(rule.act, rule.clause, rule.checked_on) if rule else None,
        )

    def _least(self, purchase: UnderLaw, rules: Rules) -> Decimal | None:
        day = budget_day(purchase)
        base = rules.base_amount("KZ", day) if day else None
        return base.amount * self.settings.least_mrp if base else None

    def _is_poor(self, lot: LotTexts, whole: LotTexts, *, works: bool) -> bool:
        if works:
            return not any(_placed(text) for text in (*lot.texts, *whole.texts) if text.place is not Place.FILE)
        if lot.coded(*_BY_CODE):
            return False
        names = {folded(word)[:_STEM] for text in lot.texts if text.place is Place.NAME for word in text.words}
        for item in lot.items:
            described = item.classification.description if item.classification else None
            names |= {folded(word)[:_STEM] for word in (described or "").split()}
        return not any(self._is_rich(text, names) for text in lot.texts if text.place in _DESCRIBING)

    def _is_rich(self, text: Text, names: set[str]) -> bool:
        words = letters = 0
        for word in _content(text):
            if folded(word)[:_STEM] not in names:
                words, letters = words + 1, letters + len(word)
                if words >= self.settings.least_words and letters >= self.settings.least_letters:
                    return True
        return False


_STEM = 5  # letters by which two words are one
_DESCRIBING = frozenset({Place.DESCRIPTION, Place.PLAN})


def _content(text: Text) -> Iterator[str]:
    """The words that say something: no phrases like «согласно приложению», no marks."""
    empty = lexicon().bit("@empty") | STOP
    return (word for word, bits in zip(text.words, text.masks, strict=True) if not bits & empty)


def _placed(text: Text) -> bool:
    """Whether a text says where, or names a defect act or an estimate."""
    return bool(text.mask & lexicon().any_of("address", "defects")) or "№" in text.raw


def _files(purchase: UnderLaw) -> tuple[Document, ...]:
    return purchase.tender.documents


def _describes(document: Document, lot: LotTexts, purchase: UnderLaw, *, works: bool) -> bool:
    """Whether a file stands for the description: of this lot, or of no lot in particular."""
    if document.related_lots and lot.key not in map(str, document.related_lots):
        return False
    if has_kind(document, _OF_WORKS if works else _SPECIFICATION, _KINDS_OF_WORKS if works else _KINDS):
        return True
    if works and any(word in (document.title or "").lower() for word in ("дефект", "ақау")):
        return True
    # the draft contract of a price quotation holds the specification (Rules, p. 411(6))
    return purchase.group == "price_quotation" and has_kind(document, frozenset({"contractDraft"}), _DRAFT)


_KINDS = frozenset({"specification"})
_KINDS_OF_WORKS = frozenset({"specification", "estimate"})
_DRAFT = frozenset({"contract_draft"})


def _amount(lot: LotTexts, purchase: UnderLaw) -> Decimal | None:
    value = (lot.lot.value if lot.lot else None) or (purchase.tender.value if not lot.key else None)
    return value.amount if value else None


def _told(lot: LotTexts) -> dict[str, str]:
    """What the description does say, with the place where it stands."""
    text = next((one for one in lot.texts if one.place in _DESCRIBING), lot.texts[0] if lot.texts else None)
    if text is None:
        return {"words": "", "place": "", "language": "", "lot": lot.number}
    return {"words": quote(text.raw), "place": text.place.value, "language": text.language, "lot": lot.number}
