"""A server on loopback that answers a method (`sendMessage`) as it is told, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest_asyncio
from aiohttp import web

TOKEN = "42:SECRET-token_of_nobody"
SENT = {"ok": True, "result": {"message_id": 77, "date": 1795000000, "chat": {"id": 5, "type": "private"}}}


async def _read(request: web.Request) -> dict[str, str]:
    """The arguments as Telegram's server reads them: a string of a JSON body is itself, anything else its JSON."""
    if request.content_type == "application/json":
        given = await request.json()
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()}
    return {key: str(value) for key, value in (await request.post()).items()}


@dataclass
class BotApi:
    """`answer` is what the next requests get: (status, JSON), or 'drop', 'hang', 'html', 'latin' (no UTF-8)."""

    url: str = ""
    answer: tuple[int, dict[str, Any]] | str = (200, SENT)
    method: str = "sendMessage"
    asked: list[dict[str, str]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert request.path == f"/bot{TOKEN}/{self.method}"
        self.kinds.append(request.content_type)
        self.asked.append(await _read(request))
        if self.answer == "drop":
            assert request.transport is not None
            request.transport.close()
        if self.answer == "hang":
            await asyncio.sleep(60)
        if isinstance(self.answer, str):
            page = b"<html>Bad \xff Gateway</html>" if self.answer == "latin" else b"<html>Bad Gateway</html>"
            return web.Response(status=502, body=page, content_type="text/html")
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
