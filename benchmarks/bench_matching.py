"""Matching: tenders a second against 100,000 filters and a million, spread as people spread (few places take most).

The floor is a dictionary from (region, kind, buyer) to the numbers of filters by their least sum: no words, flags,
weights or currencies, and no change of a filter.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate, product
from multiprocessing import get_context
from typing import Any

import msgspec
import numpy as np
import psutil
from numpy.typing import NDArray

from alerts.filters import Criteria, TenderFacts
from alerts.matching import Index
from alerts.subscriptions import Followed
from benchmarks import Result
from watchers.places import region_keys

FILTERS, MANY = 100_000, 1_000_000
TENDERS, ROUNDS = 2_000, 5
PART = 5_000
REGIONS = [f"KZ-{one}-{two}-{three}" for one in range(10, 30) for two in range(20, 30) for three in range(30, 33)]
CODES = [f"{n:06}" for n in range(100000, 990000, 4451)]
BUYERS = [f"KZ-BIN-{n:012}" for n in range(3000)]
WORDS = ["".join(three) for three in product("бкмрст", "аеиоу", "влнркт", "аоу")]
INDICATORS = [f"R{n:03}" for n in range(1, 40)]
AMOUNTS = [None, *(Decimal(10) ** n for n in range(3, 10))]
MOMENT = datetime(2026, 11, 22, tzinfo=UTC)


def _zipf(choice: random.Random, values: list[Any], weights: dict[int, list[float]]) -> Any:
    known = weights.setdefault(len(values), list(accumulate(1 / (n + 1) for n in range(len(values)))))
    return choice.choices(values, cum_weights=known)[0]


def _filter(choice: random.Random, weights: dict[int, list[float]]) -> Criteria:
    levels = choice.choices([0, 2, 3, 4], [25, 45, 25, 5])[0]
    region = "-".join(_zipf(choice, REGIONS, weights).split("-")[:levels])
    digits = choice.choices([0, 2, 3, 4, 6], [15, 30, 25, 20, 10])[0]
    narrow = choice.random()
    return Criteria(
        regions=(region,) if region else (),
        categories=(f"CPV:{_zipf(choice, CODES, weights)[:digits]}",) if digits else (),
        buyers=(_zipf(choice, BUYERS, weights),) if choice.random() < 0.12 else (),
        min_amount=choice.choice(AMOUNTS),
        min_weight=choice.choices([0, 1, 3, 4], [10, 60, 15, 15])[0],
        words=(_zipf(choice, WORDS, weights),) if narrow < 0.05 else (),
        indicators=(_zipf(choice, INDICATORS, weights),) if 0.05 <= narrow < 0.1 else (),
    )


def _tender(choice: random.Random, weights: dict[int, list[float]]) -> TenderFacts:
    code = _zipf(choice, CODES, weights)
    return TenderFacts(
        regions=region_keys(_zipf(choice, REGIONS, weights)),
        buyer=_zipf(choice, BUYERS, weights),
        categories=frozenset(f"CPV:{code[:n]}" for n in (2, 3, 4, 5, 6)),
        amount=Decimal(round(choice.lognormvariate(14, 2), 2)),
        currency="KZT",
        weight=choice.choices([0, 1, 2, 3, 4, 5], [30, 20, 20, 15, 10, 5])[0],
        indicators=frozenset(choice.sample(INDICATORS, choice.choice([0, 1, 2]))),
        words=tuple("".join(choice.choices("абвгдеиклмнорстуя", k=8)) for _ in range(15)),
    )


class _Floor:
    """What any index by key must do at least."""

    def __init__(self) -> None:
        self._listed: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
        self._arrays: dict[tuple[str, str, str], tuple[NDArray[np.int64], NDArray[np.int32]]] = {}

    def put(self, filters: Iterable[Followed]) -> None:
        for followed in filters:
            one = followed.criteria
            key = ("".join(one.regions), "".join(one.categories), "".join(one.buyers))
            self._listed.setdefault(key, []).append((int(one.min_amount or 0), followed.id))

    def settle(self) -> None:
        for key, rows in self._listed.items():
            rows.sort()
            amounts, numbers = zip(*rows, strict=True)
            self._arrays[key] = np.array(amounts, dtype=np.int64), np.array(numbers, dtype=np.int32)

    def match(self, facts: TenderFacts) -> NDArray[np.int32]:
        amount = int(facts.amount or 0)
        keys = product(("", *facts.regions), ("", *facts.categories), ("", facts.buyer))
        arrays = [kept for key in keys if (kept := self._arrays.get(key)) is not None]
        found = [numbers[: amounts.searchsorted(amount, side="right")] for amounts, numbers in arrays]
        return np.concatenate(found) if found else np.empty(0, dtype=np.int32)


class _Measured(msgspec.Struct):
    """`build` in seconds, `rate` in tenders a second, `found` filters for one tender, `memory` in MB."""

    build: float
    rate: float
    found: float
    memory: float
    changes: float


def _parts(count: int) -> Iterator[list[Followed]]:
    """So many filters, the same every time, a part at a time as they are read from the database."""
    choice, weights = random.Random(2), dict[int, list[float]]()
    for start in range(0, count, PART):
        yield [Followed(n, n // 3, _filter(choice, weights), True, MOMENT) for n in range(start, start + PART)]


def _measure(count: int) -> tuple[_Measured, float]:
    """The index of so many filters, and the floor's rate beside it."""
    choice, weights = random.Random(1), dict[int, list[float]]()
    rounds = [[_tender(choice, weights) for _ in range(TENDERS)] for _ in range(ROUNDS)]
    index, before, build = Index(), _resident(), 0.0
    for filters in _parts(count):
        began = time.perf_counter()
        index.put(filters)
        build += time.perf_counter() - began
    del filters
    began = time.perf_counter()
    index.settle()
    build += time.perf_counter() - began
    memory = (_resident() - before) / 1e6
    rates, found = [], 0
    for tenders in rounds:
        began = time.perf_counter()
        found = sum(len(met.ids()) for met in index.match(tenders))
        rates.append(TENDERS / (time.perf_counter() - began))
    changed = [msgspec.structs.replace(one, criteria=Criteria(words=("школ",))) for one in next(_parts(PART))[:500]]
    began = time.perf_counter()
    for one in changed:
        index.put([one])
    changes = len(changed) / (time.perf_counter() - began)
    floor = _Floor()
    for filters in _parts(count):
        floor.put(filters)
    floor.settle()
    began = time.perf_counter()
    for facts in rounds[0]:
        floor.match(facts)
    bare = TENDERS / (time.perf_counter() - began)
    return _Measured(build, sorted(rates)[ROUNDS // 2], found / TENDERS, memory, changes), bare


def _resident() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


def run() -> list[Result]:
    few, bare = _measure(FILTERS)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:  # its memory is nobody else's
        many, bare_many = fresh.submit(_measure, MANY).result()
    return [
        Result(
            "match one tender, 100,000 filters", few.rate, "tenders/s", floor=bare, target=">= 20,000",
            met=few.rate >= 20_000,
        ),
        Result("found for one tender", few.found, "filters"),
        Result("change one filter", few.changes, "changes/s"),
        Result(
            "match one tender, 1,000,000 filters", many.rate, "tenders/s", floor=bare_many, target=">= 10,000",
            met=many.rate >= 10_000,
        ),
        Result("found for one tender", many.found, "filters"),
        Result("build the index of 1,000,000", many.build, "s", target="< 5 s", met=many.build < 5),
        Result("memory it takes", many.memory, "MB", target="< 150 MB", met=many.memory < 150),
    ]  # fmt: skip
