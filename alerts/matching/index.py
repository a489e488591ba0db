"""All live filters in memory, found by composite key: a tender looks its own keys up instead of asking every filter.

Filters are numbered densely; under each key stand arrays of these numbers, one for each currency, weight and sum that
tenders came with. What a key cannot say (excluded words, phrases, very long lists) is checked by
`alerts.filters.matches` for the few that are found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from alerts.filters import Criteria, TenderFacts, matches
from alerts.filters.facts import level_of
from alerts.matching.keys import NO_AMOUNT, Kept, Key, in_hundredths, keep
from alerts.matching.words import Words
from alerts.subscriptions import Followed

__all__ = ["Index"]

Numbers = NDArray[np.int32]
Place = tuple[str, str, str, str]
"""A key without its currency: (lead, buyer, region, category)."""

_NONE = np.empty(0, dtype=np.int32)
_FEW = 8
"""So many filters under a key are asked one by one, sooner than arrays are set up. Most keys have one or two."""

_ROW = np.dtype([("amount", np.int64), ("number", np.int32), ("currency", np.int16), ("level", np.int8)])
"""A filter under a key: its least amount in hundredths, its number, the number of its currency, its level's bit."""

Row = tuple[int, int, int, int]
Asked = tuple[int, int, int]
"""What a tender brings: the number of its currency, its levels, the largest least amount that it reaches."""
View = tuple[Numbers, Numbers | None]


class _Shelf:
    """The filters under one key, by least amount; `doubtful` beside them, where finding one is not yet proof.

    `views` keeps what was found for earlier tenders: people ask for round sums, so few different ones come up.
    """

    __slots__ = ("doubtful", "few", "sure", "views")

    MOST_VIEWS = 256

    def __init__(self) -> None:
        self.sure = np.empty(0, dtype=_ROW)
        self.doubtful = np.empty(0, dtype=_ROW)
        self.few: list[tuple[int, int, int, int, bool]] | None = []  # all of them, with `sure`, where they are few
        self.views: dict[Asked, View] = {}

    def add(self, rows: list[Row], *, sure: bool) -> None:
        name = "sure" if sure else "doubtful"
        together = np.concatenate([getattr(self, name), np.array(rows, dtype=_ROW)])
        setattr(self, name, together[np.argsort(together["amount"], kind="stable")])
        self._changed()

    def remove(self, number: int) -> None:
        self.sure = self.sure[self.sure["number"] != number]
        self.doubtful = self.doubtful[self.doubtful["number"] != number]
        self._changed()

    def _changed(self) -> None:
        self.views.clear()
        self.few = None
        if len(self.sure) + len(self.doubtful) <= _FEW:
            self.few = [(*row, True) for row in self.sure.tolist()] + [(*row, False) for row in self.doubtful.tolist()]

    def view(self, asked: Asked) -> View:
        """Made when first asked for, kept until a filter under the key changes."""
        if len(self.views) >= self.MOST_VIEWS:
            self.views.clear()
        made = (_asking(self.sure, asked), _asking(self.doubtful, asked) if len(self.doubtful) else None)
        self.views[asked] = made
        return made


def _asking(rows: NDArray[np.void], asked: Asked) -> Numbers:
    currency, levels, amount = asked
    rows = rows[: int(np.searchsorted(rows["amount"], amount, side="right"))]
    fits = (levels >> rows["level"] & 1).astype(bool) & ((rows["currency"] == currency) | (rows["currency"] == 0))
    return np.ascontiguousarray(rows["number"][fits])


class Index:
    """Filters by what they ask for. `put` and `remove` keep it current, `match` asks it."""

    def __init__(self) -> None:
        # (lead, buyer) -> region -> category: most tenders miss at the first step.
        self._shelves: dict[tuple[str, str], dict[str, dict[str, _Shelf]]] = {}
        self._currencies: dict[str, int] = {"": 0}
        self._amounts = [NO_AMOUNT]  # that any filter ever asked for at least, ascending
        self._words = Words()
        self._used: Counter[str] = Counter()  # categories and flags that any filter names
        self._number_of: dict[int, int] = {}
        self._free: list[int] = []
        self._criteria: list[Criteria | None] = []
        self._subscription = np.empty(0, dtype=np.int64)
        self._subscriber = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._number_of)

    def put(self, filters: Iterable[Followed]) -> None:
        """Take filters in, many or one, in place of what was kept by the same ids; those not live are only removed."""
        filters = [followed for followed in filters if not self._holds(followed)]
        for followed in filters:
            self.remove(followed.id)
        live = list({followed.id: followed for followed in filters if followed.live}.values())
        self._make_room(len(live) - len(self._free))
        shelved: dict[tuple[Place, bool], list[Row]] = {}
        for followed in live:
            number = self._free.pop()
            kept = keep(followed.criteria)
            place_of = bisect_right(self._amounts, kept.amount)
            if self._amounts[place_of - 1] != kept.amount:
                self._amounts.insert(place_of, kept.amount)
            self._number_of[followed.id] = number
            self._criteria[number] = followed.criteria
            self._subscription[number] = followed.id
            self._subscriber[number] = followed.subscriber_id
            for key in kept.keys:
                self._count(key, 1)
                row = (kept.amount, number, self._currency(key[2]), level_of(followed.criteria.min_weight))
                shelved.setdefault((key[:2] + key[3:], _is_sure(kept)), []).append(row)
        for (place, sure), rows in shelved.items():
            self._shelf(place).add(rows, sure=sure)

    def _holds(self, followed: Followed) -> bool:
        """Whether it is here already, just so."""
        number = self._number_of.get(followed.id)
        if number is None or not followed.live:
            return False
        same = self._criteria[number] == followed.criteria
        return same and int(self._subscriber[number]) == followed.subscriber_id

    def _currency(self, code: str) -> int:
        """The number of a currency; that of none is 0."""
        return self._currencies.setdefault(code, len(self._currencies))

    def _shelf(self, place: Place) -> _Shelf:
        """The shelf of a key, made if there is none."""
        lead, buyer, region, category = place
        by_category = self._shelves.setdefault((lead, buyer), {}).setdefault(region, {})
        shelf = by_category.get(category)
        if shelf is None:
            shelf = by_category[category] = _Shelf()
        return shelf

    def remove(self, subscription_id: int) -> None:
        """Forget a filter; one that is not kept is no error."""
        number = self._number_of.pop(subscription_id, None)
        if number is None:
            return
        criteria = self._criteria[number]
        assert criteria is not None  # noqa: S101 - set with the number
        kept = keep(criteria)
        for key in kept.keys:
            self._count(key, -1)
            self._shelf(key[:2] + key[3:]).remove(number)
        self._criteria[number] = None
        self._free.append(number)

    def _count(self, key: Key, by: int) -> None:
        lead, category = key[0], key[4]
        if lead.startswith("w:"):
            self._words.add(lead[2:], by)
        for name in filter(None, (lead, category)):
            self._used[name] += by
            if not self._used[name]:
                del self._used[name]

    def _make_room(self, missing: int) -> None:
        if missing <= 0:
            return
        size = len(self._criteria)
        more = max(missing, size // 2, 64)
        self._criteria.extend([None] * more)
        self._subscription = np.resize(self._subscription, size + more)
        self._subscriber = np.resize(self._subscriber, size + more)
        self._free.extend(range(size + more - 1, size - 1, -1))

    def match(self, facts: TenderFacts) -> NDArray[np.int64]:
        """Ids of the filters a tender meets, each once, in no order."""
        return self._subscription.take(self._numbers(facts))

    def people(self, facts: TenderFacts, *, supplier: bool = False) -> dict[int, list[int]]:
        """Who is to be told: subscriber -> ids of their filters that matched, in ascending order.

        `supplier`: only by filters that ask for one.
        """
        numbers = self._numbers(facts)
        if supplier:
            asks = [bool((one := self._criteria[number]) and one.suppliers) for number in numbers.tolist()]
            numbers = numbers[np.array(asks, dtype=bool)]
        found: dict[int, list[int]] = {}
        for subscriber, subscription in zip(
            self._subscriber.take(numbers).tolist(), self._subscription.take(numbers).tolist(), strict=True
        ):
            found.setdefault(subscriber, []).append(subscription)
        return {subscriber: sorted(subscriptions) for subscriber, subscriptions in found.items()}

    def _numbers(self, facts: TenderFacts) -> Numbers:
        sure: list[Numbers] = []
        unsure: list[Numbers] = []
        few: tuple[list[int], list[int]] = ([], [])  # doubtful, sure
        asked = currency, levels, amount = self._asked(facts)
        for shelf in self._found(facts):
            if shelf.few is not None:
                for least, number, of, level, proof in shelf.few:
                    if least <= amount and levels >> level & 1 and of in (0, currency):
                        few[proof].append(number)
                continue
            numbers, doubtful = shelf.views.get(asked) or shelf.view(asked)
            sure.append(numbers)
            if doubtful is not None:
                unsure.append(doubtful)
        for found, kept in zip(few, (unsure, sure), strict=True):
            if found:
                kept.append(np.array(found, dtype=np.int32))
        if unsure:
            sure.append(self._proven(np.unique(np.concatenate(unsure)), facts))
        return np.concatenate(sure) if sure else _NONE

    def _asked(self, facts: TenderFacts) -> Asked:
        if facts.amount is None:
            return 0, facts.levels, NO_AMOUNT
        reached = bisect_right(self._amounts, in_hundredths(facts.amount))
        return self._currencies.get(facts.currency, 0), facts.levels, self._amounts[reached - 1]

    def _proven(self, numbers: Numbers, facts: TenderFacts) -> Numbers:
        """Those of a few filters that a tender meets, each asked in full."""
        asked = ((number, self._criteria[number]) for number in numbers.tolist())
        proven = [number for number, criteria in asked if criteria is not None and matches(criteria, facts)]
        return np.array(proven, dtype=np.int32)

    def _found(self, facts: TenderFacts) -> list[_Shelf]:
        """The shelves under each of a tender's keys."""
        leads = ["", *(f"w:{word}" for word in self._words.held_by(facts.words))]
        leads += [lead for one in facts.suppliers if (lead := f"s:{one}") in self._used]
        leads += [lead for code in facts.indicators if (lead := f"i:{code}") in self._used]
        buyers = ("", facts.buyer) if facts.buyer else ("",)
        regions = ("", *facts.regions)
        categories = ["", *(key for key in facts.categories if key in self._used)]
        by_region = [shelves for first in product(leads, buyers) if (shelves := self._shelves.get(first))]
        by_category = [kinds for one in by_region for region in regions if (kinds := one.get(region))]
        return [shelf for one in by_category for category in categories if (shelf := one.get(category))]


def _is_sure(kept: Kept) -> bool:
    return len(kept.keys) == 1 and not kept.doubtful
