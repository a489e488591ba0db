"""The live source over the stand-in of the portal: nothing published is missed, nothing is stored twice."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.goszakup.country import Country
from tests.watchers.sources.goszakup.watching import DAY, HOUR, MONDAY, watched


def small(*, per_day: int = 40, days: float = 0.55, **how: Any) -> Country:
    country = Country(MONDAY, per_day=per_day, **how)
    country.advance(days * DAY)
    return country


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_everything_published_is_stored_and_followed_through_its_life(database: Any) -> None:
    country = small(per_day=25)
    async with watched(database, country, start=MONDAY.isoformat(), sweep_pages=0) as one:
        assert await one.read() is None
        assert one.published() <= (await one.stored()).keys()
        for _ in range(20):
            country.advance(8 * HOUR)
            assert await one.read() is None
        assert one.published() <= (await one.stored()).keys()
        results = [entry.id for entry in country.ledger.of("TrdBuy", "results")]
        with_bids = [number for number in results if one.tender(number).bids]
        assert with_bids
        for number in with_bids:
            release = await one.newest(number)
            assert release.bids is not None
            assert len({bid.id for bid in release.bids.details}) >= len(one.tender(number).bids)
        for number in {entry.value for entry in country.ledger.of("Acts")}:
            deal = country.shelves["Contract"].get(number)
            if deal is not None and deal.tender is not None:
                release = await one.newest(deal.tender.id)
                assert any(contract.implementation for contract in release.contracts)
        assert await one.reasons() == []
