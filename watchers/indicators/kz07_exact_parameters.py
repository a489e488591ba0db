"""KZ-07: parameters more exact than anybody needs.

A need is a range («не менее 16 ГБ»); «длина 1254,375 мм», three times over and hardly a range beside it, is copied
from the sheet of one product. Counted are numbers with three decimals or more that count, and numbers behind «ровно»,
«строго», «дәл»; ranges are «не менее», «от … до», «±» and the like. Sums, pieces, dates, numbers of standards and codes
are none, nor are goods that are exact by nature: pipes, paper, fasteners, instruments, medicines, reagents. Works are
built to a project.
"""

from __future__ import annotations

import re
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
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.lexicon import lexicon
from watchers.indicators.procedure import Procedure
from watchers.indicators.scope import national
from watchers.indicators.texts import LotTexts, Place, Text, found, lots_of, quote
from watchers.ocds import Release

_EXACT = re.compile(r"(?<![\d.,/№-])(\d{1,6})[.,](\d{3,6})(?![\d.,/]|-\d)")
_SIGNS = re.compile(r"[±≥≤<>~]|\d\s?(?:-|–|…|\.\.\.)\s?\d")
_BY_NATURE = ("standard_size", "measuring", "medicine", "medical_device", "chemical")
_PLACES = frozenset({Place.DESCRIPTION, Place.PLAN})
_MOST = 200


class ExactParameters(Indicator):
    """Fires when a description is made of exact numbers with hardly a range."""

    code = "KZ-07"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.SPECIFICATION
    needs = ("tender.lots.description",)

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`least`: exact numbers in a lot; `ranged_percent`: with that share of ranges or more nothing is said."""

        least: int = 3
        ranged_percent: int = 20

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        category = release.tender.main_procurement_category if release.tender else None
        if category == "works":
            return NotApplicable("works are built to a project")
        lots = lots_of(release)
        if not any(lot.texts for lot in lots):
            return NotComputable("tender.lots.description is missing")
        hits = [hit for lot in lots for hit in self._of_lot(lot)]
        if not hits:
            return Clear()
        hits.sort(key=lambda hit: -hit[2])
        told = [found(lot, text, words) for lot, text, _, words, _ in hits[:5]]
        _, _, count, _, share = hits[0]
        facts = {"found": told, "ranged_percent": share}
        return Fired(value=count, threshold=self.settings.least, facts=facts)

    def _of_lot(self, lot: LotTexts) -> Iterator[tuple[LotTexts, Text, int, str, int]]:
        if lot.coded(*_BY_NATURE):
            return
        for text in lot.texts:
            if text.place not in _PLACES or not text.mask & (lexicon().decimal | lexicon().bit("@exactly")):
                continue
            exact = list(islice(_exact(text), _MOST))
            if len(exact) < self.settings.least:
                continue
            ranged = _ranges(text)
            share = 100 * ranged // max(_measured(text), len(exact) + ranged)
            if share < self.settings.ranged_percent:
                yield lot, text, len(exact), quote(", ".join(exact)), share
                return


def _exact(text: Text) -> Iterator[str]:
    """Each exact parameter as it is written."""
    words = lexicon()
    yield from _long_decimals(text)
    for at in text.places(words.bit("@exactly")):
        for place in range(at + 1, min(at + 4, len(text.words))):
            if text.masks[place] & words.any_of("ranged", "to_word"):
                break
            if _number(text, place):
                behind = text.words[place + 1] if place + 1 < len(text.words) else ""
                odd = words[behind] & words.any_of("counted_thing", "day_word") if behind else 0
                if not odd and not _EXACT.search(text.words[place]):
                    yield text.cut(at, place + 1 if words[behind] & words.bit("@measure") else place)
                break


def _long_decimals(text: Text) -> Iterator[str]:
    words = lexicon()
    for match in _EXACT.finditer(text.raw):
        if len(match[2].rstrip("0")) < 3:
            continue
        before = text.raw[max(match.start() - 20, 0) : match.start()].lower().split()
        after = text.raw[match.end() : match.end() + 20].lower().split()
        unit = after[0].strip(".,;:)") if after else ""
        named = before[-1].strip(".,;:(") if before else ""
        if words[unit] & words.bit("@counted_thing") or words[named] & words.bit("@standard_word"):
            continue
        if "₸" not in unit and "°" not in unit:
            yield f"{match[0]} {unit}".strip()


def _ranges(text: Text) -> int:
    """How often the text gives a range: by a word, by «от 10», by a sign, by «10-20»."""
    words = lexicon()
    ends = sum(1 for at in text.places(words.bit("@from_to")) if _number(text, at + 1))
    return sum(1 for _ in text.places(words.bit("@ranged"))) + ends + len(_SIGNS.findall(text.raw))


def _number(text: Text, at: int) -> bool:
    return at < len(text.words) and text.words[at][0].isdigit()


def _measured(text: Text) -> int:
    """How many numbers have a unit of measure behind them."""
    words = lexicon()
    return sum(1 for at in text.places(words.bit("@measure")) if at and _number(text, at - 1))
