"""What one filter is made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from alerts.filters.criteria import Criteria
from alerts.filters.facts import TenderFacts
from alerts.filters.speech import Speech

__all__ = ["Filter", "Keyboard", "Offer"]


class Keyboard(StrEnum):
    """How a filter's values are tapped."""

    CHOICES = "choices"  # those of `Filter.offers`
    PLACES = "places"  # the tree of regions
    KINDS = "kinds"  # everyday kinds, and the tree of ENS TRU behind them
    BUYERS = "buyers"  # those found by number or name
    SUPPLIERS = "suppliers"
    WORDS = "words"  # there is nothing to tap but what was typed before


class Offer(msgspec.Struct, frozen=True):
    """A value to tap: `text` is what a person could have typed instead, `label` says it in their language."""

    text: str
    label: Callable[[Speech], str]


@dataclass(frozen=True)
class Filter:
    """One row. `title`, `about`, `hint` and clauses are message ids; functions get criteria with the filter set."""

    key: str
    title: str
    about: str  # for docs/filters.md: what matches, what does not
    hint: str  # what can be typed
    example: str  # a text that `read` takes
    fields: tuple[str, ...]  # of Criteria
    is_set: Callable[[Criteria], bool]
    matches: Callable[[Criteria, TenderFacts], bool]
    clause: Callable[[Criteria, Speech], str]
    read: Callable[[str], Mapping[str, Any]]
    keyboard: Keyboard
    offers: Callable[[], Sequence[Offer]] = tuple
    index_keys: Callable[[Criteria], Collection[str]] | None = None  # a tender that matches has one of these keys

    @property
    def many(self) -> bool:
        """Whether it holds a list of values, of which any is enough."""
        return all(isinstance(getattr(Criteria(), name), tuple) for name in self.fields)
