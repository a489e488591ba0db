"""Which lists of words a word of a text belongs to, as the bits of one number, and where phrases of them stand.

A word is looked up once and then remembered, so that a text costs one dictionary access a word; the memory is bounded.
No regular expression is made from a dictionary and nothing is tried twice: a text of n words costs n steps, whatever
is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from watchers.rules.words import Dictionaries, Phrase, load_dictionaries

__all__ = ["Lexicon", "Match", "Pattern", "lexicon"]

_REMEMBERED = 60_000  # words; more different ones than that are no language
_LONGEST = 60  # letters; what is longer is no word
_NEAR = 5  # words looked at before and after a phrase for what calls it off
_JOINTS = "-/‐‑–"
_STOPS = frozenset(".;!?\n•")


class Match(msgspec.Struct, frozen=True):
    """A phrase found: its kind and the places of its first and last word."""

    kind: str
    first: int
    last: int


class Pattern(msgspec.Struct, frozen=True):
    """A phrase ready to be looked for: (words skipped at most, bits of the word) in their order."""

    kind: str
    steps: tuple[tuple[int, int], ...]
    inside: int
    before: int
    after: int


class Lexicon(dict[str, int]):
    """Word -> bits of the lists and phrase words it is one of. Ask with `lexicon[word]`; keys are words as written."""

    def __init__(self, dictionaries: Dictionaries) -> None:
        super().__init__()
        self._bits: dict[str, int] = {}
        self._exact: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._lists = dictionaries.lists
        self.stop = self._new_bit("the end of a sentence")
        self.mixed = self._new_bit("letters of two alphabets")
        self.model = self._new_bit("looks like the number of a model")
        self.latin = self._new_bit("a Latin word")
        self.brand = self._new_bit("begins the name of a brand")
        for brand in dictionaries.brands:
            for spelling in brand.spellings:
                self._exact[spelling[0]] = self._exact.get(spelling[0], 0) | self.brand
        self._patterns = tuple(self._compile(phrase) for phrase in dictionaries.phrases)
        self._by_kind: dict[str, tuple[Pattern, ...]] = {}
        for name in dictionaries.lists:
            self.bit(f"@{name}")
        self._longest = max(map(len, self._stems), default=0)

    def _new_bit(self, name: str) -> int:
        return self._bits.setdefault(name, 1 << len(self._bits))

    def bit(self, element: str) -> int:
        """The bit of `@list`, or of the words `one|other*`. Raises KeyError for a list there is none of."""
        if element in self._bits:
            return self._bits[element]
        words: Iterable[str] = self._lists[element[1:]] if element.startswith("@") else element.split("|")
        bit = self._new_bit(element)
        for word in words:
            table = self._stems if word.endswith("*") else self._exact
            plain = word.rstrip("*")
            table[plain] = table.get(plain, 0) | bit
        return bit

    def any_of(self, *lists: str) -> int:
        """The bits of several lists together."""
        bits = 0
        for name in lists:
            bits |= self.bit(f"@{name}")
        return bits

    def _compile(self, phrase: Phrase) -> Pattern:
        steps, gap = [], 0
        for element in phrase.phrase.split():
            if element.startswith("~"):
                gap = int(element[1:])
                continue
            steps.append((gap, self.bit(element)))
            gap = 0
        return Pattern(
            phrase.kind,
            tuple(steps),
            self.any_of(*phrase.inside),
            self.any_of(*phrase.before),
            self.any_of(*phrase.after),
        )

    def patterns(self, *kinds: str) -> tuple[Pattern, ...]:
        """The phrases of these kinds."""
        return tuple(pattern for pattern in self._patterns if pattern.kind in kinds)

    def __missing__(self, word: str) -> int:
        if len(word) > _LONGEST:
            return 0
        bits = self._look_up(word)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = bits
        return bits

    def _look_up(self, word: str) -> int:
        if word in _STOPS:
            return self.stop
        bits = self._shape(word)
        plain = word.lower().replace("ё", "е")
        bits |= self._listed(plain)
        if not plain.isalnum():
            for part, raw in zip(_parts(plain), _parts(word), strict=False):
                bits |= self._listed(part) | self._shape(raw)
        return bits

    def _listed(self, word: str) -> int:
        bits = self._exact.get(word, 0)
        for length in range(2, min(len(word), self._longest) + 1):
            bits |= self._stems.get(word[:length], 0)
        return bits

    def _shape(self, word: str) -> int:
        letters = [letter for letter in word if letter.isalpha()]
        cyrillic = sum("Ѐ" <= letter <= "ӿ" for letter in letters)
        if cyrillic and cyrillic < len(letters):
            return self.mixed
        if cyrillic or not word.isascii():
            return 0
        bits = self.latin if len(letters) >= 3 and word[0].isupper() else 0
        return bits | self.model if _is_model(word) else bits


def _parts(word: str) -> list[str]:
    for joint in _JOINTS:
        word = word.replace(joint, " ")
    return word.split()


def _is_model(word: str) -> bool:
    """Two capital letters and two figures behind them: CF283A, LBP-2900, TK-1150."""
    letters = 0
    while letters < len(word) and "A" <= word[letters] <= "Z":
        letters += 1
    rest = word[letters:].lstrip("-")
    return letters >= 2 and len(rest) >= 2 and rest[:2].isdigit()


def find(patterns: Sequence[Pattern], masks: Sequence[int], marks: Sequence[int]) -> Iterator[Match]:
    """Where the phrases stand in a text; `marks` are the places that have any bit, `masks` the bits of each word."""
    starts = 0
    for pattern in patterns:
        starts |= pattern.steps[0][1]
    for place in marks:
        if masks[place] & starts:
            for pattern in patterns:
                if masks[place] & pattern.steps[0][1]:
                    last = _last(pattern, masks, place)
                    if last is not None:
                        yield Match(pattern.kind, place, last)


def _last(pattern: Pattern, masks: Sequence[int], first: int) -> int | None:
    """The place of the last word of a phrase that begins at `first`; None if it does not go on, or is called off."""
    stop, at = 1, first
    for gap, bits in pattern.steps[1:]:
        for place in range(at + 1, min(at + gap + 2, len(masks))):
            if masks[place] & stop:
                return None
            if masks[place] & bits:
                at = place
                break
            if masks[place] & pattern.inside:
                return None
        else:
            return None
    if pattern.before and _near(pattern.before, masks, range(first - 1, max(first - 1 - _NEAR, -1), -1)):
        return None
    if pattern.after and _near(pattern.after, masks, range(at + 1, min(at + 1 + _NEAR, len(masks)))):
        return None
    return at


def _near(bits: int, masks: Sequence[int], places: Iterable[int]) -> bool:
    for place in places:
        if masks[place] & 1:
            return False
        if masks[place] & bits:
            return True
    return False


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of the dictionaries; made once."""
    return Lexicon(load_dictionaries())
