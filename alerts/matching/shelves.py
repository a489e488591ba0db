"""The keys of all filters in sorted arrays, some 20 bytes a key, with everything that a tender asks of them beside.

Under one key the filters are grouped by what else they ask for and by their least amount. Filters that stand under one
key alone are numbered as they stand, so that what a tender meets is a few runs of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.matching.asks import DOUBTFUL, SEVERAL, SURE, kinds
from alerts.matching.columns import spread

__all__ = ["NONE", "Asked", "Column", "Found", "Numbers", "Rows", "Shelves", "joined", "shelve"]

Numbers = NDArray[np.int32]
Column = NDArray[np.int64]

NONE: Numbers = np.empty(0, dtype=np.int32)
_LAST = np.int64(2**63 - 1)  # above every key


class Rows(NamedTuple):
    """Columns of one length: a key, what else is asked (see `asks`), the least amount in hundredths, whose it is."""

    key: Column
    asks: Numbers
    amount: Column
    number: Numbers

    def and_(self, more: Rows) -> Rows:
        """These, then those."""
        key, amount = (np.concatenate(pair) for pair in ((self.key, more.key), (self.amount, more.amount)))
        asks, number = (np.concatenate(pair) for pair in ((self.asks, more.asks), (self.number, more.number)))
        return Rows(key, asks, amount, number)

    def only(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Rows:
        """Those of them, in this order."""
        return Rows(self.key[which], self.asks[which], self.amount[which], self.number[which])


class Asked(NamedTuple):
    """What tenders ask, in two columns of one length and two by tender.

    `key` and `tender`: the keys of each; `fits`: a row a tender of `asks.fitting`; `amounts` in hundredths.
    """

    key: Column
    tender: Numbers
    fits: NDArray[np.uint8]
    amounts: Column


class Found(NamedTuple):
    """Filters that a tender may meet: sure are the runs from each start up to its end; see `asks` for the others."""

    starts: list[int]
    ends: list[int]
    several: Numbers
    doubtful: Numbers


def joined(parts: Iterable[Numbers]) -> Numbers:
    """One array of several, or of none."""
    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else NONE
    return np.concatenate(parts)


def shelve(rows: Rows) -> tuple[Shelves, Numbers]:
    """Shelves of some rows, and the filters' numbers of today in the order in which the shelves call them 0, 1, 2."""
    rows = rows.only(np.lexsort((rows.amount, rows.asks, rows.key)))
    sure = kinds(rows.asks) == SURE
    others, again = np.unique(rows.number[~sure], return_inverse=True)
    order = np.concatenate((rows.number[sure], others))
    return Shelves(rows, sure, (again + np.count_nonzero(sure)).astype(np.int32)), order


class Shelves:
    """What was put in, sorted once. Never changed: `Index` makes new ones of old rows and new."""

    def __init__(self, rows: Rows, sure: NDArray[np.bool_], numbers: Numbers) -> None:
        """`rows` sorted; `sure` says which of them are; `numbers` of the others, row after row."""
        self._sure, self._numbers = int(np.count_nonzero(sure)), numbers
        start = _starts(rows.key, rows.asks, rows.amount)
        self._asks, self._amount = rows.asks[start], rows.amount[start]
        many = np.diff(start, append=np.intp(len(sure))).astype(np.int32)
        of_sure = kinds(self._asks) == SURE
        # A group's first place: among the filters of one key, or in `_numbers`.
        self._start = np.where(of_sure, *(np.cumsum(many * of, dtype=np.int32) for of in (of_sure, ~of_sure))) - many
        self._end = self._start + many
        of_group = rows.key[start]
        first = _starts(of_group)
        self._first = first.astype(np.int32)  # of each key, in the groups
        self._many = np.diff(self._first, append=np.int32(len(start)))
        self._keys = np.append(of_group[first], _LAST)

    def __len__(self) -> int:
        return self._sure + len(self._numbers)

    @property
    def rows(self) -> Rows:
        """All that was put in, sorted, by the numbers of `shelve`."""
        many = self._end - self._start
        asks, amount = np.repeat(self._asks, many), np.repeat(self._amount, many)
        sure, number = kinds(asks) == SURE, np.empty(len(self), dtype=np.int32)
        number[sure], number[~sure] = np.arange(self._sure), self._numbers
        return Rows(np.repeat(np.repeat(self._keys[:-1], self._many), many), asks, amount, number)

    def find(self, asked: Asked) -> list[Found]:
        """What stands under the keys of each tender, where it fits what is asked beside."""
        at = self._keys.searchsorted(asked.key)
        right = self._keys.take(at) == asked.key
        at, tender = at.compress(right), asked.tender.compress(right)
        many = self._many.take(at)
        groups, tender = spread(self._first.take(at), many), tender.repeat(many)
        count, asks = asked.fits.shape
        how = asked.fits.take(tender * asks + self._asks.take(groups))
        how *= self._amount.take(groups) <= asked.amounts.take(tender)
        sure, several, doubtful = ((groups.compress(one), tender.compress(one)) for one in _each_kind(how))
        return [*map(Found, *self._runs(*sure, count), self._kept(*several, count), self._kept(*doubtful, count))]

    def _runs(self, groups: Numbers, tender: Numbers, count: int) -> tuple[list[list[int]], list[list[int]]]:
        """Where the runs of each tender start and end: groups side by side are one."""
        start, end = self._start.take(groups), self._end.take(groups)
        apart = np.ones(len(groups) + 1, dtype=bool)
        apart[1:-1] = (start[1:] != end[:-1]) | (tender[1:] != tender[:-1])
        bounds = tender.compress(apart[:-1]).searchsorted(np.arange(count + 1)).tolist()
        starts, ends = start.compress(apart[:-1]).tolist(), end.compress(apart[1:]).tolist()
        return [starts[one:other] for one, other in pairwise(bounds)], [ends[a:b] for a, b in pairwise(bounds)]

    def _kept(self, groups: Numbers, tender: Numbers, count: int) -> list[Numbers]:
        """The numbers in groups that are not sure, of each tender."""
        if not len(groups):
            return [NONE] * count
        start = self._start.take(groups)
        many = self._end.take(groups) - start
        numbers = self._numbers.take(spread(start, many))
        return np.split(numbers, tender.repeat(many).searchsorted(np.arange(1, count)))


def _each_kind(how: NDArray[np.uint8]) -> list[NDArray[np.bool_]]:
    return [how == kind for kind in (SURE, SEVERAL, DOUBTFUL)]


def _starts(*columns: NDArray[np.int64] | Numbers) -> NDArray[np.intp]:
    """Where the values of sorted columns change, from 0."""
    changes = np.zeros(len(columns[0]), dtype=bool)
    changes[:1] = True
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changes)
