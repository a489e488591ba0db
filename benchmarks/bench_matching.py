"""Matching: tenders a second against 100,000 filters, spread as people spread (a few regions and kinds take most)."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate, product
from typing import Any

from alerts.filters import Criteria, TenderFacts
from alerts.matching import Index
from alerts.subscriptions import Followed
from benchmarks import Result
from watchers.places import region_keys

FILTERS = 100_000
TENDERS = 4_000
WARM, ROUNDS = 4, 5
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


def run() -> list[Result]:
    choice = random.Random(1)
    weights: dict[int, list[float]] = {}
    filters = [Followed(n, n // 3, _filter(choice, weights), True, MOMENT) for n in range(FILTERS)]
    rounds = [[_tender(choice, weights) for _ in range(TENDERS)] for _ in range(WARM + ROUNDS)]
    index = Index()
    started = time.perf_counter()
    index.put(filters)
    build = time.perf_counter() - started
    rates, found = [], 0
    for tenders in rounds:  # the first only warm up: a program that runs has seen tenders before, not these
        started = time.perf_counter()
        found = sum(len(index.match(facts)) for facts in tenders)
        rates.append(TENDERS / (time.perf_counter() - started))
    started = time.perf_counter()
    for followed in filters[:500]:
        index.put([followed])
    changed = 500 / (time.perf_counter() - started)
    rate = sorted(rates[WARM:])[ROUNDS // 2]
    return [
        Result("match one tender", rate, "tenders/s", target=">= 20,000 at 100,000 filters", met=rate >= 20_000),
        Result("found for one tender", found / TENDERS, "filters"),
        Result("build the index", FILTERS / build, "filters/s"),
        Result("change one filter", changed, "changes/s"),
    ]
