"""The pages of the demo's portal: what is behind "On the portal", so that no button leads nowhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from watchers.ocds import Release
from watchers.sources.goszakup.identity import number_of
from watchers.summary import summarise

__all__ = ["Portal"]

Find = Callable[[int], Awaitable[Release | None]]


class Portal:
    """Serves a page an announcement on loopback, by its id: `async with Portal(find) as portal`, then `portal.base`."""

    def __init__(self, find: Find) -> None:
        self._find = find
        environment = Environment(
            loader=PackageLoader("bot.demo", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._page = environment.get_template("portal.html")
        self._runner: web.AppRunner | None = None
        self.base = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/ru/announce/index/{number:\\d+}", self._show)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _show(self, request: web.Request) -> web.Response:
        release = await self._find(int(request.match_info["number"]))
        if release is None:
            raise web.HTTPNotFound(text="There is no such announcement in the demo.")
        bids = release.bids.details if release.bids else ()
        text = self._page.render(
            release=release, tender=release.tender, summary=summarise(release), bids=bids, number_of=number_of
        )
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return web.Response(text=text, content_type="text/html", headers=headers)
