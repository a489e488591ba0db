"""Every text of a release by lot and place, cut into words once.

A text is bounded (`LONGEST` characters, `TOGETHER` for a release): what lies beyond is not judged. Kazakh and Russian
come apart where the source keeps them apart (`language` "kk", "ru"), a text of no stated language has "".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from watchers.indicators.lexicon import lexicon
from watchers.indicators.memory import per_release
from watchers.indicators.phrases import Match, Patterns, find
from watchers.indicators.scope import code_of
from watchers.ocds import Item, Lot, Release, Tender
from watchers.rules.things import code_kinds

__all__ = ["LONGEST", "LotTexts", "Place", "Text", "found", "lots_of", "quote"]

LONGEST = 20_000
"""Characters of one text that are read."""

TOGETHER = 400_000
"""Characters of all texts of one release that are read."""

_LOOSE = " \t\xa0«»\"“”„'()"
_QUOTED = 120  # characters of a quotation in a finding
_TOLD = 5  # quotations in a finding
_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:[-/‐‑–][^\W_]+)*|[;!?\n•]|\.(?=\s+[A-ZА-ЯЁӘҒҚҢӨҰҮІҺ\d]|\s*$)")


class Place(StrEnum):
    """Where a text stands: a name (of the purchase or a lot), a description, the plan, the name of a file."""

    NAME = "name"
    DESCRIPTION = "description"
    PLAN = "plan"
    FILE = "file"


class Text:
    """One text: where it stands, its words and their bits in the lexicon (`mask` is all of them together)."""

    __slots__ = ("_spans", "language", "lot", "marks", "mask", "masks", "place", "raw", "words")

    def __init__(self, raw: str, place: Place, language: str, lot: str) -> None:
        self.raw, self.place, self.language, self.lot = raw, place, language, lot
        self.words: list[str] = _TOKEN.findall(raw)
        self.masks: list[int] = list(map(lexicon().__getitem__, self.words))
        self.marks: list[int] = [at for at, bits in enumerate(self.masks) if bits]
        self.mask = 0
        for at in self.marks:
            self.mask |= self.masks[at]
        self._spans: list[tuple[int, int]] = []

    def find(self, wanted: Patterns) -> Iterator[Match]:
        """Where these phrases stand."""
        if not self.mask & wanted.starts:
            return iter(())
        patterns = [pattern for pattern in wanted.patterns if pattern.fits(self.mask)]
        return find(patterns, self.masks, self.marks) if patterns else iter(())

    def places(self, bits: int) -> Iterator[int]:
        """The places of the words that have one of the bits."""
        if self.mask & bits:
            yield from (at for at in self.marks if self.masks[at] & bits)

    def span(self, at: int) -> tuple[int, int]:
        """Where a word begins and ends in `raw`; worked out only when something was found."""
        if not self._spans:
            self._spans = [token.span() for token in _TOKEN.finditer(self.raw)]
        return self._spans[at]

    def cut(self, first: int, last: int) -> str:
        """The text from one word to another, as it is written, in one line."""
        return quote(self.raw[self.span(first)[0] : self.span(last)[1]])

    def joined(self, at: int) -> bool:
        """Whether nothing but blanks and quotation marks stands between a word and the next one."""
        return not self.raw[self.span(at)[1] : self.span(at + 1)[0]].strip(_LOOSE)

    def quoted(self, at: int) -> bool:
        """Whether a quotation begins between a word and the next one."""
        between = self.raw[self.span(at)[1] : self.span(at + 1)[0]]
        return not between.strip(_LOOSE + ":—–-") and any(mark in between for mark in '«"“„')


class LotTexts(msgspec.Struct, frozen=True, gc=False):
    """The texts of a lot with what is known of it; `key` "" is the purchase as a whole, or all of it without lots."""

    key: str
    lot: Lot | None
    items: tuple[Item, ...]
    texts: tuple[Text, ...]
    mask: int

    @property
    def number(self) -> str:
        """The number of the lot as printed, else its id."""
        return (self.lot.public_number if self.lot else None) or self.key

    def codes(self) -> list[tuple[str | None, str]]:
        """Scheme and code of everything bought in it that has a code."""
        return [code for item in self.items if (code := code_of(item))[1]]

    def holds(self, wanted: Patterns) -> bool:
        """Whether one of these phrases can begin in it: a quick look before its texts are searched."""
        return bool(self.mask & wanted.starts)

    def coded(self, *kinds: str) -> bool:
        """Whether something is bought in it, and all of it is of one of these kinds by its code."""
        codes = self.codes()
        return bool(codes) and all(code_kinds(*code) & frozenset(kinds) for code in codes)


class _Reader:
    """Collects the texts of one lot, each once, while there is room."""

    def __init__(self, room: list[int]) -> None:
        self.texts: list[Text] = []
        self._seen: set[str] = set()
        self._room = room

    def read(
        self, place: Place, lot: str, ru: str | None = None, kk: str | None = None, plain: str | None = None
    ) -> None:
        """Read the texts of one place; `plain`, of no stated language, only where there is no Russian one."""
        for raw, language in ((ru, "ru"), (kk, "kk"), (None if ru else plain, "")):
            if not raw or raw in self._seen or self._room[0] <= 0:
                continue
            self._seen.add(raw)
            text = Text(raw[: min(LONGEST, self._room[0])], place, language, lot)
            self._room[0] -= len(text.raw)
            self.texts.append(text)

    def done(self, key: str, lot: Lot | None, items: Sequence[Item]) -> LotTexts:
        mask = 0
        for text in self.texts:
            mask |= text.mask
        return LotTexts(key, lot, tuple(items), tuple(self.texts), mask)


def _read_items(reader: _Reader, key: str, items: Sequence[Item]) -> None:
    for item in items:
        reader.read(Place.PLAN, key, item.description_ru, item.description_kk, item.description)


@per_release
def lots_of(release: Release) -> tuple[LotTexts, ...]:
    """The purchase as a whole first, then its lots. Items that name no known lot belong to the whole."""
    tender = release.tender or Tender()
    keys = {lot.key for lot in tender.lots}
    items: dict[str, list[Item]] = {}
    for item in tender.items:
        key = "" if item.related_lot is None else str(item.related_lot)
        items.setdefault(key if key in keys else "", []).append(item)
    room = [TOGETHER]
    whole = _Reader(room)
    whole.read(Place.NAME, "", tender.title_ru, tender.title_kk, tender.title)
    whole.read(Place.DESCRIPTION, "", plain=tender.description)
    _read_items(whole, "", items.get("", ()))
    lots = []
    for lot in tender.lots:
        reader = _Reader(room)
        reader.read(Place.NAME, lot.key, lot.title_ru, lot.title_kk, lot.title)
        reader.read(Place.DESCRIPTION, lot.key, lot.description_ru, lot.description_kk, lot.description)
        _read_items(reader, lot.key, items.get(lot.key, ()))
        lots.append(reader.done(lot.key, lot, items.get(lot.key, ())))
    for document in tender.documents:
        whole.read(Place.FILE, "", plain=document.title)
    return (whole.done("", None, items.get("", ())), *lots)


def quote(text: str) -> str:
    """A quotation for a finding: one line, cut at a word."""
    text = " ".join(text.split())
    if len(text) > _QUOTED:
        text = text[:_QUOTED].rsplit(" ", 1)[0] + "…"
    return f"{text}»" if text.count("«") > text.count("»") else text


def found(lot: LotTexts, text: Text, words: str, **more: Any) -> dict[str, Any]:
    """One entry of the fact `found`: the words, where they stand and in which lot, so that a person can check."""
    return {"words": words, "place": text.place.value, "language": text.language, "lot": lot.number, **more}
