"""Under which composite keys a filter is kept, so that a tender finds it by looking up its own.

A key is (lead, buyer, currency, region, category); '' stands for "any". The lead is the narrowest thing a filter may
ask for: a supplier, else a word, else a flag. A filter with two regions and three categories has six keys. A filter
that would have too many leaves its longest list out of the key, and is then checked in full when found.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from math import prod
from typing import Final

import msgspec

from alerts.filters import FILTERS, Criteria

__all__ = ["MOST_KEYS", "NO_AMOUNT", "Kept", "Key", "in_hundredths", "keep"]

Key = tuple[str, str, str, str, str]
MOST_KEYS: Final = 64
NO_AMOUNT: Final = -1

_LEADS = {"supplier": "s:", "words": "w:", "indicators": "i:"}
_PLACES = ("buyer", "region", "category")
# Told by the key's currency and the order within a key, and by the weight kept beside each filter.
_ORDERED = {"min_amount", "min_weight"}


class Kept(msgspec.Struct, frozen=True):
    """How a filter is kept: its keys, its least amount in hundredths, whether finding it is not yet proof."""

    keys: tuple[Key, ...]
    amount: int
    doubtful: bool


def in_hundredths(amount: Decimal) -> int:
    """A sum as a whole number of hundredths, rounded down: sums of filters have no more than two decimals."""
    return int(amount * 100)


def _first_words(words: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(word.partition(" ")[0] for word in words))


def keep(criteria: Criteria) -> Kept:
    """The keys of a filter. Deterministic: what is kept under them is found again to be taken out."""
    asked = {row.key: list(row.index_keys(criteria)) for row in FILTERS if row.index_keys and row.is_set(criteria)}
    lists = {place: asked.get(place, [""]) for place in _PLACES}
    lead = next((key for key in _LEADS if key in asked), "")
    values = _first_words(criteria.words) if lead == "words" else asked.get(lead, [""])
    lists["lead"] = [_LEADS[lead] + value for value in values] if lead else [""]
    keyed = {*_PLACES, lead, *_ORDERED}
    doubtful = any(row.is_set(criteria) and row.key not in keyed for row in FILTERS)
    doubtful |= any(" " in word for word in criteria.words)
    while prod(map(len, lists.values())) > MOST_KEYS:
        lists[max(lists, key=lambda name: len(lists[name]))] = [""]
        doubtful = True
    currency = criteria.currency if criteria.min_amount is not None else ""
    keys = product(lists["lead"], lists["buyer"], [currency], lists["region"], lists["category"])
    amount = NO_AMOUNT if criteria.min_amount is None else in_hundredths(criteria.min_amount)
    return Kept(tuple(keys), amount, doubtful)
