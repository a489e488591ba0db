"""KZ-08: letters of two alphabets inside one word.

A word with a Latin «p» for the Cyrillic «р» looks the same and is not found by a search, so fewer firms learn of the
purchase. Counted are words of four letters or more in which every foreign letter has a Cyrillic look-alike and which
are words once those are put in: of the list of known words, or spelled cleanly elsewhere in the same announcement.
Kazakh letters are Cyrillic. A Latin i (h, ə, ɵ) for the Kazakh letter is a habit of keyboards: context, unless other
letters are swapped too.
"""

from __future__ import annotations

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
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.lexicon import folded, lexicon, parts_of
from watchers.indicators.memory import per_release
from watchers.indicators.procedure import Procedure
from watchers.indicators.scope import national
from watchers.indicators.texts import LotTexts, Place, Text, found, lots_of
from watchers.ocds import Release
from watchers.rules.words import known_stems, load_dictionaries

_MOST = 200  # mixed words of one text that are looked into, and hits that are counted
_LEAST = 4  # letters of a word; shorter ones are abbreviations and units
_ENDING = 5  # letters a word may have beyond the beginning of a known one
_LINKS = ("://", "@", "www.", ".kz", ".com", ".ru", ".org", ".net")
_PREFIXES = frozenset("ei")  # eGov, eӨтініш


class Mixed(msgspec.Struct, frozen=True):
    """A word of two alphabets: as written, as it should be, the foreign letters in it, and what it weighs."""

    word: str
    clean: str
    letters: str
    weight: int


class MixedAlphabets(Indicator):
    """Fires on words in which letters were swapped for look-alikes of another alphabet."""

    code = "KZ-08"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 4
    family = Family.HIDING
    needs = ("tender.title",)

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`slip_words`: one mixed word in a description of so many words or more is taken as a slip, weight 1."""

        slip_words: int = 60

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        if procedure.jurisdiction != "KZ":
            return NotApplicable("the known words are those of Kazakhstan's announcements")
        lots = lots_of(release)
        if not any(lot.texts for lot in lots):
            return NotComputable("tender.title and tender.lots.title are missing")
        mixed = lexicon().mixed
        suspects = [lot for lot in lots if lot.mask & mixed]
        if not suspects:
            return Clear()
        clean = _words_of(release)
        hits = list(islice((hit for lot in suspects for hit in self._of_lot(lot, clean)), _MOST))
        return self._weigh(hits) if hits else Clear()

    def _of_lot(self, lot: LotTexts, clean: frozenset[str]) -> Iterator[tuple[LotTexts, Text, Mixed]]:
        for text in lot.texts:
            if text.place is Place.FILE:
                continue
            hits = [
                one for at in islice(text.places(lexicon().mixed), _MOST) for one in _mixed(text, text.words[at], clean)
            ]
            slip = len(hits) == 1 and text.place is not Place.NAME and len(text.words) >= self.settings.slip_words
            for hit in hits:
                weight = min(hit.weight, 4 if text.place is Place.NAME else 1 if slip else 2)
                yield lot, text, msgspec.structs.replace(hit, weight=weight)

    @staticmethod
    def _weigh(hits: list[tuple[LotTexts, Text, Mixed]]) -> Fired:
        hits.sort(key=lambda hit: -hit[2].weight)
        weight = hits[0][2].weight
        words = {hit.word for _, _, hit in hits}
        told = [found(lot, text, hit.word, letters=hit.letters, clean=hit.clean) for lot, text, hit in hits]
        return Fired(
            value=len(words),
            facts={"found": told[:5], "habit": weight == 0},
            tier=Tier.B if weight else Tier.C,
            weight=max(weight, 1),
        )


def _mixed(text: Text, word: str, clean: frozenset[str]) -> Iterator[Mixed]:
    parts = [part for part in parts_of(word) if lexicon()[part] & lexicon().mixed]
    for part in parts:
        hit = None if any(letter.isdigit() for letter in part) else _judge(part, clean)
        if hit is not None and not _linked(text, word):
            yield hit


def _judge(word: str, elsewhere: frozenset[str]) -> Mixed | None:
    """What a word of two alphabets is; None if it is an abbreviation, a unit, or no word once folded."""
    if len(word) < _LEAST or (word[0] in _PREFIXES and word[1].isupper()):
        return None
    foreign = {letter for letter in word if not _is_cyrillic(letter)}
    for table in _tables():
        clean = word.translate(table)
        if all(map(_is_cyrillic, clean)) and _plausible(folded(clean), elsewhere):
            return Mixed(word, clean, "".join(sorted(foreign)), 0 if foreign <= _habits() else 4)
    latin = word.translate(_to_latin())
    if latin.isascii() and lexicon()[latin] & lexicon().brand:
        return Mixed(word, latin, "".join(sorted(filter(_is_cyrillic, set(word)))), 1)
    return None


def _is_cyrillic(letter: str) -> bool:
    return "Ѐ" <= letter <= "ӿ"


def _plausible(word: str, elsewhere: frozenset[str]) -> bool:
    if lexicon()[word] & lexicon().bit("@unit"):
        return False
    stems = known_stems()
    return word in elsewhere or any(
        word[:length] in stems for length in range(max(_LEAST, len(word) - _ENDING), len(word) + 1)
    )


@per_release
def _words_of(release: Release) -> frozenset[str]:
    """Every different word of the release, for words that no list knows: names of places and people."""
    return frozenset(folded(word) for lot in lots_of(release) for text in lot.texts for word in text.words)


def _linked(text: Text, word: str) -> bool:
    """Whether the word is part of an address on the internet."""
    at = text.raw.find(word)
    start = max(text.raw.rfind(" ", 0, at), text.raw.rfind("\n", 0, at)) + 1
    around = text.raw[start : at + len(word) + 60].split(maxsplit=1)[0].lower()
    return any(sign in around for sign in _LINKS)


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[int, str], ...]:
    """Foreign letter -> Cyrillic; the second table takes the Kazakh letter where there are two."""
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    for row in load_dictionaries().look_alikes:
        first.setdefault(row.foreign, row.cyrillic)
        second[row.foreign] = row.cyrillic
    return str.maketrans(first), str.maketrans(second)


@lru_cache(maxsize=1)
def _to_latin() -> dict[int, str]:
    rows = load_dictionaries().look_alikes
    return str.maketrans({row.cyrillic: row.foreign for row in rows if row.foreign.isascii()})


@lru_cache(maxsize=1)
def _habits() -> frozenset[str]:
    return frozenset(row.foreign for row in load_dictionaries().look_alikes if row.habit)
