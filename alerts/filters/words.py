"""Words of a tender and of a filter in one form: without case, ё as е, Latin look-alikes in Cyrillic words put right.

A filter's word is the beginning of a word of the text ("кровл" finds "кровли" and "кровлю"); a phrase is words that
follow one another, each by its beginning. Patterns are not taken from people: a pattern can be made to run for hours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["fold", "holds", "tokens"]

_WORD = re.compile(r"\w+")
_YO = str.maketrans("ё", "е")
# A purchase is hidden from search by Latin letters in Russian words; our own search must not be fooled.
_LOOK_ALIKES = str.maketrans("aceopxykmhtbi", "асеорхукмнтві")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z]")


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in their order, folded."""
    found = _WORD.findall(text.casefold().translate(_YO))
    return tuple(
        token.translate(_LOOK_ALIKES) if _CYRILLIC.search(token) and _LATIN.search(token) else token for token in found
    )


def fold(word: str) -> str:
    """A filter's word or phrase in the form it is compared in."""
    return " ".join(tokens(word))


def holds(text: Sequence[str], word: str) -> bool:
    """Whether a text (its tokens) has a folded word or phrase."""
    parts = word.split(" ")
    first = parts[0]
    for place, token in enumerate(text):
        if token.startswith(first) and len(text) - place >= len(parts):
            following = text[place + 1 : place + len(parts)]
            if all(have.startswith(part) for have, part in zip(following, parts[1:], strict=True)):
                return True
    return False
