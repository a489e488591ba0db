"""What the pages about mail share: the parts of `alerts.mail`, opened when first needed, and the page of a bad link."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from alerts.mail.mailing import Mailing
from bot.web.site import Page

__all__ = ["TOKEN", "Mailroom"]

TOKEN = r"{token:[A-Za-z0-9_-]{1,200}}"  # noqa: S105 - a part of an address
"""The part of an address that holds a signed token."""


class Mailroom:
    """`enabled`: a server for outgoing mail is configured, so that a digest can be asked for."""

    def __init__(self, opening: Callable[[], Awaitable[Mailing]], *, enabled: bool) -> None:
        self.enabled = enabled
        self._opening = opening
        self._mailing: Mailing | None = None
        self._lock = asyncio.Lock()

    async def mailing(self) -> Mailing:
        """The parts; the secret of the tokens is read once."""
        async with self._lock:
            if self._mailing is None:
                self._mailing = await self._opening()
            return self._mailing

    def refused(self, page: Page, *, expired: bool) -> web.Response:
        """A link that is forged, cut short, of another address, or too old: the page tells which can be told."""
        return page.render("bad_link", status=410 if expired else 404, cache="no-store", expired=expired)
