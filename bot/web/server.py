"""The HTTP server of this process."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.webhook import LARGEST, Webhook

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
    """Serves until told to stop; `port` is the real one once `started` is set.

    Raises OSError where the address cannot be listened on.
    """

    def __init__(self, host: str, port: int, *, health: Health, metrics: Metrics, webhook: Webhook | None) -> None:
        self.host = host
        self.port = port
        self.started = asyncio.Event()
        self._app = web.Application(client_max_size=LARGEST, middlewares=[_safe])
        self._app.add_routes(
            [
                web.get("/healthz", health.healthz),
                web.get("/readyz", health.readyz),
                web.get("/metrics", metrics.metrics),
            ]
        )
        if webhook is not None:
            self._app.add_routes([web.post(webhook.path, webhook.take)])

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
