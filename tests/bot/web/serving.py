"""The pages of one test over real HTTP, on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from multidict import CIMultiDictProxy

from bot.web import WebServer
from bot.web.site import Site

BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en-GB,en;q=0.9"}


class Answer(msgspec.Struct):
    """What came back."""

    status: int
    text: str
    headers: CIMultiDictProxy[str]


class Served:
    """A running server, and someone with a browser."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.session = session

    async def get(self, path: str, *, method: str = "GET", params: Any = None, **headers: str) -> Answer:
        named = BROWSER | {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.base + path
        async with self.session.request(method, url, params=params, headers=named, allow_redirects=False) as answer:
            return Answer(answer.status, (await answer.read()).decode(errors="replace"), answer.headers)

    async def post(self, path: str, data: Any = None, **headers: str) -> Answer:
        named = BROWSER | {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.base + path
        async with self.session.post(url, data=data, headers=named, allow_redirects=False) as answer:
            return Answer(answer.status, (await answer.read()).decode(errors="replace"), answer.headers)


@asynccontextmanager
async def served(site: Site, routes: Iterable[web.AbstractRouteDef]) -> AsyncIterator[Served]:
    """Serve these pages until the end of the block."""
    server, stop = WebServer("127.0.0.1", 0, routes, [site.mishaps]), asyncio.Event()
    run = asyncio.create_task(server.run(stop))
    await server.started.wait()
    try:
        async with aiohttp.ClientSession() as session:
            yield Served(f"http://127.0.0.1:{server.port}", session)
    finally:
        stop.set()
        await run
