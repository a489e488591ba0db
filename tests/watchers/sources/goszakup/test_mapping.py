"""One announcement as the portal shows it becomes one release."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.sandbox.goszakup.country import Country
from tests.watchers.sources.goszakup.records import Portal
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.reading import read


@pytest.fixture(scope="module")
def country() -> Country:
    country = Country(datetime(2026, 10, 5, 4, tzinfo=UTC), per_day=12)
    country.advance(16 * 86_400)
    return country


def test_what_a_country_knows_of_its_announcements_is_in_their_releases(country: Country) -> None:
    portal = Portal(country)
    for tender in country.tenders():
        raw = json.dumps(portal.records(tender.id, results=bool(tender.results))).encode()
        release = release_of(read(raw).records)
        assert release.tender is not None
        assert release.ocid == f"ocds-kz0001-goszakup-{tender.number_anno}"
        assert release.buyer is not None
        assert release.buyer.id == f"KZ-BIN-{tender.buyer.bin}"
        assert [lot.id for lot in release.tender.lots] == sorted(str(lot.id) for lot in tender.lots)
        assert release.tender.value is not None
        assert float(release.tender.value.amount or 0) == pytest.approx(tender.total)
