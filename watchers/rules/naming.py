"""Names and texts told by words that tables list."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["named", "says", "spaced"]

_GAP = re.compile(r"[^\w-]+")


def named(words: str, text: str) -> bool:
    """Whether a text has the beginnings of words that `words` lists: `;` between forms, `+` if several are needed."""
    return says(words, spaced(text))


def spaced(text: str) -> str:
    """A text in small letters with one space before each word: worked out once, it can be asked about many words."""
    return " " + _GAP.sub(" ", text.casefold()).strip()


def says(words: str, spaced_text: str) -> bool:
    """The same of a text that is spaced already."""
    return any(all(stem in spaced_text for stem in form) for form in _forms(words))


@lru_cache(maxsize=1024)
def _forms(words: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(f" {stem}" for stem in form.split("+")) for form in words.split(";"))
