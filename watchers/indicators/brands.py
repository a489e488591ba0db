"""Brands, models and places of origin that the texts of a lot name, each once.

A brand behind «для принтера …» (or before «… принтеріне арналған») names what the buyer has, not what is bought, and
does not count. Words that mean something else as well count only beside a word of the kind of goods (`needs`), or with
a capital letter. Numbers of standards, sizes and interfaces are no models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

import msgspec

from watchers.indicators.lexicon import folded, lexicon, parts_of
from watchers.indicators.phrases import STOP
from watchers.indicators.texts import LotTexts, Place, Text
from watchers.rules.words import Brand, load_dictionaries

__all__ = ["Named", "named_in"]

_MOST = 100  # places of one text that are looked into
_SHORT = 3  # letters of a name that may be a unit behind a number
_STEPS = 8  # words between «для» and the brand at most
_MORE = 3  # words of a model behind its brand


class Named(msgspec.Struct, frozen=True):
    """What is named: `kind` brand, component, software, model, origin; its name and where it stands."""

    kind: str
    name: str
    text: Text
    first: int
    last: int


def named_in(lot: LotTexts) -> list[Named]:
    """Everything a lot names, each name once, brands first. File names do not count: scanners put brands there."""
    kinds = [reader for bits, reader in _readers() if lot.mask & bits]
    if not kinds:
        return []
    found: dict[tuple[str, str], Named] = {}
    for text in lot.texts:
        if text.place is Place.FILE:
            continue
        taken: set[int] = set()
        for one in (one for reader in kinds for one in reader(lot, text)):
            if not taken & set(range(one.first, one.last + 1)):
                taken |= set(range(one.first, one.last + 1))
                found.setdefault((one.kind, one.name), one)
    return list(found.values())


@lru_cache(maxsize=1)
def _readers() -> tuple[tuple[int, Callable[[LotTexts, Text], Iterator[Named]]], ...]:
    """Who reads names of which kind, with the bits without which there are none, heaviest kind first."""
    words = lexicon()
    return (
        (words.brand, _brands),
        (words.latin | words.model, _models),
        (words.any_of("org_form", "mark_word"), _makers),
        (words.any_of("country", "country_adjective"), _origins),
    )


@lru_cache(maxsize=1)
def _spellings() -> dict[str, tuple[tuple[tuple[str, ...], Brand], ...]]:
    """First word -> the spellings that begin with it, longest first."""
    table: dict[str, list[tuple[tuple[str, ...], Brand]]] = {}
    for brand in load_dictionaries().brands:
        for spelling in brand.spellings:
            table.setdefault(spelling[0], []).append((spelling, brand))
    return {word: tuple(sorted(rows, key=lambda row: -len(row[0]))) for word, rows in table.items()}


def _brands(lot: LotTexts, text: Text) -> Iterator[Named]:
    for at in islice(text.places(lexicon().brand), _MOST):
        word = text.words[at]
        for part in dict.fromkeys((word, *parts_of(word))):
            known = lexicon().brand_word(folded(part))
            brand, length = _brand_at(lot, text, at, part, known) if known else (None, 0)
            if brand is not None:
                if not _for_another(text, at, at + length - 1):
                    kind = brand.kind if brand.kind in {"component", "software"} else "brand"
                    yield Named(kind, brand.name, text, at, _with_model(text, at + length - 1))
                break


def _brand_at(lot: LotTexts, text: Text, at: int, part: str, known: str) -> tuple[Brand | None, int]:
    for spelling, brand in _spellings()[known]:
        rest = [folded(word) for word in text.words[at + 1 : at + len(spelling)]]
        if list(spelling[1:]) != rest or (brand.capital and not part[0].isupper()):
            continue
        if len(part) <= _SHORT and at and text.words[at - 1][0].isdigit():
            continue  # 5 HP, 20 BIC
        if brand.needs and not lot.mask & lexicon().bit(f"@{brand.needs}"):
            continue
        return brand, len(spelling)
    return None, 0


def _with_model(text: Text, last: int) -> int:
    """The last word of what a brand is called: «HP ProBook 450»."""
    end = min(last + _MORE, len(text.words) - 1)
    while last < end and text.joined(last) and _is_name(text.words[last + 1]):
        last += 1
    return last


def _is_name(word: str) -> bool:
    if lexicon()[word] & lexicon().brand:
        return True
    return word.isascii() and (word[0].isupper() or any(letter.isdigit() for letter in word))


def _for_another(text: Text, first: int, last: int) -> bool:
    """Whether the name belongs to a thing that what is bought is for."""
    words = lexicon()
    between = words.any_of("device", "and") | words.brand
    for at in range(first - 1, max(first - 1 - _STEPS, -1), -1):
        if text.masks[at] & words.bit("@for_before"):
            return True
        if not (text.masks[at] & between or _is_name(text.words[at])):
            break
    for at in range(last + 1, min(last + 1 + _STEPS, len(text.words))):
        if text.masks[at] & words.bit("@for_behind"):
            return True
        if not (text.masks[at] & between or _is_name(text.words[at])):
            break
    return False


def _models(_: LotTexts, text: Text) -> Iterator[Named]:
    """A name behind «модель», «производитель», and numbers that look like models."""
    words = lexicon()
    for at in islice(text.places(words.any_of("model_word", "maker_word")), _MOST):
        for behind in range(at + 1, min(at + 3, len(text.words))):
            if text.masks[behind] & words.bit("@model_of_other"):
                break
            if text.masks[behind] & (words.latin | words.model) and not _for_another(text, at, behind):
                yield Named("stated", text.words[behind].lower(), text, behind, _with_model(text, behind))
                break
    for at in islice(text.places(words.model), _MOST):
        if not _for_another(text, at, at):
            yield Named("model", text.words[at].lower(), text, at, at)


def _makers(_: LotTexts, text: Text) -> Iterator[Named]:
    """«производства ТОО …», «… ЖШС өндірген», «торговая марка «…»»: whoever it is."""
    words = lexicon()
    for match in islice(text.find(words.patterns("made_by", "trade_mark")), _MOST):
        before = text.masks[match.first] & words.bit("@org_form")  # Kazakh names the firm first
        first, last = (match.first - 1, match.last) if before else (match.first, match.last + 1)
        if first < 0 or last >= len(text.words) or text.masks[last] & STOP:
            continue
        if match.kind == "made_by" or text.quoted(match.last):
            yield Named("stated", folded(text.cut(first, last)), text, first, last)


def _origins(_: LotTexts, text: Text) -> Iterator[Named]:
    for match in islice(text.find(lexicon().patterns("origin")), _MOST):
        yield Named("origin", folded(text.cut(match.first, match.last)), text, match.first, match.last)
