"""Runs a stand-in on loopback for the length of an `async with`."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

from tests.standins.faults import Faults


class StandIn:
    """A server on 127.0.0.1; `url` is its address once entered. A subclass fills `routes`."""

    def __init__(self, port: int = 0) -> None:
        self.faults = Faults()
        self.url = ""
        self._port = port
        self._runner: web.AppRunner | None = None

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        application = web.Application(middlewares=[self.faults.middleware])
        application.add_routes(self.routes())
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
