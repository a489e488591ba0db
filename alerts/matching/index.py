"""All live filters in memory, found by composite key: a tender looks its own keys up instead of asking every filter.

Filters are numbered densely; under each key stand arrays of these numbers, one for each least weight, sorted by least
amount, so that "at least so much" is the beginning of an array. What a key cannot say (excluded words, phrases, very
long lists) is checked by `alerts.filters.matches` for the few that are found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from alerts.filters import Criteria, TenderFacts, matches
from alerts.matching.keys import NO_AMOUNT, Kept, Key, in_hundredths, keep
from alerts.subscriptions import Followed

__all__ = ["Index"]

Numbers = NDArray[np.int32]

_NONE = np.empty(0, dtype=np.int32)


class _Shelf:
    """The filters under one key that ask for the same least weight, by least amount.

    `sure`: finding one is proof. Those found otherwise may be found twice, or ask for more than their keys say.
    """

    __slots__ = ("amounts", "numbers", "sure", "weight")

    def __init__(self, weight: int, *, sure: bool) -> None:
        self.weight = weight
        self.sure = sure
        self.amounts: list[int] = []
        self.numbers: Numbers = _NONE

    def add(self, pairs: list[tuple[int, int]]) -> None:
        new_amounts, new_numbers = zip(*pairs, strict=True)
        amounts = np.concatenate([np.array(self.amounts, dtype=np.int64), np.array(new_amounts, dtype=np.int64)])
        numbers = np.concatenate([self.numbers, np.array(new_numbers, dtype=np.int32)])
        order = np.argsort(amounts, kind="stable")
        self.amounts = amounts[order].tolist()
        self.numbers = numbers[order]

    def remove(self, number: int) -> None:
        place = int(np.flatnonzero(self.numbers == number)[0])
        self.numbers = np.delete(self.numbers, place)
        del self.amounts[place]


class _Words:
    """The beginnings of words that filters wait for: which of them does a text have?

    Kept by their first letters, with the lengths that occur, so that a token costs a few look-ups, however many wait.
    """

    def __init__(self) -> None:
        self._by_letters: dict[str, tuple[Counter[str], Counter[int]]] = {}

    def add(self, word: str, by: int) -> None:
        words, lengths = self._by_letters.setdefault(word[:3], (Counter(), Counter()))
        words[word] += by
        lengths[len(word)] += by
        if not words[word]:
            del words[word]
        if not lengths[len(word)]:
            del lengths[len(word)]
        if not words:
            del self._by_letters[word[:3]]

    def held_by(self, text: Iterable[str]) -> set[str]:
        if not self._by_letters:
            return set()
        found: set[str] = set()
        for token in set(text):
            for letters in {token[:3], token[:2]}:
                kept = self._by_letters.get(letters)
                if kept is not None:
                    words, lengths = kept
                    found.update(start for length in lengths if (start := token[:length]) in words)
        return found


class Index:
    """Filters by what they ask for. `put` and `remove` keep it current, `match` asks it."""

    def __init__(self) -> None:
        # (lead, buyer, currency) -> region -> category: most tenders miss at the first step.
        self._shelves: dict[tuple[str, str, str], dict[str, dict[str, list[_Shelf]]]] = {}
        self._words = _Words()
        self._used: Counter[str] = Counter()  # categories and flags that any filter names
        self._number_of: dict[int, int] = {}
        self._free: list[int] = []
        self._criteria: list[Criteria | None] = []
        self._subscription = np.empty(0, dtype=np.int64)
        self._subscriber = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._number_of)

    def put(self, filters: Iterable[Followed]) -> None:
        """Take filters in, many or one, in place of what was kept by the same ids; those not live are only removed."""
        filters = list(filters)
        for followed in filters:
            self.remove(followed.id)
        live = list({followed.id: followed for followed in filters if followed.live}.values())
        self._make_room(len(live) - len(self._free))
        shelved: dict[tuple[Key, int, bool], list[tuple[int, int]]] = {}
        for followed in live:
            number = self._free.pop()
            kept = keep(followed.criteria)
            self._number_of[followed.id] = number
            self._criteria[number] = followed.criteria
            self._subscription[number] = followed.id
            self._subscriber[number] = followed.subscriber_id
            for key in kept.keys:
                self._count(key, 1)
                place = (key, followed.criteria.min_weight, _is_sure(kept))
                shelved.setdefault(place, []).append((kept.amount, number))
        for (key, weight, sure), pairs in shelved.items():
            self._shelf(key, weight, sure=sure).add(pairs)

    def _shelf(self, key: Key, weight: int, *, sure: bool) -> _Shelf:
        """The shelf of a key and weight, made if there is none."""
        lead, buyer, currency, region, category = key
        shelves = self._shelves.setdefault((lead, buyer, currency), {}).setdefault(region, {}).setdefault(category, [])
        for shelf in shelves:
            if (shelf.weight, shelf.sure) == (weight, sure):
                return shelf
        shelves.append(_Shelf(weight, sure=sure))
        return shelves[-1]

    def remove(self, subscription_id: int) -> None:
        """Forget a filter; one that is not kept is no error."""
        number = self._number_of.pop(subscription_id, None)
        if number is None:
            return
        criteria = self._criteria[number]
        assert criteria is not None  # noqa: S101 - set with the number
        kept = keep(criteria)
        for key in kept.keys:
            self._count(key, -1)
            self._shelf(key, criteria.min_weight, sure=_is_sure(kept)).remove(number)
        self._criteria[number] = None
        self._free.append(number)

    def _count(self, key: Key, by: int) -> None:
        lead, category = key[0], key[4]
        if lead.startswith("w:"):
            self._words.add(lead[2:], by)
        for name in filter(None, (lead, category)):
            self._used[name] += by
            if not self._used[name]:
                del self._used[name]

    def _make_room(self, missing: int) -> None:
        if missing <= 0:
            return
        size = len(self._criteria)
        more = max(missing, size // 2, 64)
        self._criteria.extend([None] * more)
        self._subscription = np.resize(self._subscription, size + more)
        self._subscriber = np.resize(self._subscriber, size + more)
        self._free.extend(range(size + more - 1, size - 1, -1))

    def match(self, facts: TenderFacts) -> NDArray[np.int64]:
        """Ids of the filters a tender meets, each once, in no order."""
        return self._subscription[self._numbers(facts)]

    def people(self, facts: TenderFacts) -> dict[int, list[int]]:
        """Who is to be told: subscriber -> ids of their filters that matched, in ascending order."""
        numbers = self._numbers(facts)
        found: dict[int, list[int]] = {}
        for subscriber, subscription in zip(
            self._subscriber[numbers].tolist(), self._subscription[numbers].tolist(), strict=True
        ):
            found.setdefault(subscriber, []).append(subscription)
        return {subscriber: sorted(subscriptions) for subscriber, subscriptions in found.items()}

    def _numbers(self, facts: TenderFacts) -> Numbers:
        sure: list[Numbers] = []
        unsure: list[Numbers] = []
        amount = NO_AMOUNT if facts.amount is None else in_hundredths(facts.amount)
        for currency, shelves in self._found(facts):
            for shelf in shelves:
                if shelf.weight > facts.weight:
                    continue
                numbers = shelf.numbers[: bisect_right(shelf.amounts, amount)] if currency else shelf.numbers
                (sure if shelf.sure else unsure).append(numbers)
        if unsure:
            sure.append(self._proven(np.unique(np.concatenate(unsure)), facts))
        return np.concatenate(sure) if sure else _NONE

    def _proven(self, numbers: Numbers, facts: TenderFacts) -> Numbers:
        """Those of a few filters that a tender meets, each asked in full."""
        asked = ((number, self._criteria[number]) for number in numbers.tolist())
        proven = [number for number, criteria in asked if criteria is not None and matches(criteria, facts)]
        return np.array(proven, dtype=np.int32)

    def _found(self, facts: TenderFacts) -> Iterator[tuple[str, list[_Shelf]]]:
        """The shelves under each of a tender's keys, with the currency of the key."""
        leads = ["", *(f"w:{word}" for word in self._words.held_by(facts.words))]
        leads += [lead for code in facts.indicators if (lead := f"i:{code}") in self._used]
        buyers = ("", facts.buyer) if facts.buyer else ("",)
        regions = ("", *facts.regions)
        categories = ("", *(key for key in facts.categories if key in self._used))
        currencies = ("", facts.currency) if facts.amount is not None and facts.currency else ("",)
        for first in product(leads, buyers, currencies):
            by_region = self._shelves.get(first)
            if not by_region:
                continue
            for region in regions:
                by_category = by_region.get(region)
                if not by_category:
                    continue
                for category in categories:
                    shelves = by_category.get(category)
                    if shelves:
                        yield first[2], shelves


def _is_sure(kept: Kept) -> bool:
    return len(kept.keys) == 1 and not kept.doubtful
