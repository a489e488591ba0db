"""Who asks: the filters of the index by number, some 20 bytes each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.matching.columns import Grown
from alerts.matching.shelves import Column, Numbers

__all__ = ["Register"]

_NOBODY = -1


class Register:
    """Numbers for filters. One that is dropped keeps its number until `renumber`, so that what holds it stays right."""

    def __init__(self) -> None:
        self._ids, self._subscribers = Grown(np.int32), Grown(np.int32)
        self._supplier, self._gone = Grown(np.bool_), Grown(np.bool_)
        self._ascending, self._by_id = Grown(np.int32), Grown(np.int32)  # ids, and whose they are: new ones come last
        self._late: dict[int, int] = {}  # those that did not
        self.gone = 0

    def __len__(self) -> int:
        """How many have a number, those dropped too."""
        return len(self._ids)

    @property
    def ids(self) -> NDArray[Any]:
        """Of the filters, by number."""
        return self._ids.values

    @property
    def subscribers(self) -> NDArray[Any]:
        """Whose they are, by number."""
        return self._subscribers.values

    @property
    def asking_supplier(self) -> NDArray[np.bool_]:
        """Which of them ask for a supplier, by number."""
        return self._supplier.values

    @property
    def dropped(self) -> NDArray[np.bool_]:
        """Which of them were, by number."""
        return self._gone.values

    def add(self, ids: Column, subscribers: Column, supplier: NDArray[np.bool_]) -> Numbers:
        """Number filters. Those of the same ids must have been dropped."""
        numbers = np.arange(len(self), len(self) + len(ids), dtype=np.int32)
        self._ids.extend(ids)
        self._subscribers.extend(subscribers)
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
        """The numbers of filters that are kept; those of the others are left out."""
        ascending, by_id = self._ascending.values, self._by_id.values
        if not len(ascending):
            found = np.full(len(ids), _NOBODY, dtype=np.int32)
        else:
            at = np.minimum(np.searchsorted(ascending, ids), len(ascending) - 1)
            found = np.where(ascending[at] == ids, by_id[at], np.int32(_NOBODY))
        if self._late:
            late = np.array([self._late.get(id_, _NOBODY) for id_ in ids.tolist()], dtype=np.int32)
            found = np.where(late >= 0, late, found)
        found = found[found >= 0]
        return found[~self.dropped[found]]

    def drop(self, numbers: Numbers) -> None:
        """Take filters' numbers away."""
        self._gone.values[numbers] = True
        self.gone += len(numbers)

    def renumber(self, order: Numbers) -> Numbers:
        """Keep only these, and number them as they stand: the new numbers by the old ones."""
        renumbered = np.full(len(self), _NOBODY, dtype=np.int32)
        renumbered[order] = np.arange(len(order), dtype=np.int32)
        for column in (self._ids, self._subscribers, self._supplier):
            column.keep(order)
        self._gone, self._late, self.gone = Grown(np.bool_, np.zeros(len(order))), {}, 0
        by_id = np.argsort(self.ids)
        self._by_id, self._ascending = Grown(np.int32, by_id), Grown(self.ids.dtype, self.ids[by_id])
        return renumbered
