from __future__ import annotations

import httpx
import pytest

from bot.sandbox.goszakup.server import Goszakup

QUERY = {"query": "{ TrdBuy { id } }"}


@pytest.mark.parametrize(
    ("header", "status", "words"),
    [
        ("", 401, ""),
        ("Bearer short", 404, "Invalid Route"),
        ("Bearer ffffffffffffffffffffffffffffffff", 403, "Access denied"),
    ],
)
async def test_a_wrong_token_is_refused_in_three_ways(server: Goszakup, header: str, status: int, words: str) -> None:
    async with httpx.AsyncClient(base_url=server.url) as stranger:
        headers = {"Authorization": header} if header else {}
        answer = await stranger.post("/v3/graphql", json=QUERY, headers=headers)
        by_rest = await stranger.get("/v3/lots", headers=headers)
    assert answer.status_code == by_rest.status_code == status
    assert words in answer.text
    if status == 403:
        assert answer.json()["type"] == "yii\\web\\HttpException"


async def test_a_fixed_manner_of_refusal_can_be_chosen(server: Goszakup) -> None:
    server.manner = "404"
    async with httpx.AsyncClient(base_url=server.url) as stranger:
        assert (await stranger.get("/v3/lots")).json()["message"] == "Invalid Route"


async def test_single_records_and_their_parts(client: httpx.AsyncClient, server: Goszakup) -> None:
    tender = next(iter(server.country.tenders()))
    one = (await client.get(f"/v3/trd-buy/{tender.id}")).json()
    assert one["number_anno"] == tender.number_anno
    assert one["ref_buy_status_id"] == tender.status
    by_number = (await client.get(f"/v3/lots/number-anno/{tender.number_anno}")).json()
    assert {item["id"] for item in by_number["items"]} == {lot.id for lot in tender.lots}
    for part in ("commission", "pause", "cancel"):
        assert (await client.get(f"/v3/trd-buy/{tender.id}/{part}")).json()["items"] is not None
    assert (await client.get("/v3/trd-buy/5")).json()["type"] == "yii\\web\\NotFoundHttpException"


async def test_a_contract_is_found_by_its_number_and_shows_its_units(client: httpx.AsyncClient) -> None:
    first = (await client.get("/v3/contract/all?limit=1")).json()["items"][0]
    number = first["contract_number_sys"]
    found = (await client.get("/v3/contract/number-sys/", params={"number": number})).json()["items"]
    assert [item["id"] for item in found] == [first["id"]]
    units = (await client.get(f"/v3/contract/{first['id']}/units")).json()["items"]
    assert units[0]["item_price"] * units[0]["quantity"] == pytest.approx(first["contract_sum"])


async def test_code_lists_and_the_answer_to_an_unknown_one(client: httpx.AsyncClient) -> None:
    methods = (await client.get("/v3/refs/ref_trade_methods")).json()
    assert {item["id"]: item["symbol_code"] for item in methods["items"]}[3] == "ЗЦП"
    assert (await client.get("/v3/refs/ref_lots_status/240")).json()["id"] == 240
    unknown = await client.get("/v3/refs/ref_enstru")
    assert (unknown.status_code, unknown.json()) == (200, {"error": "Справочник не найден"})


async def test_who_is_not_in_the_register_of_unscrupulous_suppliers_is_404(
    client: httpx.AsyncClient, server: Goszakup
) -> None:
    entry = next(iter(server.country.shelves["Rnu"]))
    item = (await client.get(f"/v3/rnu/{entry.supplier.bin}")).json()["items"][0]
    assert item["supplier_biin"] == entry.supplier.bin
    assert item["id"] == str(entry.id)
    absent = await client.get("/v3/rnu/000000000000")
    assert (absent.status_code, absent.json()["message"]) == (404, "Поставщик не найден в реестре")


async def test_a_subject_is_found_by_bin_and_pid_an_unknown_one_is_404(
    client: httpx.AsyncClient, server: Goszakup
) -> None:
    buyer = server.country.buyers[7]
    by_bin = (await client.get(f"/v3/subject/biin/{buyer.bin}")).json()
    assert (by_bin["pid"], by_bin["bin"]) == (buyer.pid, buyer.bin)
    assert (await client.get(f"/v3/subject/{buyer.pid}")).json() == by_bin
    assert (await client.get("/v3/subject/biin/1")).json()["message"] == "Компания не найдена"


async def test_time_ledger_and_faults_can_be_reached_from_another_process(
    client: httpx.AsyncClient, server: Goszakup
) -> None:
    before = (await client.get("/sandbox/state")).json()
    after = (await client.post("/sandbox/advance", json={"seconds": 7200})).json()
    assert after["seconds"] == before["seconds"] + 7200
    assert after["TrdBuy"] > before["TrdBuy"]
    entries = (await client.get("/sandbox/ledger", params={"kind": "TrdBuy", "change": "published"})).json()["entries"]
    assert {entry["id"] for entry in entries} <= set(server.country.ledger.published())
    assert entries
    await client.post("/sandbox/faults", json={"kind": "status", "status": 500, "times": 1})
    assert (await client.get("/v3/lots")).status_code == 500
    assert (await client.get("/v3/lots")).status_code == 200
    assert (await client.post("/sandbox/faults", json={"kind": "no such"})).status_code == 400


async def test_a_record_can_be_made_absurd_from_another_process(client: httpx.AsyncClient, server: Goszakup) -> None:
    number = next(server.country.tenders()).id
    patch = {"kind": "TrdBuy", "id": number, "fields": {"totalSum": -5}}
    assert (await client.post("/sandbox/patch", json=patch)).json() == {"patched": 1}
    assert (await client.get(f"/v3/trd-buy/{number}")).json()["total_sum"] == -5
    await client.delete("/sandbox/patch")
    assert (await client.get(f"/v3/trd-buy/{number}")).json()["total_sum"] > 0
    assert (await client.post("/sandbox/patch", json=patch | {"kind": "Nothing"})).status_code == 400
