"""A search finds what the filter's alerts would tell of, newest first, page by page, at a bounded price."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from alerts import search as module
from alerts.filters import Criteria
from alerts.search import Place, search
from tests.watchers.tenders import batch, finding, judged, release
from watchers.database import Database
from watchers.store import Store

BEGAN = datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.fixture
async def store(database: Database, clock: Any) -> Store:
    """Thirty purchases, an hour apart; every third is flagged with weight 4, every fifth is of another region."""
    store, ones = Store(database, clock), []
    for number in range(30):
        one = release(
            f"ocds-demo-{number}",
            title=f"Ремонт школы {number}" if number % 2 else f"Уголь {number}",
            datePublished=(BEGAN + timedelta(hours=number // 2)).isoformat(),  # two a moment
            value={"amount": 1000 * (number + 1), "currency": "KZT" if number % 7 else "USD"},
            items=[{"id": "1", "deliveryAddress": {"regionCode": "KZ-75" if number % 5 == 0 else "KZ-61"}}],
        )
        ones.append(judged(one, *([finding(weight=4)] if number % 3 == 0 else [])))
    await store.save("portal", batch(*ones), ones, cursor="1")
    return store


async def numbers(store: Store, now: datetime, criteria: Criteria, most: int = 7) -> list[list[int]]:
    """The pages of a search, as the purchases' numbers."""
    pages, after = list[list[int]](), None
    while True:
        found = await search(store, criteria, now, after=after, most=most)
        pages.append([int(card.summary.title.split()[-1]) for card in found.cards])
        assert len(pages) < 40
        if found.after is None:
            return pages
        assert after is None or found.after < after
        after = Place.read(str(found.after))
        assert after == found.after


CASES = {
    "all": (Criteria(min_weight=0), lambda n: True),
    "worth a look": (Criteria(), lambda n: n % 3 == 0),
    "heavy": (Criteria(min_weight=5), lambda n: False),
    "region": (Criteria(min_weight=0, regions=("KZ-75",)), lambda n: n % 5 == 0),
    "country": (Criteria(min_weight=0, regions=("KZ",)), lambda n: True),
    "district": (Criteria(min_weight=0, regions=("KZ-61-36",)), lambda n: False),
    "amounts": (
        Criteria(min_weight=0, min_amount=Decimal(5000), max_amount=Decimal(20000)), lambda n: 4 <= n < 20 and n % 7,
    ),
    "words": (Criteria(min_weight=0, words=("ремонт школ",), without_words=("29",)), lambda n: n % 2 and n != 29),
    "flag": (Criteria(min_weight=0, indicators=("R003",)), lambda n: n % 3 == 0),
    "no such flag": (Criteria(min_weight=0, indicators=("R018",)), lambda n: False),
    "buyer": (Criteria(min_weight=0, buyers=("KZ-BIN-000000000007",)), lambda n: True),
    "no such buyer": (Criteria(min_weight=0, buyers=("KZ-BIN-1",)), lambda n: False),
    "days": (Criteria(min_weight=0, max_days=30), lambda n: True),
    "too many days": (Criteria(min_weight=0, min_days=30), lambda n: False),
}  # fmt: skip


async def test_each_filter_finds_what_matches_once_and_newest_first(store: Store, clock: Any) -> None:
    for name, (criteria, wanted) in CASES.items():
        found = [number for page in await numbers(store, clock(), criteria) for number in page]
        expected = [n for n in range(29, -1, -1) if wanted(n)]
        assert found == sorted(found, key=lambda n: (n // 2, n), reverse=True), name
        assert sorted(found) == sorted(expected), name


async def test_a_rare_match_is_looked_for_in_bounded_steps(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("_WINDOW", 4), ("_MOST_WINDOWS", 2), ("_CHUNK", 3), ("_MOST_READ", 6)):
        monkeypatch.setattr(module, name, value)
    for name, (criteria, wanted) in CASES.items():
        pages = await numbers(store, clock(), criteria, most=5)
        assert sorted(number for page in pages for number in page) == [n for n in range(30) if wanted(n)], name
        assert all(len(page) <= 6 for page in pages)
    assert len(await numbers(store, clock(), CASES["heavy"][0])) > 2


def test_a_place_is_read_back_and_nothing_else_is() -> None:
    place = Place(datetime(2026, 11, 1, 8, 0, 0, 120000, tzinfo=UTC), 7)
    assert Place.read(str(place)) == place
    for text in ("", "7", "1.5-7", "99999999999.000000-1", "1.000000--7", "1.000000-7'", "x" * 5000):
        assert Place.read(text) is None or text == "99999999999.000000-1"
