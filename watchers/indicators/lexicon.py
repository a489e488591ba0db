"""Which lists of words a word of a text belongs to, as the bits of one number.

A word is looked up once and then remembered, so that a text costs one dictionary access a word; the memory is bounded.
"""

from __future__ import annotations

from functools import lru_cache

from watchers.indicators.phrases import STOP, Pattern, Patterns
from watchers.rules.words import Dictionaries, Phrase, load_dictionaries

__all__ = ["Lexicon", "folded", "lexicon", "parts_of"]


_REMEMBERED = 60_000  # words; more different ones than that are no language
_LONGEST = 60  # letters; what is longer is no word
_JOINTS = str.maketrans(dict.fromkeys("-/‐‑–", " "))
_STOPS = frozenset(".;!?\n•")


class Lexicon(dict[str, int]):
    """Word -> bits of the lists and phrase words it is one of. Ask with `lexicon[word]`; keys are words as written."""

    def __init__(self, dictionaries: Dictionaries) -> None:
        super().__init__()
        self._bits: dict[str, int] = {}
        self._exact: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._lists = dictionaries.lists
        self._bits["the end of a sentence"] = STOP
        self.mixed = self._new_bit("letters of two alphabets")
        self.model = self._new_bit("looks like the number of a model")
        self.latin = self._new_bit("a Latin word")
        self.brand = self._new_bit("begins the name of a brand")
        self.decimal = self._new_bit("a number with three decimals or more")
        self._brand_words = frozenset(spelling[0] for brand in dictionaries.brands for spelling in brand.spellings)
        self._endings = frozenset(dictionaries.lists.get("brand_ending", ()))
        self._longest_ending = max(map(len, self._endings), default=0)
        self._standards = frozenset(dictionaries.lists.get("standard", ()))
        self._unions: dict[tuple[str, ...], int] = {}
        self._patterns = tuple(self._compile(phrase) for phrase in dictionaries.phrases)
        self._together: dict[tuple[str, ...], Patterns] = {}
        for name in dictionaries.lists:
            self.bit(f"@{name}")
        self._longest = max(map(len, self._stems), default=0)

    def __repr__(self) -> str:
        return f"<Lexicon of {len(self._bits)} lists, {len(self)} words remembered>"  # a log may print it

    def _new_bit(self, name: str) -> int:
        return self._bits.setdefault(name, 1 << len(self._bits))

    def bit(self, element: str) -> int:
        """The bit of `@list`, or of the words `one|other*`. Raises KeyError for a list there is none of."""
        if element in self._bits:
            return self._bits[element]
        words = [word for part in element.split("|") for word in (self._lists[part[1:]] if part[0] == "@" else (part,))]
        bit = self._new_bit(element)
        for word in words:
            table = self._stems if word.endswith("*") else self._exact
            plain = word.rstrip("*")
            table[plain] = table.get(plain, 0) | bit
        return bit

    def any_of(self, *lists: str) -> int:
        """The bits of several lists together."""
        if lists not in self._unions:
            bits = 0
            for name in lists:
                bits |= self.bit(f"@{name}")
            self._unions[lists] = bits
        return self._unions[lists]

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

    def patterns(self, *kinds: str) -> Patterns:
        """The phrases of these kinds."""
        if kinds not in self._together:
            chosen = tuple(pattern for pattern in self._patterns if pattern.kind in kinds)
            starts = 0
            for pattern in chosen:
                starts |= pattern.steps[0][1]
            self._together[kinds] = Patterns(chosen, starts)
        return self._together[kinds]

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
            return STOP
        if word[-3:].isdigit() and ("," in word or "." in word):
            return self.decimal
        bits = self._shape(word) | self._listed(folded(word))
        if not word.isalnum():
            for part in parts_of(word):
                bits |= self._listed(folded(part)) | (self._shape(part) & ~self.model)
        return bits

    def brand_word(self, word: str) -> str:
        """The word a brand begins with that this one is a form of («тойоты» of «тойота»), '' if it is none."""
        if word in self._brand_words:
            return word
        if "а" <= word[:1] <= "я":
            for length in range(1, min(self._longest_ending, len(word) - 3) + 1):
                if word[-length:] in self._endings and word[:-length] in self._brand_words:
                    return word[:-length]
                if word[-length:] in self._endings and f"{word[:-length]}а" in self._brand_words:
                    return f"{word[:-length]}а"
        return ""

    def _listed(self, word: str) -> int:
        bits = self._exact.get(word, 0)
        if self.brand_word(word):
            bits |= self.brand
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
        head = next((at for at, letter in enumerate(word) if not letter.isalpha()), len(word))
        if word.lower() in self._standards or word[:head].lower() in self._standards:
            return 0
        bits = self.latin if len(letters) >= 3 and word[0].isupper() else 0
        return bits | self.model if _is_model(word) else bits


def _is_model(word: str) -> bool:
    """Two capital letters and two figures behind them: CF283A, LBP-2900, TK-1150."""
    letters = 0
    while letters < len(word) and "A" <= word[letters] <= "Z":
        letters += 1
    rest = word[letters:].lstrip("-")
    return letters >= 2 and len(rest) >= 2 and rest[:2].isdigit()


def folded(word: str) -> str:
    """The word as dictionaries write it."""
    return word.lower().replace("ё", "е")


def parts_of(word: str) -> list[str]:
    """The words that hyphens and strokes join in one."""
    return word.translate(_JOINTS).split()


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of the dictionaries; made once."""
    return Lexicon(load_dictionaries())
