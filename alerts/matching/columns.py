"""Arrays that grow at their end, as lists do, and take no more room than their values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = ["Grown", "spread"]

_LARGEST = np.iinfo(np.int32).max


class Grown:
    """A column of numbers of one type. `values` is a view, good until the next `extend`."""

    def __init__(self, dtype: DTypeLike, values: ArrayLike = ()) -> None:
        self._room = np.array(values, dtype=dtype)
        self._size = len(self._room)

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> NDArray[Any]:
        """All of them."""
        return self._room[: self._size]

    def extend(self, values: ArrayLike) -> None:
        """Add some at the end. Where one is too large for 32 bits, all take the type of what came."""
        more = np.asarray(values)
        if self._room.dtype == np.int32 and more.max(initial=0) > _LARGEST:
            self._room = self._room.astype(more.dtype)
        size = self._size + len(more)
        if size > len(self._room):
            room = np.empty(max(size, self._size * 9 // 8 + 64), dtype=self._room.dtype)
            room[: self._size] = self.values
            self._room = room
        self._room[self._size : size] = more
        self._size = size

    def keep(self, order: NDArray[np.int32]) -> None:
        """Only the values at these places, in this order."""
        self._room = self.values[order]
        self._size = len(order)


def spread(first: NDArray[np.int32], many: NDArray[np.int32]) -> NDArray[np.int32]:
    """first[0], first[0] + 1, ... so many of them, then from first[1] on."""
    until = many.cumsum(dtype=np.int32)
    total = until[-1] if len(until) else 0
    spread_out: NDArray[np.int32] = (first - until + many).repeat(many) + np.arange(total, dtype=np.int32)
    return spread_out
