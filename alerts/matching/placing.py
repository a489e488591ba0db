"""Where filters stand in the index: their keys, and what is written beside each of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.filters import Criteria, TenderFacts
from alerts.filters.facts import level_of
from alerts.matching.asks import DOUBTFUL, SEVERAL, SURE, asking, fitting, kinds
from alerts.matching.keys import NO_AMOUNT, in_hundredths, keep, only_key, shape
from alerts.matching.shelves import Asked
from alerts.matching.vocabulary import Vocabulary

__all__ = ["Placed", "Placing"]

_MOST_AMOUNT: Final = 2**62
_MOST_REMEMBERED: Final = 10_000

_SURE: Final = asking(kind=SURE)

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
        return {
            of for of, kind in zip(self.of, kinds(np.array(self.asks, dtype=np.int32)), strict=True) if kind == DOUBTFUL
        }


class Placing:
    """What filters of the same shape have in common is worked out once."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._currencies: dict[str, int] = {"": 0}
        self._fits: dict[tuple[int, int, int], NDArray[np.uint8]] = {}
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
        shapes, besides, numbered = self._shapes, self._besides, self._vocabulary.number
        for place, (one, its, beside) in enumerate(
            zip(criteria, map(shape, criteria), map(_beside, criteria), strict=True)
        ):
            asked, least = besides.get(beside) or self._learn_beside(beside, one)
            only = only_key(its)
            if only is not None:
                key.append(numbered(only))
                of.append(place)
                asks.append(asked | _SURE)
                amount.append(least)
                continue
            kind, keys = shapes.get(its) or self._learn(its, one)
            key += keys
            of += [place] * len(keys)
            asks += [asked | kind] * len(keys)
            amount += [least] * len(keys)
        return Placed(key, of, asks, amount)

    def _learn(self, its: tuple[Any, ...], criteria: Criteria) -> tuple[int, list[int]]:
        kept = keep(criteria)
        kind = DOUBTFUL if kept.doubtful else SEVERAL if len(kept.keys) > 1 else SURE
        self._shapes[its] = learnt = asking(kind=kind), [*map(self._vocabulary.number, kept.keys)]
        return learnt

    def _learn_beside(self, beside: tuple[int | None, str, Decimal | None], criteria: Criteria) -> tuple[int, int]:
        currency, least = 0, NO_AMOUNT
        if criteria.min_amount is not None:
            currency = self._currencies.setdefault(criteria.currency, len(self._currencies))
            least = in_hundredths(criteria.min_amount)
        self._besides[beside] = learnt = asking(level=level_of(criteria.min_weight), currency=currency), least
        return learnt

    def asked(self, tenders: Sequence[TenderFacts]) -> Asked:
        """What tenders ask of the shelves."""
        keys = [self._vocabulary.keys(facts) for facts in tenders]
        return Asked(
            key=np.fromiter(chain.from_iterable(keys), np.int64),
            tender=np.arange(len(keys), dtype=np.int32).repeat([*map(len, keys)]),
            fits=np.stack([*map(self._fitting, tenders)]),
            amounts=np.fromiter(map(_amount, tenders), np.int64, len(tenders)),
        )

    def _fitting(self, facts: TenderFacts) -> NDArray[np.uint8]:
        """As `fitting`; worked out once."""
        levels = facts.levels
        currency = 0 if facts.amount is None else self._currencies.get(facts.currency, 0)
        asked = levels, currency, len(self._currencies)
        fits = self._fits.get(asked)
        if fits is None:
            fits = self._fits[asked] = fitting(*asked)
        return fits


def _amount(facts: TenderFacts) -> int:
    """In hundredths."""
    return NO_AMOUNT if facts.amount is None else min(in_hundredths(facts.amount), _MOST_AMOUNT)
