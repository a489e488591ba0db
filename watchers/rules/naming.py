"""Names and texts told by words that tables list."""

from __future__ import annotations

import re

__all__ = ["named"]

_GAP = re.compile(r"[^\w-]+")


def named(words: str, text: str) -> bool:
    """Whether a text has the beginnings of words that `words` lists: `;` between forms, `+` if several are needed."""
    spaced = " " + _GAP.sub(" ", text.casefold()).strip()
    return any(all(f" {stem}" in spaced for stem in form.split("+")) for form in words.split(";"))
