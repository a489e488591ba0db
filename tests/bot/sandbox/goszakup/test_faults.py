from __future__ import annotations

import asyncio

import httpx
import pytest

from bot.sandbox.goszakup.faults import KINDS, read_rates
from bot.sandbox.goszakup.server import Goszakup
from tests.bot.sandbox.goszakup.conftest import Ask, small_country
from tests.bot.waiting import until

NEWEST = {"query": "query($a: Int) { TrdBuy(limit: 10, after: $a) { id totalSum } }", "variables": {}}


async def ids(client: httpx.AsyncClient, after: int | None = None) -> list[int]:
    answer = await client.post("/v3/graphql", json={**NEWEST, "variables": {"a": after}})
    return [row["id"] for row in answer.json()["data"]["TrdBuy"]]


@pytest.mark.parametrize(
    ("kind", "status", "begins"),
    [("status", 500, "{"), ("html", 200, "<!DOCTYPE"), ("empty", 200, ""), ("error", 200, '{"error"')],
)
async def test_a_fault_strikes_so_many_times_and_no_more(
    client: httpx.AsyncClient, server: Goszakup, kind: str, status: int, begins: str
) -> None:
    server.faults.add(kind, times=2, after=1)
    answers = [await client.post("/v3/graphql", json=NEWEST) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, status, status, 200]
    assert all(answer.text.startswith(begins) for answer in answers[1:3])
    assert "data" in answers[0].json()
    assert "data" in answers[3].json()
    assert server.faults.struck[kind] == 2


async def test_a_fault_strikes_by_the_text_of_a_query(client: httpx.AsyncClient, server: Goszakup) -> None:
    server.faults.add("status", match="Lots(")
    assert (await client.post("/v3/graphql", json=NEWEST)).status_code == 200
    assert (await client.post("/v3/graphql", json={"query": "{ Lots(limit: 1) { id } }"})).status_code == 500


async def test_a_rate_strikes_about_that_share_and_the_same_ones_for_a_seed() -> None:
    seen = []
    for _ in range(2):
        async with Goszakup(small_country(days=0.5, per_day=20), seed=5) as server:
            server.faults.add("status", rate=0.2)
            async with httpx.AsyncClient(
                base_url=server.url, headers={"Authorization": f"Bearer {server.token}"}
            ) as client:
                seen.append([(await client.get("/v3/refs/ref_months")).status_code for _ in range(200)])
    assert 20 < seen[0].count(500) < 60
    assert seen[0] == seen[1]


async def test_a_hanging_answer_a_cut_one_and_a_dropped_connection(client: httpx.AsyncClient, server: Goszakup) -> None:
    hang = server.faults.add("hang", times=1)
    waiting = asyncio.create_task(client.post("/v3/graphql", json=NEWEST))
    await until(lambda: asyncio.sleep(0, hang.struck))
    assert not waiting.done()
    waiting.cancel()
    server.faults.add("cut", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post("/v3/graphql", json=NEWEST)
    server.faults.add("disconnect", times=1)
    with pytest.raises(httpx.TransportError):
        await client.post("/v3/graphql", json=NEWEST)
    assert len(await ids(client)) == 10


async def test_only_nested_queries_are_slow(client: httpx.AsyncClient, server: Goszakup) -> None:
    slow = server.faults.add("slow_nested", seconds=3600)
    assert len(await ids(client)) == 10
    waiting = asyncio.create_task(client.post("/v3/graphql", json={"query": "{ TrdBuy { id Lots { id } } }"}))
    await until(lambda: asyncio.sleep(0, slow.struck))
    assert not waiting.done()
    waiting.cancel()


async def test_a_looping_page_gives_the_first_rows_for_ever(client: httpx.AsyncClient, server: Goszakup) -> None:
    first = await ids(client)
    server.faults.add("page_loop")
    assert await ids(client, first[-1]) == first
    server.faults.clear()
    assert set(await ids(client, first[-1])).isdisjoint(first)


async def test_a_shifted_page_skips_rows_or_gives_them_again(client: httpx.AsyncClient, server: Goszakup) -> None:
    first = await ids(client)
    second = await ids(client, first[-1])
    server.faults.add("page_shift", rows=3, times=1)
    assert (await ids(client, first[-1]))[:7] == second[3:]
    server.faults.add("page_shift", rows=-3, times=1)
    assert set(await ids(client, first[-1])) & set(first)


async def test_a_row_comes_twice_with_other_content(client: httpx.AsyncClient, server: Goszakup) -> None:
    server.faults.add("duplicate", times=1)
    rows = (await client.post("/v3/graphql", json=NEWEST)).json()["data"]["TrdBuy"]
    assert rows[-1]["id"] == rows[-2]["id"]
    assert rows[-1]["totalSum"] != rows[-2]["totalSum"]


async def test_wrong_types_strike_one_row(client: httpx.AsyncClient, server: Goszakup) -> None:
    server.faults.add("wrong_types", times=1)
    rows = (await client.post("/v3/graphql", json=NEWEST)).json()["data"]["TrdBuy"]
    assert isinstance(rows[0]["totalSum"], str)
    assert isinstance(rows[1]["totalSum"], int | float)


async def test_the_clock_of_an_answer_can_be_wrong(client: httpx.AsyncClient, server: Goszakup) -> None:
    right = (await client.get("/v3/refs/ref_months")).headers["Date"]
    server.faults.add("clock_skew", seconds=86_400, times=1)
    wrong = (await client.get("/v3/refs/ref_months")).headers["Date"]
    assert right.startswith("Wed, 11 Nov 2026")
    assert wrong.startswith("Thu, 12 Nov 2026")


async def test_a_moved_host_says_where(client: httpx.AsyncClient, server: Goszakup) -> None:
    server.faults.add("moved", url="https://new.example", times=1)
    answer = await client.get("/v3/lots?limit=2")
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://new.example/v3/lots?limit=2")


async def test_a_renamed_field_is_unknown_under_its_old_name(
    client: httpx.AsyncClient, server: Goszakup, ask: Ask
) -> None:
    server.rename("TrdBuy.totalSum", "planSum")
    server.rest.extra["new_field"] = 1
    assert 'Cannot query field "totalSum"' in (await ask("{ TrdBuy { totalSum } }"))["errors"][0]["message"]
    assert (await ask("{ TrdBuy(limit: 1) { planSum } }"))["data"]["TrdBuy"][0]["planSum"] > 0
    item = (await client.get("/v3/trd-buy/all?limit=1")).json()["items"][0]
    assert "total_sum" not in item
    assert item["plan_sum"] > 0
    assert item["new_field"] == 1


async def test_records_can_be_put_in_by_hand_and_made_absurd(ask: Ask, server: Goszakup) -> None:
    country = server.country
    country.put("TrdBuy", {"id": 99_000_001, "numberAnno": "99000001-1", "totalSum": -5, "publishDate": "2999-01-01"})
    tender = next(iter(country.tenders()))
    country.patch("TrdBuy", tender.id, totalSum="много", Lots=[])
    query = "query($f: TrdBuyFiltersInput) { TrdBuy(filter: $f) { id totalSum publishDate nameRu Lots { id } } }"
    by_hand = (await ask(query, f={"id": 99_000_001}))["data"]["TrdBuy"]
    assert by_hand == [{"id": 99_000_001, "totalSum": -5, "publishDate": "2999-01-01", "nameRu": None, "Lots": []}]
    patched = (await ask(query, f={"id": tender.id}))["data"]["TrdBuy"][0]
    assert (patched["totalSum"], patched["Lots"]) == ("много", [])
    assert {entry.change for entry in country.ledger.entries if entry.id == tender.id} >= {"published", "patched"}


def test_a_fault_that_does_not_exist_is_refused_by_its_name(server: Goszakup) -> None:
    with pytest.raises(ValueError, match="no fault is called 'storm'"):
        server.faults.add("storm")
    with pytest.raises(ValueError, match="no fault is called 'storm'"):
        read_rates("storm=1")
    assert read_rates("status=0.05,hang=0.02") == {"status": 0.05, "hang": 0.02}
    assert set(KINDS) > {"status", "hang"}
