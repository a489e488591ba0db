"""Filters like one that says too much or nothing, with how much they would have sent: one tap mends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum

import msgspec

from alerts.filters import FILTERS, Criteria, asker
from alerts.preview.recent import Seen
from watchers.places import region_keys

__all__ = ["Change", "Remedy", "narrower", "widened", "wider"]

_MOST = 3
_AMOUNTS = tuple(Decimal(n) * 10**6 for n in (1, 3, 10, 30, 100, 300, 1000))


class Change(StrEnum):
    """What is done to the filter."""

    WEIGHT = "weight"
    AMOUNT = "amount"
    REGION = "region"
    CLEAR = "clear"  # one criterion is left out


class Remedy(msgspec.Struct, frozen=True):
    """A filter to take instead; `key` of the row that changes, `count` alerts it would have sent."""

    change: Change
    key: str
    criteria: Criteria
    count: int


def narrower(criteria: Criteria, found: Sequence[Seen], most: int) -> list[Remedy]:
    """Heavier flags, larger sums: the mildest of each that brings the count to `most`, else what brings it lowest."""
    weights = (msgspec.structs.replace(criteria, min_weight=weight) for weight in _heavier(criteria.min_weight))
    sums = _larger(criteria)
    remedies = []
    for change, key, tries in ((Change.WEIGHT, "min_weight", weights), (Change.AMOUNT, "min_amount", sums)):
        best: Remedy | None = None
        for one in tries:
            count = _count(one, found)
            if count and (best is None or count < best.count):
                best = Remedy(change, key, one, count)
            if count <= most:
                break
        if best is not None and best.count < len(found):
            remedies.append(best)
    return remedies


def _heavier(weight: int | None) -> tuple[int | None, ...]:
    """From what is told now to less and less."""
    order: tuple[int | None, ...] = (0, 1, 3, None, 5)
    return order[order.index(weight) + 1 :] if weight in order else (None, 5)


def _larger(criteria: Criteria) -> Iterator[Criteria]:
    if criteria.currency != "KZT":
        return
    for amount in _AMOUNTS:
        if amount > (criteria.min_amount or 0) and amount <= (criteria.max_amount or amount):
            yield msgspec.structs.replace(criteria, min_amount=amount)


def wider(criteria: Criteria, purchases: Iterable[Seen]) -> list[Remedy]:
    """Lighter flags, the region around, one criterion less: those that would have sent something, the least first."""
    tries = list(_wider(criteria))
    near = list(_near(criteria, purchases))
    counted = [Remedy(change, key, one, _count(one, near)) for change, key, one in tries]
    if not any(one.count for one in counted):  # nothing less than giving up the only criterion there is
        counted = [Remedy(change, key, one, _count(one, near)) for change, key, one in _without(criteria)]
    best: dict[tuple[Change, str], Remedy] = {}
    for one in counted:  # of lighter and lighter, or wider and wider, the first that finds anything
        if one.count:
            best.setdefault((one.change, one.key), one)
    return sorted(best.values(), key=lambda one: one.count)[:_MOST]


def _near(criteria: Criteria, purchases: Iterable[Seen]) -> Iterator[Seen]:
    """What all but one of the criteria take: each try changes one only, so no other purchase can meet it."""
    asks = [row.matches for row in FILTERS if row.is_set(criteria)]
    for one in purchases:
        if not (one.published or criteria.suppliers):
            continue
        missed = 0
        for ask in asks:
            missed += not ask(criteria, one.facts)
            if missed > 1:
                break
        else:
            yield one


def _wider(criteria: Criteria) -> Iterator[tuple[Change, str, Criteria]]:
    lighter = {None: (1, 0), 5: (None, 1, 0), 4: (1, 0), 3: (1, 0), 2: (1, 0), 1: (0,), 0: ()}
    for weight in lighter[criteria.min_weight]:
        yield Change.WEIGHT, "min_weight", msgspec.structs.replace(criteria, min_weight=weight)
    around = criteria
    while (further := widened(around)) != around:
        yield Change.REGION, "region", further
        around = further
    less = list(_without(criteria))
    yield from less if len(less) > 1 else ()


def _without(criteria: Criteria) -> Iterator[tuple[Change, str, Criteria]]:
    for row in FILTERS:
        if row.key != "min_weight" and row.is_set(criteria):
            empty = {name: getattr(Criteria(), name) for name in row.fields}
            yield Change.CLEAR, row.key, msgspec.structs.replace(criteria, **empty)


def widened(criteria: Criteria) -> Criteria:
    """With each district's region, each region's country in its place."""
    around = tuple((region_keys(code) or (code,))[-2:][0] for code in criteria.regions)
    return msgspec.structs.replace(criteria, regions=tuple(dict.fromkeys(around)))


def _count(criteria: Criteria, found: Iterable[Seen]) -> int:
    asks = asker(criteria)
    return sum(1 for one in found if asks(one.facts))
