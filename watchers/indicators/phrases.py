"""Where phrases of a dictionary stand in a text, by the bits of its words.

No regular expression is made from a dictionary and a phrase reaches only so many words far: a text of n words costs n
steps, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

__all__ = ["STOP", "Match", "Pattern", "Patterns", "find"]

STOP = 1
"""The bit of what ends a sentence."""

_NEAR = 5  # words looked at before and after a phrase for what calls it off


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

    def fits(self, mask: int) -> bool:
        """Whether a text with these words can hold it at all."""
        return all(mask & bits for _, bits in self.steps)


class Patterns(msgspec.Struct, frozen=True):
    """Phrases that are looked for together; `starts` are the bits one of which a text needs to hold any of them."""

    patterns: tuple[Pattern, ...]
    starts: int


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
    at = first
    for gap, bits in pattern.steps[1:]:
        for place in range(at + 1, min(at + gap + 2, len(masks))):
            if masks[place] & STOP:
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
        if masks[place] & STOP:
            return False
        if masks[place] & bits:
            return True
    return False
