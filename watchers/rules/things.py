"""What kind of thing is bought, where a rule depends on it: by its code, by its words, by the list of order No. 345.

The tables are `set_aside`, `code_kinds` and `word_kinds` in `data/`; each is read once.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from watchers.rules.naming import named, says, spaced
from watchers.rules.tables import Dated, read_table

__all__ = ["CodeKind", "SetAside", "WordKind", "code_kinds", "set_aside", "word_kinds"]


class SetAside(Dated, frozen=True):
    """A thing that is bought from the organisations of a protected group; `share` is the part of the money, per cent.

    `words`: where the code is wider than the line of the list, words of which a form must stand in the lot's texts.
    """

    jurisdiction: str
    category: str  # goods | works | services
    scheme: str
    code: str
    share: int
    words: str
    act: str
    clause: str


class CodeKind(Dated, frozen=True):
    """What a code is for the purposes of a rule, by how it begins; one code may be of several kinds."""

    scheme: str
    prefix: str
    kind: str


class WordKind(Dated, frozen=True):
    """What is bought, by beginnings of words: `;` between forms, `+` where several must be there."""

    kind: str
    words: str


_LONGEST = 8000  # characters of a text that are read


@lru_cache(maxsize=1)
def _set_aside() -> dict[tuple[str, str, str], tuple[SetAside, ...]]:
    found: dict[tuple[str, str, str], tuple[SetAside, ...]] = {}
    for row in read_table("set_aside", SetAside):
        key = (row.jurisdiction, row.scheme, row.code)
        found[key] = (*found.get(key, ()), row)
    return found


def set_aside(jurisdiction: str, scheme: str | None, code: str, text: str, on: date) -> SetAside | None:
    """The line of the list of things bought from a protected group that a code stands in on that day."""
    for row in _set_aside().get((jurisdiction, (scheme or "").upper(), code), ()):
        if row.holds(on) and (not row.words or named(row.words, text)):
            return row
    return None


@lru_cache(maxsize=1)
def _code_rows() -> tuple[CodeKind, ...]:
    return read_table("code_kinds", CodeKind)


@lru_cache(maxsize=8192)
def code_kinds(scheme: str | None, code: str) -> frozenset[str]:
    """What a code is (food, fuel, prepaid, construction ...); empty if nothing is known of it."""
    scheme = (scheme or "").upper()
    return frozenset(row.kind for row in _code_rows() if row.scheme == scheme and code.startswith(row.prefix))


@lru_cache(maxsize=1)
def _word_rows() -> tuple[WordKind, ...]:
    return read_table("word_kinds", WordKind)


@lru_cache(maxsize=4096)
def word_kinds(text: str) -> frozenset[str]:
    """What kinds of works or services the words of a text name (repair, design, supervision ...)."""
    asked = spaced(text[:_LONGEST])
    return frozenset(row.kind for row in _word_rows() if says(row.words, asked))
