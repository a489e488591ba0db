"""Quartiles and the fence beyond which a number is an outlier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor

import msgspec

__all__ = ["Band", "band_of", "quantile", "quartiles"]


class Band(msgspec.Struct, frozen=True):
    """How `n` earlier numbers lie: first quartile, median, third quartile."""

    n: int
    q1: float
    median: float
    q3: float

    @property
    def iqr(self) -> float:
        """The distance between the quartiles."""
        return self.q3 - self.q1

    def upper(self, times: float = 1.5) -> float:
        """Tukey's upper fence."""
        return self.q3 + times * self.iqr

    def lower(self, times: float = 1.5) -> float:
        """Tukey's lower fence."""
        return self.q1 - times * self.iqr


def quartiles(ordered: Sequence[float]) -> tuple[float, float, float]:
    """The quartiles of numbers in ascending order, Hyndman and Fan's type 8 (NumPy calls it `median_unbiased`).

    h = (n + 1/3) p + 1/3, linear between neighbours, held at the ends. Raises ValueError for no numbers.
    """
    if not ordered:
        raise ValueError("no quartiles of nothing")
    return quantile(ordered, 0.25), quantile(ordered, 0.5), quantile(ordered, 0.75)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The number below which `share` (0 to 1) of those in ascending order lie, as `quartiles` has it."""
    place = (len(ordered) + 1 / 3) * share + 1 / 3
    below = floor(place)
    if below < 1:
        return float(ordered[0])
    if below >= len(ordered):
        return float(ordered[-1])
    low, high = float(ordered[below - 1]), float(ordered[below])
    return low + (place - below) * (high - low)


def band_of(numbers: Iterable[float]) -> Band | None:
    """The band of some numbers in any order; None if there are none."""
    ordered = sorted(numbers)
    return Band(len(ordered), *quartiles(ordered)) if ordered else None
