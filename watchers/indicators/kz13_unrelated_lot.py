"""KZ-13: unrelated things, or several places of delivery, in one lot.

Things are divided into lots by their homogeneous kinds and by the place of delivery (Law No. 106-VIII, art. 6.3; Rules
No. 687, p. 14), so that whoever sells one of them can bid. Told by the codes of what is in a lot, by codes written in
its text, by a list of things of several kinds, by the places of its items. Lawful: the kinds of appendix 2 (stationery,
food, building materials, furniture ...), complex works and services, things with their installation, five places or
more for goods and services. A set, a classroom, a vehicle with what is in it are one thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
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
from watchers.indicators.scope import code_of
from watchers.indicators.texts import LotTexts, Place, Text, found, lots_of, quote
from watchers.ocds import Release
from watchers.rules import Rules
from watchers.rules.things import code_kinds
from watchers.rules.words import load_dictionaries

_CODE = re.compile(r"(?<![\d.])(\d{6})\.\d{3}\.\d{6}(?![\d.])")
_PIECE = re.compile(r"[,;\n•]|\s(?:и|және|мен|пен)\s")
_NO_LOTS = frozenset({"direct", "e_shop", "housing", "single_source_after_failure"})
_SHARED = ("shared_lot", "food")
_SHARED_NAMES = (
    "kind_furniture", "kind_food", "kind_building", "kind_stationery", "kind_cleaning", "kind_clothes", "kind_bedding",
)  # fmt: skip
"""Things of appendix 2 by their names, for lots without a code."""

_FURTHER = ("servicing", "construction", "installation", "engineering", "licence")
"""Services that belong to a thing bought with them."""

_NAME = 40  # letters of a name in the quotation
_MOST = 200  # pieces of one text that are looked into


class Bundle(msgspec.Struct, frozen=True):
    """What is bundled in a lot: `by` codes, written codes, words or places; how many; a quotation of it."""

    by: str
    count: int
    lot: LotTexts
    text: Text | None
    words: str


class UnrelatedLot(Indicator):
    """Fires when a lot holds what different suppliers sell, or what is delivered to different places."""

    code = "KZ-13"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.SPECIFICATION
    needs = ("tender.lots.id", "tender.items.classification.id", "tender.lots.description")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`digits` of a code that make a kind; `least_kinds` of things listed in a text that make a bundle."""

        digits: int = 2
        least_kinds: int = 3

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group in _NO_LOTS:
            return NotApplicable(f"lots are not bid for under this method ({purchase.group})")
        if not purchase.tender.lots:
            return NotComputable("tender.lots is missing")
        whole, *lots = lots_of(release)
        told_apart = _told_apart(lots)
        found_in = [
            one
            for lot in lots
            for one in self._of_lot(lot, whole, purchase, context.rules)
            if told_apart or one.by != "places"
        ]
        if not found_in:
            return Clear()
        rule = context.rules.law.prohibition("KZ", "unrelated_lot", purchase.on)
        first = max(found_in, key=lambda one: one.count)
        told = [
            found(one.lot, one.text, one.words)
            if one.text
            else {"words": one.words, "place": "", "lot": one.lot.number}
            for one in found_in[:5]
        ]
        return Fired(
            value=first.count,
            facts={"found": told, "by": first.by, "lot": first.lot.number},
            norm=Norm(rule.act, rule.clause, rule.checked_on) if rule else None,
        )

    def _of_lot(self, lot: LotTexts, whole: LotTexts, purchase: UnderLaw, rules: Rules) -> Iterator[Bundle]:
        category = purchase.tender.main_procurement_category
        if _may_share(lot, whole):
            return
        if category != "works":
            kinds = self._kinds_by_code(lot)
            if len(kinds) >= 2:
                yield Bundle("codes", len(kinds), lot, None, quote(", ".join(kinds.values())))
                return
            yield from islice(self._listed(lot, category), 1)
        places = _places(lot)
        rule = rules.law.requirement("KZ", "shared_lot_places", purchase.on)
        if len(places) >= 2 and rule is not None and (category == "works" or len(places) < rule.value):
            yield Bundle("places", len(places), lot, None, ", ".join(sorted(places)))

    def _kinds_by_code(self, lot: LotTexts) -> dict[str, str]:
        """Kind -> what the first thing of it is called; installation and upkeep of a thing belong to it."""
        coded = [(code_of(item), item) for item in lot.items]
        of_enstru = [(code, item) for (scheme, code), item in coded if code and (scheme or "").upper() == "ENSTRU"]
        things = [one for one in of_enstru if not code_kinds("ENSTRU", one[0]) & frozenset(_FURTHER)] or of_enstru
        kinds: dict[str, str] = {}
        for code, item in things:
            named = item.classification.description if item.classification else None
            kinds.setdefault(code[: self.settings.digits], (named or item.description or code)[:_NAME])
        return kinds

    def _listed(self, lot: LotTexts, category: str | None) -> Iterator[Bundle]:
        named = 0
        for text in lot.texts:
            if text.place is Place.NAME:  # of the code, not of the buyer's making
                named |= text.mask
                continue
            codes = _CODE.findall(text.raw) if text.mask & lexicon().decimal else ()
            written = {code[: self.settings.digits] for code in codes}
            if len(written) >= 2:
                yield Bundle("written", len(written), lot, text, quote(text.raw))
            service = category == "services"
            several = (text.mask & _any_kind(services=service)).bit_count() >= self.settings.least_kinds
            kinds = _kinds_named(text, services=service) if several else {}
            of_name = [kind for kind in kinds if named & lexicon().bit(f"@{kind}")]
            count = len(kinds) - max(len(of_name) - 1, 0)  # the name of the code may list things itself
            if count >= self.settings.least_kinds:
                yield Bundle("words", count, lot, text, quote(", ".join(kinds.values())))


def _told_apart(lots: list[LotTexts]) -> bool:
    """Whether the places are those of the lots: several lots that all have the same ones have the announcement's."""
    places = [_places(lot) for lot in lots]
    return len(places) < 2 or len(set(places)) > 1


def _places(lot: LotTexts) -> frozenset[str]:
    """The different places the things of a lot are delivered to, as exactly as they are known."""
    found = set()
    for item in lot.items:
        several = item.delivery_addresses or ((item.delivery_address,) if item.delivery_address else ())
        found |= {one.region or one.locality or one.region_code or "" for one in several}
    return frozenset(found - {""})


def _told(one: Bundle) -> dict[str, str]:
    if one.text is not None:
        return found(one.lot, one.text, one.words)
    return {"words": one.words, "place": "", "language": "", "lot": one.lot.number}


def _may_share(lot: LotTexts, whole: LotTexts) -> bool:
    """Whether the law lets such things share a lot."""
    features = frozenset(lot.lot.features if lot.lot else ())
    if features & {"designDocuments", "constructionWork"} or lot.coded(*_SHARED):
        return True
    names = 0
    for text in (*lot.texts, *whole.texts):
        if text.place is Place.NAME:
            names |= text.mask
    by_name = _SHARED_NAMES if not lot.codes() else ()
    return bool(names & lexicon().any_of("appendix2", "complex", *by_name))


@lru_cache(maxsize=2)
def _kind_bits(*, services: bool) -> tuple[tuple[str, int], ...]:
    """The kinds of things (or of services) with the bit of their words."""
    lists = [name for name in load_dictionaries().lists if name.startswith("kind_")]
    return tuple((name, lexicon().bit(f"@{name}")) for name in lists if name.endswith("_service") == services)


@lru_cache(maxsize=2)
def _any_kind(*, services: bool) -> int:
    bits = 0
    for _, bit in _kind_bits(services=services):
        bits |= bit
    return bits


def _kinds_named(text: Text, *, services: bool) -> dict[str, str]:
    """Kind -> the first thing of it in a list: a word at the beginning of a piece between commas."""
    kinds: dict[str, str] = {}
    for piece in islice(_PIECE.split(text.raw), _MOST):
        for word in piece.split()[:2]:
            plain = word.strip(".:()«»\"'-")
            bits = lexicon()[plain] if plain else 0
            kind = next((name for name, bit in _kind_bits(services=services) if bits & bit), None)
            if kind:
                kinds.setdefault(kind, plain)
                break
    return {} if "kind_vehicle" in kinds else kinds
