"""The filters a tender meets, read off the register in runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.matching.register import Register
from alerts.matching.shelves import Numbers

__all__ = ["Met"]


class Met:
    """By number: runs from each start up to its end, and some alone. Good until the index changes."""

    def __init__(self, register: Register, starts: list[int], ends: list[int], alone: Numbers) -> None:
        self._register, self._starts, self._ends, self._alone = register, starts, ends, alone

    def ids(self) -> NDArray[Any]:
        """Of the filters, each once, in no order."""
        ids = self._of(self._register.ids)
        return ids[self._present()] if self._register.gone else ids

    def people(self, *, supplier: bool = False) -> dict[int, list[int]]:
        """Who is to be told: subscriber -> ids of their filters that matched, in ascending order.

        `supplier`: only by filters that ask for one.
        """
        ids, subscribers = self._of(self._register.ids), self._of(self._register.subscribers)
        told = self._present() if self._register.gone else np.ones(len(ids), dtype=bool)
        if supplier:
            told &= self._of(self._register.asking_supplier)
        ids, subscribers = ids[told], subscribers[told]
        order = np.lexsort((ids, subscribers))
        found: dict[int, list[int]] = {}
        for subscriber, subscription in zip(subscribers[order].tolist(), ids[order].tolist(), strict=True):
            if subscriber in found:
                found[subscriber].append(subscription)
            else:
                found[subscriber] = [subscription]
        return found

    def _present(self) -> NDArray[np.bool_]:
        return ~self._of(self._register.dropped)

    def _of(self, column: NDArray[Any]) -> NDArray[Any]:
        parts = [column[start:end] for start, end in zip(self._starts, self._ends, strict=True)]
        if len(self._alone) or not parts:
            parts.append(column.take(self._alone))
        return np.concatenate(parts)
