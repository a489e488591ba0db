"""All live filters in memory, found by composite key: a tender looks its own keys up instead of asking every filter.

Filters are numbered densely; under each key stands an array of these numbers sorted by least amount, so that "at least
so much" is the beginning of the array. The least weight stands in an array beside them. What a key cannot say
(excluded words, phrases, very long lists) is checked by `alerts.filters.matches` for the few that are found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from alerts.filters import Criteria, TenderFacts, matches
from alerts.matching.keys import NO_AMOUNT, Key, in_hundredths, keep
from alerts.subscriptions import Followed

__all__ = ["Index"]

Numbers = NDArray[np.int32]

# One byte a filter: the least weight (0-5), and whether finding it needs another look.
_WEIGHT = 7
_SEVERAL = 8  # it has several keys and may be found twice
_DOUBTFUL = 16  # its keys do not say all it asks for
_NONE = np.empty(0, dtype=np.int32)


class _Shelf:
    """The filters under one key, by least amount."""

    __slots__ = ("amounts", "numbers")

    def __init__(self) -> None:
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
    """The words filters wait for, by their first letters: which of them does a text have?"""

    def __init__(self) -> None:
        self._by_letters: dict[str, Counter[str]] = {}

    def add(self, word: str, by: int) -> None:
        words = self._by_letters.setdefault(word[:3], Counter())
        words[word] += by
        if not words[word]:
            del words[word]
        if not words:
            del self._by_letters[word[:3]]

    def held_by(self, text: Iterable[str]) -> set[str]:
        if not self._by_letters:
            return set()
        found: set[str] = set()
        for token in set(text):
            for letters in (token[:3], token[:2]) if len(token) > 2 else (token,):
                words = self._by_letters.get(letters)
                if words:
                    found.update(word for word in words if token.startswith(word))
        return found


class Index:
    """Filters by what they ask for. `put` and `remove` keep it current, `match` asks it."""

    def __init__(self) -> None:
        # (lead, buyer, currency) -> region -> category: most tenders miss at the first step.
        self._shelves: dict[tuple[str, str, str], dict[str, dict[str, _Shelf]]] = {}
        self._words = _Words()
        self._used: Counter[str] = Counter()  # categories and flags that any filter names
        self._number_of: dict[int, int] = {}
        self._free: list[int] = []
        self._criteria: list[Criteria | None] = []
        self._care = np.empty(0, dtype=np.uint8)
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
        shelved: dict[Key, list[tuple[int, int]]] = {}
        for followed in live:
            number = self._free.pop()
            kept = keep(followed.criteria)
            self._number_of[followed.id] = number
            self._criteria[number] = followed.criteria
            self._subscription[number] = followed.id
            self._subscriber[number] = followed.subscriber_id
            care = _SEVERAL * (len(kept.keys) > 1) | _DOUBTFUL * kept.doubtful
            self._care[number] = followed.criteria.min_weight | care
            for key in kept.keys:
                self._count(key, 1)
                shelved.setdefault(key, []).append((kept.amount, number))
        for (lead, buyer, currency, region, category), pairs in shelved.items():
            by_region = self._shelves.setdefault((lead, buyer, currency), {})
            by_region.setdefault(region, {}).setdefault(category, _Shelf()).add(pairs)

    def remove(self, subscription_id: int) -> None:
        """Forget a filter; one that is not kept is no error."""
        number = self._number_of.pop(subscription_id, None)
        if number is None:
            return
        criteria = self._criteria[number]
        assert criteria is not None  # noqa: S101 - set with the number
        for key in keep(criteria).keys:
            lead, buyer, currency, region, category = key
            self._count(key, -1)
            by_region = self._shelves[lead, buyer, currency]
            shelf = by_region[region][category]
            shelf.remove(number)
            if not shelf.amounts:
                del by_region[region][category]
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
        self._care = np.resize(self._care, size + more)
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
        parts = list(self._found(facts))
        if not parts:
            return _NONE
        numbers = parts[0] if len(parts) == 1 else np.concatenate(parts)
        care = self._care[numbers]
        heavy = (care & _WEIGHT) <= facts.weight
        numbers, care = numbers[heavy], care[heavy]
        look_again = care > _WEIGHT
        if not look_again.any():
            return numbers
        again = np.unique(numbers[look_again])
        doubtful = (self._care[again] & _DOUBTFUL).astype(bool)
        proven = [number for number in again[doubtful].tolist() if self._proven(number, facts)]
        return np.concatenate([numbers[~look_again], again[~doubtful], np.array(proven, dtype=np.int32)])

    def _proven(self, number: int, facts: TenderFacts) -> bool:
        criteria = self._criteria[number]
        return criteria is not None and matches(criteria, facts)

    def _found(self, facts: TenderFacts) -> Iterator[Numbers]:
        """The arrays under each of a tender's keys, cut where the least amounts go beyond its own."""
        leads = ["", *(f"w:{word}" for word in self._words.held_by(facts.words))]
        leads += [lead for code in facts.indicators if (lead := f"i:{code}") in self._used]
        buyers = ("", facts.buyer) if facts.buyer else ("",)
        regions = ("", *facts.regions)
        categories = ("", *(key for key in facts.categories if key in self._used))
        amount = NO_AMOUNT if facts.amount is None else in_hundredths(facts.amount)
        currencies = ("", facts.currency) if facts.amount is not None and facts.currency else ("",)
        for lead in leads:
            for buyer in buyers:
                for currency in currencies:
                    by_region = self._shelves.get((lead, buyer, currency))
                    if not by_region:
                        continue
                    for region in regions:
                        by_category = by_region.get(region)
                        if not by_category:
                            continue
                        for category in categories:
                            shelf = by_category.get(category)
                            if shelf is None:
                                continue
                            if not currency:
                                yield shelf.numbers
                            elif end := bisect_right(shelf.amounts, amount):
                                yield shelf.numbers[:end]
