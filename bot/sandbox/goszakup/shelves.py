"""Keeps the records that the API shows, by kind and id, and gives them in its order: the newest id first."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import Any

Record = Any


class Shelf:
    """Records of one kind. A record put in late, with a lower id, takes the place of its id."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._records: dict[int, Record] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Record]:
        return (self._records[number] for number in self._ids)

    def put(self, number: int, record: Record) -> None:
        """Show a record from now on, in the place of one with the same id."""
        if number not in self._records:
            if not self._ids or number > self._ids[-1]:
                self._ids.append(number)
            else:
                insort(self._ids, number)
        self._records[number] = record

    def get(self, number: int) -> Record | None:
        """Return the record, None where there is none or it is not shown yet."""
        return self._records.get(number)

    def drop(self, number: int) -> None:
        """Show a record no more."""
        if self._records.pop(number, None) is not None:
            del self._ids[bisect_left(self._ids, number)]

    def older(self, after: int | None) -> Iterator[Record]:
        """Return the records with an id below `after` (all of them for None), the newest first."""
        end = len(self._ids) if after is None else bisect_left(self._ids, after)
        for index in range(end - 1, -1, -1):
            yield self._records[self._ids[index]]

    def page(
        self, after: int | None, limit: int, keep: Callable[[Record], bool] | None
    ) -> tuple[list[Record], int, bool]:
        """Return up to `limit` records, how many fit in all, and whether more follow."""
        if keep is None:
            end = len(self._ids) if after is None else bisect_left(self._ids, after)
            chosen = self._ids[max(end - limit, 0) : end]
            return [self._records[number] for number in reversed(chosen)], len(self._ids), end > limit
        total = sum(map(keep, self._records.values()))
        rows: list[Record] = []
        for record in self.older(after):
            if keep(record):
                if len(rows) == limit:
                    return rows, total, True
                rows.append(record)
        return rows, total, False
