"""The keys of all filters in sorted arrays, some 20 bytes a key, with everything that a tender asks of them beside.

Under one key the filters are grouped by what else they ask for and by their least amount, so that what a tender meets
is a few runs of numbers, taken as they stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.matching.columns import spread

__all__ = ["Column", "Found", "Numbers", "Rows", "Shelves", "joined"]

Numbers = NDArray[np.int32]
Column = NDArray[np.int64]

_NONE: Numbers = np.empty(0, dtype=np.int32)
_LAST = np.int64(2**63 - 1)  # above every key


class Rows(NamedTuple):
    """Columns of one length: a key, what else is asked (see `Index`), the least amount in hundredths, whose it is."""

    key: Column
    asks: Numbers
    amount: Column
    number: Numbers

    def and_(self, more: Rows) -> Rows:
        """These, then those."""
        key, amount = (np.concatenate(pair) for pair in ((self.key, more.key), (self.amount, more.amount)))
        asks, number = (np.concatenate(pair) for pair in ((self.asks, more.asks), (self.number, more.number)))
        return Rows(key, asks, amount, number)

    def only(self, which: NDArray[np.bool_]) -> Rows:
        """Those of them."""
        return Rows(self.key[which], self.asks[which], self.amount[which], self.number[which])


class Found(NamedTuple):
    """Numbers of filters that a tender may meet: `sure` each once; `several` perhaps twice; `doubtful` to be asked."""

    sure: Numbers
    several: Numbers
    doubtful: Numbers


def joined(parts: Iterable[Numbers]) -> Numbers:
    """One array of several, or of none."""
    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else _NONE
    return np.concatenate(parts)


class Shelves:
    """What was put in, sorted once. Never changed: `Index` makes new ones of old rows and new."""

    def __init__(self, rows: Rows) -> None:
        order = np.lexsort((rows.amount, rows.asks, rows.key))
        key, asks, amount = rows.key[order], rows.asks[order], rows.amount[order]
        self._numbers = rows.number[order]
        start = _starts(key, asks, amount)
        self._start = start.astype(np.int32)  # of each group, in the numbers
        self._end = np.append(self._start[1:], np.int32(len(order)))[: len(start)]
        self._asks, self._amount = asks[start], amount[start]
        of_group = key[start]
        first = _starts(of_group)
        self._first = first.astype(np.int32)  # of each key, in the groups
        self._many = np.diff(self._first, append=np.int32(len(start)))
        self._keys = np.append(of_group[first], _LAST)

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def numbers(self) -> Numbers:
        """Of the filters, as they stand: some twice or more."""
        return self._numbers

    def renumber(self, renumbered: Numbers) -> None:
        """Call the filters by other numbers."""
        self._numbers = renumbered[self._numbers]

    @property
    def rows(self) -> Rows:
        """All that was put in, sorted."""
        key = np.repeat(self._keys[:-1], self._many)
        many = self._end - self._start
        asks, amount = np.repeat(self._asks, many), np.repeat(self._amount, many)
        return Rows(np.repeat(key, many), asks, amount, self._numbers)

    def find(self, keys: Column, fits: NDArray[np.uint8], amount: int) -> Found:
        """What stands under any of the keys, given what fits by `asks` (0 not, else 1 to 3 as `Found`)."""
        at = self._keys.searchsorted(keys)
        at = at.compress(self._keys.take(at) == keys)
        groups = spread(self._first.take(at), self._many.take(at))
        how = fits.take(self._asks.take(groups))
        how *= self._amount.take(groups) <= amount
        most = how.max(initial=0)
        return Found(*(self._run(groups.compress(how == kind)) if kind <= most else _NONE for kind in (1, 2, 3)))

    def _run(self, groups: Numbers) -> Numbers:
        """The numbers in some groups, ascending: groups side by side are taken as one."""
        if not len(groups):
            return _NONE
        start, end = self._start.take(groups), self._end.take(groups)
        (apart,) = (start[1:] != end[:-1]).nonzero()
        starts, ends = [start[0], *start[1:].take(apart).tolist()], [*end.take(apart).tolist(), end[-1]]
        return np.concatenate([self._numbers[one:other] for one, other in zip(starts, ends, strict=True)])


def _starts(*columns: NDArray[np.int64] | Numbers) -> NDArray[np.intp]:
    """Where the values of sorted columns change, from 0."""
    changes = np.zeros(len(columns[0]), dtype=bool)
    changes[:1] = True
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changes)
