"""The words that filters wait for, as the matching index asks for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

__all__ = ["Words"]


class Words:
    """The beginnings of words that filters wait for: which of them does a text have?

    Kept by their first letters, with the lengths that occur, so that a token costs a few look-ups, however many wait.
    """

    def __init__(self) -> None:
        self._by_letters: dict[str, tuple[Counter[str], Counter[int]]] = {}
        self._short = 0  # words of fewer letters than three

    def add(self, word: str, by: int) -> None:
        """One filter more (`by` 1) or less (-1) waits for a word."""
        words, lengths = self._by_letters.setdefault(word[:3], (Counter(), Counter()))
        words[word] += by
        lengths[len(word)] += by
        self._short += by * (len(word) < 3)
        if not words[word]:
            del words[word]
        if not lengths[len(word)]:
            del lengths[len(word)]
        if not words:
            del self._by_letters[word[:3]]

    def held_by(self, text: Iterable[str]) -> set[str]:
        """Those of the words with which a token of the text begins."""
        found: set[str] = set()
        get = self._by_letters.get
        for token in text:
            for kept in (get(token[:3]), get(token[:2]) if self._short else None):
                if kept is not None:
                    words, lengths = kept
                    found.update(start for length in lengths if (start := token[:length]) in words)
        return found
