from __future__ import annotations

import itertools

import httpx
import pytest

from bot.sandbox.goszakup.moments import local_text
from bot.sandbox.goszakup.server import Goszakup
from tests.bot.sandbox.goszakup.conftest import Ask, all_ids


@pytest.mark.parametrize("root", ["TrdBuy", "Lots", "Plans", "Contract"])
@pytest.mark.parametrize("limit", [7, 200])
async def test_paging_neither_loses_nor_repeats_and_goes_from_new_to_old(
    ask: Ask, server: Goszakup, root: str, limit: int
) -> None:
    found = await all_ids(ask, root, limit=limit)
    assert len(found) == len(server.country.shelves[root]) > 100
    assert found == sorted(set(found), reverse=True)


async def test_everything_published_by_the_ledger_is_listed(ask: Ask, server: Goszakup) -> None:
    assert set(await all_ids(ask, "TrdBuy")) == set(server.country.ledger.published())
    assert set(await all_ids(ask, "Lots")) == set(server.country.ledger.published("Lots"))


@pytest.mark.parametrize(("asked", "given"), [(500, 200), (200, 200), (3, 3), (None, 50)])
async def test_at_most_two_hundred_rows_whatever_is_asked(ask: Ask, asked: int | None, given: int) -> None:
    answer = await ask("query($n: Int) { TrdBuy(limit: $n) { id } }", n=asked)
    assert len(answer["data"]["TrdBuy"]) == given
    assert answer["extensions"]["pageInfo"]["limitPage"] == given


async def test_a_late_publication_takes_the_place_of_its_lower_id(ask: Ask, server: Goszakup) -> None:
    before = await all_ids(ask, "TrdBuy")
    server.country.advance(6 * 3600)
    after = await all_ids(ask, "TrdBuy")
    late = set(after) - set(before)
    assert set(before) <= set(after)
    assert any(number < before[0] for number in late)
    assert late & server.country.ledger.late()


async def test_rest_pages_by_next_page_until_it_is_empty(client: httpx.AsyncClient, server: Goszakup) -> None:
    found, place = [], "/v3/trd-buy/all?limit=70"
    for _ in itertools.count():
        page = (await client.get(place)).json()
        found += [item["id"] for item in page["items"]]
        if not page["next_page"]:
            break
        assert page["next_page"].startswith("/v3/trd-buy/all?page=next&search_after=")
        place = page["next_page"]
    assert found == sorted(set(found), reverse=True)
    assert len(found) == len(server.country.shelves["TrdBuy"]) == page["total"]


async def test_rest_lots_give_a_next_page_without_v3_as_the_portal_does(client: httpx.AsyncClient) -> None:
    page = (await client.get("/v3/lots")).json()
    assert page["next_page"].startswith("/lots?page=next&search_after=")


async def test_the_feed_of_changes_gives_exactly_what_changed(ask: Ask, server: Goszakup) -> None:
    country = server.country
    since = country.now
    country.advance(3 * 3600)
    changed = {lot.id for lot in country.lots() if lot.updated >= since}
    query = """query($f: LotsFiltersInput, $after: Int) { Lots(filter: $f, limit: 200, after: $after) { id } }"""

    wanted = {"lastUpdateDate": [local_text(since), local_text(country.now)]}
    found: set[int] = set()
    after = None
    while True:
        answer = await ask(query, f=wanted, after=after)
        found |= {row["id"] for row in answer["data"]["Lots"]}
        if not answer["extensions"]["pageInfo"]["hasNextPage"]:
            break
        after = answer["extensions"]["pageInfo"]["lastId"]
    assert found == changed
    assert 10 < len(found) < len(country.shelves["Lots"])
