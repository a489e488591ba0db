"""Where filters stand in the index: their keys, and what is written beside each of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.filters import Criteria, TenderFacts
from alerts.filters.facts import level_of
from alerts.matching.keys import NO_AMOUNT, in_hundredths, keep, shape
from alerts.matching.shelves import Column
from alerts.matching.vocabulary import Vocabulary

__all__ = ["DOUBTFUL", "SEVERAL", "SURE", "Placed", "Placing"]

SURE, SEVERAL, DOUBTFUL = 1, 2, 3  # as `Found`
_LEVEL: Final = 3  # bits for the level; then 2 for the three above, then the number of the currency
_BESIDE: Final = 5
_MOST_AMOUNT = 2**62
_MOST_REMEMBERED = 50_000

_beside = attrgetter("min_weight", "currency", "min_amount")


class Placed(NamedTuple):
    """The keys of filters, filter after filter; of each key the place of its filter, what is asked beside, its sum."""

    key: list[int]
    of: list[int]
    asks: list[int]
    amount: list[int]

    @property
    def doubtful(self) -> set[int]:
        """Places of filters of which finding them is not yet proof."""
        return {of for of, asks in zip(self.of, self.asks, strict=True) if asks >> _LEVEL & 3 == DOUBTFUL}


class Placing:
    """What filters of the same shape have in common is worked out once."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._currencies: dict[str, int] = {"": 0}
        self._fits: dict[tuple[int, int], NDArray[np.uint8]] = {}
        self.forget()

    def forget(self) -> None:
        """Give back the room that what was worked out takes."""
        self._shapes: dict[tuple[Any, ...], tuple[int, list[int]]] = {}  # what is asked beside, and the keys
        self._besides: dict[tuple[int | None, str, Decimal | None], tuple[int, int]] = {}  # the same, and the amount

    def place(self, criteria: Sequence[Criteria]) -> Placed:
        """The rows of filters."""
        if len(self._shapes) + len(self._besides) > _MOST_REMEMBERED:
            self.forget()
        key, of, asks, amount = Placed([], [], [], [])
        shapes, besides = self._shapes, self._besides
        for place, (one, its, beside) in enumerate(
            zip(criteria, map(shape, criteria), map(_beside, criteria), strict=True)
        ):
            kind, keys = shapes.get(its) or self._learn(its, one)
            asked, least = besides.get(beside) or self._learn_beside(beside, one)
            for number in keys:
                key.append(number)
                of.append(place)
                asks.append(asked | kind)
                amount.append(least)
        return Placed(key, of, asks, amount)

    def _learn(self, its: tuple[Any, ...], criteria: Criteria) -> tuple[int, list[int]]:
        kept = keep(criteria)
        kind = DOUBTFUL if kept.doubtful else SEVERAL if len(kept.keys) > 1 else SURE
        self._shapes[its] = learnt = kind << _LEVEL, [*map(self._vocabulary.number, kept.keys)]
        return learnt

    def _learn_beside(self, beside: tuple[int | None, str, Decimal | None], criteria: Criteria) -> tuple[int, int]:
        asks, least = level_of(criteria.min_weight), NO_AMOUNT
        if criteria.min_amount is not None:
            asks |= self._currencies.setdefault(criteria.currency, len(self._currencies)) << _BESIDE
            least = in_hundredths(criteria.min_amount)
        self._besides[beside] = asks, least
        return asks, least

    def asked(self, facts: TenderFacts) -> tuple[Column, NDArray[np.uint8], int]:
        """What `Shelves.find` takes: a tender's keys, what it fits, its amount in hundredths."""
        currency, amount = 0, NO_AMOUNT
        if facts.amount is not None:
            currency, amount = self._currencies.get(facts.currency, 0), min(in_hundredths(facts.amount), _MOST_AMOUNT)
        return self._vocabulary.keys(facts), self._fitting(currency, facts.levels), amount

    def _fitting(self, currency: int, levels: int) -> NDArray[np.uint8]:
        """By `Placed.asks`: 0 where a tender of this currency and these levels does not meet it, else `SURE` etc."""
        fits = self._fits.get((currency, levels))
        if fits is None or len(fits) < len(self._currencies) << _BESIDE:
            asks = np.arange(len(self._currencies) << _BESIDE)
            level, kind, of = asks & (1 << _LEVEL) - 1, asks >> _LEVEL & 3, asks >> _BESIDE
            met = (levels >> level & 1).astype(bool) & ((of == currency) | (of == 0))
            fits = self._fits[currency, levels] = np.where(met, kind, 0).astype(np.uint8)
        return fits
