"""The HTTP server of this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.webhook import LARGEST

__all__ = ["WebServer", "address_of"]

log = structlog.get_logger("web")

_FINISH = 1.5
"""Seconds that requests in hand get when the process stops."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class WebServer:
    """Serves `routes`, a list each part adds its own to, until told to stop.

    `port` is the real one once `started` is set. `middlewares` go between the strict headers and the handlers.

    Raises OSError where the address cannot be listened on.
    """

    def __init__(
        self, host: str, port: int, routes: Iterable[web.AbstractRouteDef], middlewares: Sequence[Middleware] = ()
    ) -> None:
        self.host = host
        self.port = port
        self.started = asyncio.Event()
        self._app = web.Application(client_max_size=LARGEST, middlewares=[_safe, *middlewares])
        self._app.add_routes(routes)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen, serve, and once told to stop take nothing new and finish what is in hand."""
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=_FINISH)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
            self.port = int(runner.addresses[0][1])
            self.started.set()
            log.info("listening", address=f"http://{self.host}:{self.port}")
            await stop.wait()
        finally:
            await runner.cleanup()


def address_of(listen: str) -> tuple[str, int]:
    """Host and port of `web.listen`, which was checked when the configuration was read."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


@web.middleware
async def _safe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Strict headers on every answer; a bug is one line in the log and says nothing to the caller."""
    try:
        response = await handler(request)
    except web.HTTPException as answer:
        response = answer
    except Exception as error:
        log.exception("a request broke", method=request.method, error=type(error).__name__)
        response = web.Response(status=500, text="an error here; it is in the log")
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if isinstance(response, web.HTTPException):
        raise response
    return response
