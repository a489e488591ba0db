"""The words that filters wait for, as the matching index asks for them."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Words"]


class Words:
    """The beginnings of words that filters wait for: which of them does a text have?

    Kept by their first letters, with the lengths that occur, so that a token costs a few look-ups, however many wait.
    """

    def __init__(self) -> None:
        self._by_letters: dict[str, tuple[set[str], set[int]]] = {}
        self._short = False  # are there words of fewer letters than three

    def add(self, word: str) -> None:
        """Wait for a word."""
        words, lengths = self._by_letters.setdefault(word[:3], (set(), set()))
        words.add(word)
        lengths.add(len(word))
        self._short |= len(word) < 3

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
