"""The stand-in itself: OWS v3 on loopback, answering from a country whose time is live or stepped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.sandbox.goszakup.access import refusal
from bot.sandbox.goszakup.control import Control
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.execute import answer
from bot.sandbox.goszakup.faults import IN_THE_ANSWER, Faults, Handler
from bot.sandbox.goszakup.reading import Reader
from bot.sandbox.goszakup.rest import Rest
from bot.sandbox.goszakup.spoiling import Spoiler

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - the token of a stand-in, in the real one's shape
_TICK = 0.5


class Goszakup:
    """OWS v3 on 127.0.0.1 for the length of an `async with`; `url` is its address once entered.

    `speed`: seconds of the country for each second here; 0 means that only `country.advance` moves its time. `now`
    gives seconds on any clock. `manner`: how a wrong token is refused (`access.MANNERS`).
    """

    def __init__(
        self,
        country: Country,
        *,
        port: int = 0,
        token: str = TOKEN,
        speed: float = 0.0,
        now: Callable[[], float] = time.monotonic,
        manner: str = "mixed",
        seed: int = 0,
    ) -> None:
        self.country = country
        self.reader = Reader(country)
        self.rest = Rest(self.reader)
        self.faults = Faults(seed)
        self.token = token
        self.manner = manner
        self.url = ""
        self._spoiler = Spoiler()
        self._port = port
        self._speed = speed
        self._now = now
        self._began = (0.0, 0)
        self._runner: web.AppRunner | None = None
        self._ticker: asyncio.Task[None] | None = None

    def rename(self, place: str, new: str) -> None:
        """Let the schema drift: "TrdBuy.totalSum" is called `new` from now on, in GraphQL and REST."""
        self.reader.renamed[place] = new

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=1 << 20, middlewares=[self.faults.middleware, self._guard])
        application.add_routes([web.post("/v3/graphql", self._graphql), *self.rest.routes()])
        application.add_routes(Control(self.country, self.faults).routes())
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._began = (self._now(), self.country.now)
        if self._speed:
            self._ticker = asyncio.create_task(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        if self._runner is not None:
            await self._runner.cleanup()

    async def _tick(self) -> None:
        while True:
            self.catch_up()
            await asyncio.sleep(_TICK)

    def catch_up(self) -> None:
        """Let the country's time reach what the clock here says; without a speed it stands."""
        if self._speed:
            began, moment = self._began
            self.country.advance_to(moment + int((self._now() - began) * self._speed))

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse a wrong token, and date the answer by the country's clock."""
        self.catch_up()
        refused = None
        if not request.path.startswith("/sandbox/"):
            refused = refusal(request.headers.get("Authorization"), self.token, self.manner)
        response = refused or await handler(request)
        skew = self.faults.strike(f"{request.rel_url}", ("clock_skew",))
        moment = self.country.now + int(skew.seconds if skew else 0)
        if not response.prepared:
            response.headers["Date"] = format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)
        return response

    async def _graphql(self, request: web.Request) -> web.Response:
        text = await request.text()
        try:
            body = json.loads(text)
        except ValueError:
            return _json({"errors": [{"message": "GraphQL Server: the body is not JSON"}]}, 400)
        body = body if isinstance(body, dict) else {}
        fault = self.faults.strike(text, tuple(kind for kind in IN_THE_ANSWER if kind != "clock_skew"))
        if fault is not None and fault.kind == "slow_nested":
            if self._spoiler.is_nested(body):
                await asyncio.sleep(fault.seconds)
            fault = None
        reading = self.reader.reading()
        return _json(answer(body, reading) if fault is None else self._spoiler.answer(fault, body, reading))


def _json(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=lambda what: json.dumps(what, ensure_ascii=False))
