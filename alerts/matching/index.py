"""All live filters in memory, found by composite key: a tender looks its own keys up instead of asking every filter.

Filters are numbered densely, and stand by key in sorted arrays (`shelves`); those that came since stand beside them
(`fresh`) until there are enough to make the arrays anew. What a key cannot say (excluded words, phrases, very long
lists) is checked by `alerts.filters.matches` for the few that are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from operator import attrgetter

import msgspec
import numpy as np

from alerts.filters import Criteria, TenderFacts, matches
from alerts.matching.fresh import Fresh
from alerts.matching.placing import Placing
from alerts.matching.register import Register
from alerts.matching.shelves import Column, Found, Numbers, Shelves, joined
from alerts.subscriptions import Followed

__all__ = ["Index"]

_FEW = 4096

_live, _subscriber, _suppliers = attrgetter("live"), attrgetter("subscriber_id"), attrgetter("suppliers")
_asked = attrgetter("subscriber_id", "criteria")
_stored = msgspec.msgpack.Encoder()
_read = msgspec.msgpack.Decoder(Criteria)


class Index:
    """Filters by what they ask for. `put` and `remove` keep it current, `match` asks it. One thread at a time.

    `few`: so many keys, or a fiftieth of all where that is more, stand beside the shelves before these are made anew.
    """

    def __init__(self, few: int = _FEW) -> None:
        self._few = few
        self._start_anew()

    def _start_anew(self) -> None:
        self._placing = Placing()
        self._register = Register()
        self._fresh = Fresh()
        self._shelves = Shelves(self._fresh.rows)
        self._doubtful: dict[int, bytes] = {}  # filters to be asked in full, by number

    def __len__(self) -> int:
        return len(self._register) - self._register.gone

    def put(self, filters: Iterable[Followed]) -> None:
        """Take filters in, many or one, in place of what was kept by the same ids; those not live are only removed."""
        latest = {followed.id: followed for followed in filters}
        of_all = latest.values()
        ids = np.fromiter(latest, np.int64, len(latest))
        stamps = np.fromiter(map(hash, map(_asked, of_all)), np.int64, len(latest))
        live = np.fromiter(map(_live, of_all), np.bool_, len(latest))
        numbers = self._register.find(ids)
        same = live & (numbers >= 0)
        same[same] = self._register.stamps(numbers[same]) == stamps[same]
        self._drop(numbers[~same & (numbers >= 0)])
        new = live & ~same
        if new.any():
            self._add([*compress(of_all, new)], ids[new], stamps[new])

    def _add(self, filters: Sequence[Followed], ids: Column, stamps: Column) -> None:
        criteria = [one.criteria for one in filters]
        subscribers = np.fromiter(map(_subscriber, filters), np.int64, len(filters))
        supplier = np.fromiter(map(bool, map(_suppliers, criteria)), np.bool_, len(filters))
        numbers = self._register.add(ids, subscribers, stamps, supplier)
        placed = self._placing.place(criteria)
        self._fresh.add(placed.key, placed.asks, placed.amount, numbers[placed.of])
        for place in placed.doubtful:
            self._doubtful[int(numbers[place])] = _stored.encode(criteria[place])

    def remove(self, subscription_id: int) -> None:
        """Forget a filter; one that is not kept is no error."""
        numbers = self._register.find(np.array([subscription_id]))
        self._drop(numbers[numbers >= 0])

    def _drop(self, numbers: Numbers) -> None:
        self._register.drop(numbers)
        for number in numbers.tolist():
            self._doubtful.pop(number, None)

    def settle(self) -> None:
        """Make the shelves anew where enough has changed: half a second for a million filters. `match` does it too."""
        if len(self._fresh) + self._register.gone <= max(self._few, len(self._shelves) // 50):
            return
        if not len(self):
            self._start_anew()
            return
        rows = self._shelves.rows.and_(self._fresh.rows)
        self._shelves, self._fresh = Shelves(rows.only(self._register.are_present(rows.number))), Fresh()
        order = _first_of_each(self._shelves.numbers)
        renumbered = self._register.renumber(order)
        self._shelves.renumber(renumbered)
        self._doubtful = {int(renumbered[number]): stored for number, stored in self._doubtful.items()}
        self._placing.forget()

    def match(self, facts: TenderFacts) -> Column:
        """Ids of the filters a tender meets, each once, in no order."""
        return self._register.ids(self._numbers(facts))

    def people(self, facts: TenderFacts, *, supplier: bool = False) -> dict[int, list[int]]:
        """Who is to be told: subscriber -> ids of their filters that matched, in ascending order.

        `supplier`: only by filters that ask for one.
        """
        numbers = self._numbers(facts)
        if supplier:
            numbers = self._register.asking_suppliers(numbers)
        ids, subscribers = self._register.ids(numbers), self._register.subscribers(numbers)
        order = np.lexsort((ids, subscribers))
        found: dict[int, list[int]] = {}
        for subscriber, subscription in zip(subscribers[order].tolist(), ids[order].tolist(), strict=True):
            if subscriber in found:
                found[subscriber].append(subscription)
            else:
                found[subscriber] = [subscription]
        return found

    def _numbers(self, facts: TenderFacts) -> Numbers:
        self.settle()
        asked = self._placing.asked(facts)
        found = self._shelves.find(*asked)
        if len(self._fresh):
            found = Found(*map(joined, zip(found, self._fresh.find(*asked), strict=True)))
        several = np.unique(found.several) if len(found.several) else found.several
        proven = self._proven(found.doubtful, facts) if len(found.doubtful) else found.doubtful
        return self._register.present(joined((found.sure, several, proven)))

    def _proven(self, numbers: Numbers, facts: TenderFacts) -> Numbers:
        """Those of a few filters that a tender meets, each asked in full."""
        asked = ((number, self._doubtful.get(number)) for number in np.unique(numbers).tolist())
        proven = [number for number, stored in asked if stored and matches(_read.decode(stored), facts)]
        return np.array(proven, dtype=np.int32)


def _first_of_each(numbers: Numbers) -> Numbers:
    """Each number once, in the order in which they come first."""
    different, first = np.unique(numbers, return_index=True)
    return different[np.argsort(first)]
