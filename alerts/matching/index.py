"""All live filters in memory, found by composite key: a tender looks its own keys up instead of asking every filter.

Filters are numbered densely, and stand by key in sorted arrays (`shelves`); those that came since stand beside them
(`fresh`) until there are enough to make the arrays anew. What a key cannot say (excluded words, phrases, very long
lists) is checked by `alerts.filters.matches` for the few that are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from operator import attrgetter

import msgspec
import numpy as np

from alerts.filters import Criteria, TenderFacts, matches
from alerts.matching.fresh import Fresh
from alerts.matching.met import Met
from alerts.matching.placing import Placing
from alerts.matching.register import Register
from alerts.matching.shelves import NONE, Numbers, joined, shelve
from alerts.subscriptions import Followed
from watchers.garbage import give_back

__all__ = ["Index"]

_FEW = 4096
_TOGETHER = 32  # tenders looked up at once: what a look-up costs whatever it finds is shared by them

_subscriber, _suppliers = attrgetter("subscriber_id"), attrgetter("suppliers")
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
        self._shelves, _ = shelve(self._fresh.rows)
        self._doubtful: dict[int, bytes] = {}  # filters to be asked in full, by number

    def __len__(self) -> int:
        return len(self._register) - self._register.gone

    def put(self, filters: Iterable[Followed]) -> None:
        """Take filters in, many or one, in place of what was kept by the same ids; those not live are only removed."""
        latest = {followed.id: followed for followed in filters}
        self._drop(np.fromiter(latest, np.int64, len(latest)))
        live = [followed for followed in latest.values() if followed.live]
        if live:
            self._add(live)

    def _add(self, filters: Sequence[Followed]) -> None:
        criteria, count = [one.criteria for one in filters], len(filters)
        ids = np.fromiter((one.id for one in filters), np.int64, count)
        subscribers = np.fromiter(map(_subscriber, filters), np.int64, count)
        supplier = np.fromiter(map(bool, map(_suppliers, criteria)), np.bool_, count)
        numbers = self._register.add(ids, subscribers, supplier)
        placed = self._placing.place(criteria)
        self._fresh.add(placed.key, placed.asks, placed.amount, numbers[placed.of])
        for place in placed.doubtful:
            self._doubtful[int(numbers[place])] = _stored.encode(criteria[place])

    def remove(self, subscription_id: int) -> None:
        """Forget a filter; one that is not kept is no error."""
        self._drop(np.array([subscription_id]))

    def _drop(self, ids: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
        numbers = self._register.find(ids)
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
        self._shelves, order = shelve(rows.only(~self._register.dropped.take(rows.number)))
        self._fresh = Fresh()
        renumbered = self._register.renumber(order)
        self._doubtful = {int(renumbered[number]): stored for number, stored in self._doubtful.items()}
        self._placing.forget()
        give_back()

    def match(self, tenders: Iterable[TenderFacts]) -> Iterator[Met]:
        """The filters that each of the tenders meets; nothing may be put or removed meanwhile."""
        self.settle()
        waiting = iter(tenders)
        while some := [*islice(waiting, _TOGETHER)]:
            yield from self._look_up(some)

    def _look_up(self, tenders: Sequence[TenderFacts]) -> Iterator[Met]:
        asked = self._placing.asked(tenders)
        beside = self._fresh.find(asked) if len(self._fresh) else repeat((NONE, NONE, NONE))
        for facts, found, (sure, several, doubtful) in zip(tenders, self._shelves.find(asked), beside, strict=False):
            alone = [sure]
            if len(found.several) or len(several):
                alone.append(np.unique(joined((found.several, several))))
            if len(found.doubtful) or len(doubtful):
                alone.append(self._proven(joined((found.doubtful, doubtful)), facts))
            yield Met(self._register, found.starts, found.ends, joined(alone))

    def _proven(self, numbers: Numbers, facts: TenderFacts) -> Numbers:
        """Those of a few filters that a tender meets, each asked in full."""
        asked = ((number, self._doubtful.get(number)) for number in np.unique(numbers).tolist())
        proven = [number for number, stored in asked if stored and matches(_read.decode(stored), facts)]
        return np.array(proven, dtype=np.int32)
