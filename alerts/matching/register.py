"""Who asks: the filters of the index by number, some 40 bytes each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alerts.matching.columns import Grown
from alerts.matching.shelves import Column, Numbers

__all__ = ["Register"]

_NOBODY = -1


class Register:
    """Numbers for filters. One that is dropped keeps its number until `renumber`, so that what holds it stays right."""

    def __init__(self) -> None:
        self._ids, self._subscribers, self._stamps = Grown(np.int64), Grown(np.int64), Grown(np.int64)
        self._supplier, self._gone = Grown(np.bool_), Grown(np.bool_)
        self._ascending, self._by_id = Grown(np.int64), Grown(np.int32)  # ids, and whose they are: new ones come last
        self._late: dict[int, int] = {}  # those that did not
        self.gone = 0

    def __len__(self) -> int:
        """How many have a number, those dropped too."""
        return len(self._ids)

    def add(self, ids: Column, subscribers: Column, stamps: Column, supplier: NDArray[np.bool_]) -> Numbers:
        """Number filters. Those of the same ids must have been dropped; `stamps` are kept for `stamps`."""
        numbers = np.arange(len(self), len(self) + len(ids), dtype=np.int32)
        self._ids.extend(ids)
        self._subscribers.extend(subscribers)
        self._stamps.extend(stamps)
        self._supplier.extend(supplier)
        self._gone.extend(np.zeros(len(ids), dtype=np.bool_))
        last = self._ascending.values[-1] if len(self._ascending) else -1
        if (np.diff(ids, prepend=last) > 0).all():
            self._ascending.extend(ids)
            self._by_id.extend(numbers)
        else:
            self._late.update(zip(ids.tolist(), numbers.tolist(), strict=True))
        return numbers

    def find(self, ids: Column) -> Numbers:
        """The numbers of filters; -1 for those that have none."""
        ascending, by_id = self._ascending.values, self._by_id.values
        if not len(ascending):
            found = np.full(len(ids), _NOBODY, dtype=np.int32)
        else:
            at = np.minimum(np.searchsorted(ascending, ids), len(ascending) - 1)
            found = np.where(ascending[at] == ids, by_id[at], np.int32(_NOBODY))
        if self._late:
            late = np.array([self._late.get(id_, _NOBODY) for id_ in ids.tolist()], dtype=np.int32)
            found = np.where(late >= 0, late, found)
        if self.gone:
            found[self._gone.values[found]] = _NOBODY  # where -1 takes another's, it stays -1
        return found

    def stamps(self, numbers: Numbers) -> Column:
        """What `add` was told of them."""
        return self._stamps.values[numbers]

    def drop(self, numbers: Numbers) -> None:
        """Take filters' numbers away."""
        self._gone.values[numbers] = True
        self.gone += len(numbers)

    def present(self, numbers: Numbers) -> Numbers:
        """Those not dropped."""
        return numbers[self.are_present(numbers)] if self.gone else numbers

    def are_present(self, numbers: Numbers) -> NDArray[np.bool_]:
        """Which of them were not dropped."""
        return ~self._gone.values.take(numbers)

    def asking_suppliers(self, numbers: Numbers) -> Numbers:
        """Those that ask for a supplier."""
        asking: NDArray[np.bool_] = self._supplier.values.take(numbers)
        return numbers[asking]

    def ids(self, numbers: Numbers) -> Column:
        """Of the filters."""
        return self._ids.values.take(numbers)

    def subscribers(self, numbers: Numbers) -> Column:
        """Whose they are."""
        return self._subscribers.values.take(numbers)

    def renumber(self, order: Numbers) -> Numbers:
        """Keep only these, and number them as they stand: the new numbers by the old ones."""
        renumbered = np.full(len(self), _NOBODY, dtype=np.int32)
        renumbered[order] = np.arange(len(order), dtype=np.int32)
        for column in (self._ids, self._subscribers, self._stamps, self._supplier):
            column.keep(order)
        self._gone, self._late, self.gone = Grown(np.bool_, np.zeros(len(order))), {}, 0
        by_id = np.argsort(self._ids.values)
        self._by_id, self._ascending = Grown(np.int32, by_id), Grown(np.int64, self._ids.values[by_id])
        return renumbered
