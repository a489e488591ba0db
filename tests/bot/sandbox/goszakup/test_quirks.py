from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.lives import ACCEPTING
from bot.sandbox.goszakup.moments import DAY, HOUR
from bot.sandbox.goszakup.quirks import Quirks
from bot.sandbox.goszakup.reading import Reader
from bot.sandbox.goszakup.server import Goszakup
from tests.bot.sandbox.goszakup.conftest import Ask, small_country

PUBLISHED_ON = "query($f: TrdBuyFiltersInput) { TrdBuy(filter: $f, limit: 200) { publishDate } }"


@pytest.fixture
async def ask_plain(plain_country: Country) -> AsyncIterator[Ask]:
    async with Goszakup(plain_country) as server:
        headers = {"Authorization": f"Bearer {server.token}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:

            async def asked(query: str, **variables: object) -> dict[str, object]:
                return dict((await client.post("/v3/graphql", json={"query": query, "variables": variables})).json())

            yield asked


async def test_a_filter_by_publication_is_ignored_in_silence(ask: Ask) -> None:
    answer = await ask(PUBLISHED_ON, f={"publishDate": ["2026-11-09 00:00:00", "2026-11-09 23:59:59"]})
    assert "errors" not in answer
    assert {row["publishDate"][:10] for row in answer["data"]["TrdBuy"]} > {"2026-11-11"}


async def test_without_quirks_the_same_filter_works(ask_plain: Ask) -> None:
    answer = await ask_plain(PUBLISHED_ON, f={"publishDate": ["2026-11-09 00:00:00", "2026-11-09 23:59:59"]})
    assert {row["publishDate"][:10] for row in answer["data"]["TrdBuy"]} == {"2026-11-09"}


async def test_a_filter_of_plans_by_their_date_finds_nothing(ask: Ask) -> None:
    query = "query($f: PlnPointFiltersInput) { Plans(filter: $f) { id } }"
    assert (await ask(query, f={"dateCreate": ["2026-01-01"]}))["data"]["Plans"] == []
    assert (await ask(query, f={"plnPointYear": 2026}))["data"]["Plans"]


async def test_places_are_found_by_full_codes_only(ask: Ask) -> None:
    query = "query($f: TrdBuyFiltersInput) { TrdBuy(filter: $f) { kato } }"
    assert (await ask(query, f={"kato": ["75"]}))["data"]["TrdBuy"] == []
    assert (await ask(query, f={"kato": ["751110000"]}))["data"]["TrdBuy"]


async def test_lots_say_zero_for_their_code_and_half_hide_their_plan(ask: Ask, ask_plain: Ask) -> None:
    query = "{ Lots(limit: 200) { enstruList Plans { refEnstruCode } } }"
    rows = (await ask(query))["data"]["Lots"]
    assert all(row["enstruList"] == [0] for row in rows)
    assert 60 < sum(not row["Plans"] for row in rows) < 140
    plain = (await ask_plain(query))["data"]["Lots"]
    assert all(row["enstruList"] != [0] and row["Plans"] for row in plain)


def test_bids_are_hidden_until_the_results() -> None:
    country = small_country(days=4.5)
    reader = Reader(country)
    waiting = [tender for tender in country.tenders() if tender.bids and not tender.results]
    decided = [tender for tender in country.tenders() if tender.bids and tender.results]
    assert waiting
    assert decided
    for tender in waiting:
        assert reader.page("TrdApp", {"buyId": tender.id}, 50, None).rows == []
    for tender in decided:
        assert len(reader.page("TrdApp", {"buyId": tender.id}, 50, None).rows) == len(tender.bids)


def test_bids_are_open_from_the_deadline_where_that_quirk_is_off() -> None:
    country = small_country(days=4.5, quirks=Quirks.none())
    waiting = [tender for tender in country.tenders() if tender.bids and not tender.results]
    assert waiting
    assert all(country.shelves["TrdApp"].get(bid.id) for tender in waiting for bid in tender.bids)


def stale(country: Country) -> list[int]:
    shown = Reader(country).scalars
    return [
        tender.id
        for tender in country.tenders()
        if tender.end < country.now and shown("TrdBuy", tender)["refBuyStatusId"] == ACCEPTING
    ]


def test_some_announcements_still_say_that_bids_are_taken_after_the_deadline() -> None:
    assert stale(small_country(days=4.5, quirks=Quirks(stale_status=0.5)))
    assert not stale(small_country(days=4.5, quirks=Quirks.none()))


def test_ids_are_given_before_publication_so_that_a_late_one_has_a_lower_id() -> None:
    assert len(small_country(quirks=Quirks(late_publication=0.5)).ledger.late()) > 100
    in_order = list(small_country(quirks=Quirks.none(), defects=0.0).ledger.published())
    assert in_order == sorted(in_order)


def test_technical_edits_move_the_date_and_change_nothing_else() -> None:
    country = small_country(quirks=Quirks(technical_edits=1.0), days=1.0)
    reader = Reader(country)
    tender = next(each for each in country.tenders() if each.end > country.now + 2 * DAY)
    before = dict(reader.scalars("TrdBuy", tender))
    country.advance(20 * HOUR)
    moved = {entry.id for entry in country.ledger.of("TrdBuy", "technical")}
    assert tender.id in moved
    after = dict(reader.scalars("TrdBuy", tender))
    assert {name for name in after if after[name] != before[name]} <= {"lastUpdateDate", "indexDate", "refBuyStatusId"}
    assert after["lastUpdateDate"] > before["lastUpdateDate"]


def test_a_few_titles_are_in_one_language_only(plain_country: Country) -> None:
    slips = [
        tender
        for tender in small_country(quirks=Quirks(language_slips=0.3)).tenders()
        if tender.title_ru == tender.title_kk
    ]
    assert 100 < len(slips) < 500
    assert not [tender for tender in plain_country.tenders() if tender.title_ru == tender.title_kk]
