"""Under which composite keys a filter is kept, so that a tender finds it by looking up its own.

A key is (lead, buyer, region, category); '' stands for "any". The lead is the narrowest thing a filter may ask for: a
supplier, else a word, else a flag. A filter with two regions and three categories has six keys. A filter that would
have too many leaves its longest list out of the key, and is then checked in full when found.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from math import prod
from operator import attrgetter
from typing import Any, Final

import msgspec

from alerts.filters import FILTERS, Criteria

__all__ = ["LEADS", "MOST_KEYS", "NO_AMOUNT", "Kept", "Key", "in_hundredths", "keep", "only_key", "shape"]

Key = tuple[str, str, str, str]
MOST_KEYS: Final = 64
NO_AMOUNT: Final = -1
LEADS: Final = {"supplier": "s:", "words": "w:", "indicators": "i:"}

_PLACES = ("buyer", "region", "category")
# Told by what stands beside each filter under its keys.
_BESIDE = {"min_amount", "min_weight"}
_KEYED = {row.key: (row.is_set, row.index_keys) for row in FILTERS if row.index_keys}
_UNKEYED = [row.is_set for row in FILTERS if not row.index_keys and row.key not in _BESIDE]


class Kept(msgspec.Struct, frozen=True):
    """How a filter is kept: its keys, and whether finding it is not yet proof."""

    keys: tuple[Key, ...]
    doubtful: bool


def in_hundredths(amount: Decimal) -> int:
    """A sum as a whole number of hundredths, rounded down: sums of filters have no more than two decimals."""
    return int(amount * 100)


shape = attrgetter(
    "regions", "categories", "buyers", "words", "indicators", "suppliers", "without_words", "methods", "max_amount",
    "min_days", "max_days",
)  # fmt: skip
"""All of a filter that `keep` looks at: filters of the same shape are kept under the same keys."""

_NO_MORE = shape(Criteria())[3:]


def only_key(its: tuple[Any, ...]) -> Key | None:
    """The key of a filter of this shape that asks for one region, kind and buyer at most, as most do; else None."""
    regions, categories, buyers = its[:3]
    if len(regions) > 1 or len(categories) > 1 or len(buyers) > 1 or its[3:] != _NO_MORE:
        return None
    return "", buyers[0] if buyers else "", regions[0] if regions else "", categories[0] if categories else ""


def keep(criteria: Criteria) -> Kept:
    """The keys of a filter."""
    asked = {key: list(keys(criteria)) for key, (is_set, keys) in _KEYED.items() if is_set(criteria)}
    lists = [asked.get(place) or [""] for place in _PLACES]
    lead = next((key for key in LEADS if key in asked), "")
    values = asked.get(lead, [""])
    phrases = False
    if "words" in asked:
        phrases = any(" " in word for word in asked["words"])
    if lead == "words":
        values = list(dict.fromkeys(word.partition(" ")[0] for word in values))
    lists.append([LEADS[lead] + value for value in values] if lead else [""])
    doubtful = phrases or len(asked.keys() & LEADS.keys()) > 1 or any(is_set(criteria) for is_set in _UNKEYED)
    while prod(map(len, lists)) > MOST_KEYS:
        lists[max(range(len(lists)), key=lambda place: len(lists[place]))] = [""]
        doubtful = True
    buyer, region, category, leads = lists
    return Kept(tuple(product(leads, buyer, region, category)), doubtful)
