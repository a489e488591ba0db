"""A server on loopback that answers `sendMessage` as it is told, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest_asyncio
from aiohttp import web

TOKEN = "42:SECRET-token_of_nobody"
SENT = {"ok": True, "result": {"message_id": 77, "date": 1795000000, "chat": {"id": 5, "type": "private"}}}


@dataclass
class BotApi:
    """`answer` is what the next requests get: (status, JSON), or 'drop', 'hang', 'html'."""

    url: str = ""
    answer: tuple[int, dict[str, Any]] | str = (200, SENT)
    asked: list[dict[str, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert request.path == f"/bot{TOKEN}/sendMessage"
        self.asked.append({key: str(value) for key, value in (await request.post()).items()})
        if self.answer == "drop":
            assert request.transport is not None
            request.transport.close()
        if self.answer == "hang":
            await asyncio.sleep(5)
        if isinstance(self.answer, str):
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        status, body = self.answer
        return web.json_response(body, status=status)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    server = BotApi()
    application = web.Application()
    application.router.add_post("/{path:.*}", server.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()
