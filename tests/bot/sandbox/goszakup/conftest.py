from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.moments import DAY
from bot.sandbox.goszakup.quirks import Quirks
from bot.sandbox.goszakup.server import Goszakup

MONDAY = datetime(2026, 11, 9, tzinfo=timezone(timedelta(hours=5)))

Ask = Callable[..., Awaitable[dict[str, Any]]]


def small_country(*, days: float = 2.5, per_day: int = 300, **how: Any) -> Country:
    country = Country(MONDAY, per_day=per_day, **how)
    country.advance(days * DAY)
    return country


@pytest.fixture
def country() -> Iterator[Country]:
    return small_country()


@pytest.fixture
def plain_country() -> Country:
    """A country whose API behaves as documented."""
    return small_country(quirks=Quirks.none())


@pytest.fixture
async def server(country: Country) -> AsyncIterator[Goszakup]:
    async with Goszakup(country) as running:
        yield running


@pytest.fixture
async def client(server: Goszakup) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {server.token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as speaking:
        yield speaking


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    async def asked(query: str, **variables: Any) -> dict[str, Any]:
        answer = await client.post("/v3/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200
        return dict(answer.json())

    return asked


async def all_ids(ask: Ask, root: str, *, limit: int = 50) -> list[int]:
    """Every id of a root, page by page, in the order given."""
    out: list[int] = []
    after: int | None = None
    while True:
        answer = await ask(f"query($after: Int) {{ {root}(limit: {limit}, after: $after) {{ id }} }}", after=after)
        out += [row["id"] for row in answer["data"][root]]
        info = answer["extensions"]["pageInfo"]
        if not info["hasNextPage"]:
            return out
        after = info["lastId"]
