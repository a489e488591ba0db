"""Keys of filters that came since the shelves were made."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from alerts.matching.columns import Grown
from alerts.matching.shelves import Asked, Numbers, Rows

__all__ = ["Fresh"]


class Fresh:
    """Kept as columns while they come; found by key once they are asked for, one by one: they are few."""

    def __init__(self) -> None:
        self._columns = (Grown(np.int64), Grown(np.int32), Grown(np.int64), Grown(np.int32))
        self._by_key: dict[int, list[tuple[int, int, int]]] = {}
        self._placed = 0

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(self, key: ArrayLike, asks: ArrayLike, amount: ArrayLike, number: ArrayLike) -> None:
        """Columns of `Rows`."""
        more: tuple[ArrayLike, ...] = (key, asks, amount, number)
        for column, values in zip(self._columns, more, strict=True):
            column.extend(values)

    @property
    def rows(self) -> Rows:
        """All that came, in its order."""
        return Rows(*(column.values for column in self._columns))

    def find(self, asked: Asked) -> list[tuple[Numbers, Numbers, Numbers]]:
        """As `Shelves.find`: the sure by number too."""
        unplaced = (column[self._placed :].tolist() for column in self.rows)
        for key, *rest in zip(*unplaced, strict=True):
            self._by_key.setdefault(key, []).append(tuple(rest))
        self._placed = len(self)
        found: list[tuple[list[int], ...]] = [([], [], [], []) for _ in asked.fits]
        for key, tender in zip(asked.key.tolist(), asked.tender.tolist(), strict=True):
            for asks, least, number in self._by_key.get(key, ()):
                if least <= asked.amounts[tender]:
                    found[tender][asked.fits[tender, asks]].append(number)
        return [tuple(np.array(numbers, dtype=np.int32) for numbers in one[1:]) for one in found]  # type: ignore[misc]
