"""What a profile counts, and that each number's list has as many purchases behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.bot.chat.bodies import BUYER, NAMES, PAINTS, ROOFS, store_year
from watchers.behind import Side, What, behind
from watchers.database import Database
from watchers.profiles import LEAST, Share, buyer_profile, median_of, supplier_profile
from watchers.store import Store

NOW = datetime(2026, 11, 26, 4, tzinfo=UTC)


@pytest.fixture
async def year(database: Database) -> Database:
    await store_year(Store(database, lambda: NOW))
    return database


async def test_a_buyers_year_counts_lots_with_what_they_are_counted_of(year: Database) -> None:
    profile = await buyer_profile(year, BUYER, NOW)
    assert profile is not None
    assert (profile.purchases, profile.lots) == (12, 12)
    assert profile.uncompetitive == Share(2, 12)
    assert profile.cancelled == Share(1, 12)
    assert profile.single == Share(5, 10)
    assert profile.bidders == (1, 1, 1, 1, 1, 2, 2, 2, 2, 2)
    assert profile.flagged == Share(3, 12)
    assert (profile.contracts, profile.suppliers, profile.currency) == (11, 2, "KZT")
    assert [(one.id, one.name, one.amount, one.contracts) for one in profile.top] == [
        (ROOFS, NAMES[ROOFS], Decimal(48_000_000), 8),
        (PAINTS, NAMES[PAINTS], Decimal(18_000_000), 3),
    ]
    assert [one.purchases for one in profile.months] == [0, *[1] * 10, 2]
    assert sum(one.flagged for one in profile.months) == 3


async def test_a_suppliers_year(year: Database) -> None:
    profile = await supplier_profile(year, ROOFS, NOW)
    assert profile is not None
    assert (profile.name, profile.contracts, profile.buyers) == (NAMES[ROOFS], 8, 1)
    assert profile.direct == Share(1, 8)
    assert profile.won == Share(7, 8)
    assert profile.flagged == Share(2, 8)
    assert profile.top[0].id == BUYER


async def test_what_is_older_than_a_year_and_what_nobody_told_of(year: Database) -> None:
    later = NOW.replace(year=2027, month=12)
    profile = await buyer_profile(year, BUYER, later)
    assert profile is not None
    assert (profile.purchases, profile.lots, profile.contracts) == (0, 0, 0)
    assert await buyer_profile(year, "KZ-BIN-000000000000", NOW) is None
    assert await supplier_profile(year, "KZ-BIN-000000000000", NOW) is None


@pytest.mark.parametrize(
    ("what", "count"),
    [(What.ALL, 12), (What.DIRECT, 2), (What.ONE, 5), (What.CANCELLED, 1), (What.FLAGGED, 3), (What.CONTRACTS, 11),
     (What.WON, 0), (What.OPENED, 10), (What.BIDS, 0)],
)  # fmt: skip
async def test_every_number_of_a_buyer_has_its_purchases_behind_it(year: Database, what: What, count: int) -> None:
    assert len(await behind(year, Side.BUYER, BUYER, what, NOW)) == count


@pytest.mark.parametrize(
    ("what", "count"),
    [(What.CONTRACTS, 8), (What.DIRECT, 1), (What.WON, 7), (What.FLAGGED, 2), (What.ONE, 0), (What.BIDS, 8)],
)
async def test_every_number_of_a_supplier_has_its_purchases_behind_it(year: Database, what: What, count: int) -> None:
    assert len(await behind(year, Side.SUPPLIER, ROOFS, what, NOW)) == count


async def test_contracts_with_one_partner(year: Database) -> None:
    assert len(await behind(year, Side.BUYER, BUYER, What.WITH, NOW, partner=PAINTS)) == 3


def test_few_cases_have_no_median() -> None:
    assert median_of([1] * (LEAST - 1)) is None
    assert median_of([1] * 5 + [3] * 5) == 2
