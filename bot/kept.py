"""What is costly to make and soon out of date, kept for a while."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

__all__ = ["Kept"]

_Value = TypeVar("_Value")


class Kept(Generic[_Value]):
    """Values for ten minutes, `most` of them; what is asked for by two at once is made once."""

    def __init__(self, clock: Callable[[], datetime], most: int, lasting: timedelta = timedelta(minutes=10)) -> None:
        self._clock, self._most, self._lasting = clock, most, lasting
        self._values: OrderedDict[Hashable, tuple[datetime, _Value]] = OrderedDict()
        self._locks: dict[Hashable, asyncio.Lock] = {}

    def get(self, key: Hashable) -> _Value | None:
        """The value, if it is not too old."""
        kept = self._values.get(key)
        return kept[1] if kept is not None and self._clock() - kept[0] < self._lasting else None

    def put(self, key: Hashable, value: _Value) -> _Value:
        """Keep it from now on."""
        self._values[key] = (self._clock(), value)
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)
        return value

    def lock(self, key: Hashable) -> asyncio.Lock:
        """Held by whoever makes the value of a key."""
        if len(self._locks) > 10 * self._most:
            self._locks = {name: lock for name, lock in self._locks.items() if lock.locked()}
        return self._locks.setdefault(key, asyncio.Lock())
