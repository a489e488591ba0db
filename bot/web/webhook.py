"""Telegram's webhook: an update is stored before it is acknowledged, whoever cannot store it says when to come again.

The path is derived from the bot's token, so that nobody meets it by chance; that a call is Telegram's is proved by the
secret header, which `telegram.webhook_secret` sets (derived from the token too where it is not set).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.inbox import Inbox, is_id

__all__ = ["PATH", "SECRET_HEADER", "Webhook", "webhook_path", "webhook_secret"]

log = structlog.get_logger("webhook")

PATH = "/telegram/{path}"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LARGEST = 1024 * 1024
"""Bytes of one update; Telegram's are a few kilobytes."""
_COUNT_SECONDS = 1.0


def _derived(token: str, purpose: bytes) -> str:
    return hashlib.blake2b(token.encode(), key=purpose, digest_size=24).hexdigest()


def webhook_path(token: str) -> str:
    """The path under which this bot's updates come in: /telegram/ and 48 letters and digits."""
    return PATH.format(path=_derived(token, b"webhook path"))


def webhook_secret(token: str, chosen: str = "") -> str:
    """The word in the secret header: the chosen one, else one derived from the token (1-256 of A-Z a-z 0-9 _ -)."""
    return chosen or _derived(token, b"webhook secret")


class Webhook:
    """Takes updates. Answers 200 only for what is stored.

    `most_waiting`: with more updates than this not handled yet, callers are asked to come again (503), so that a flood
    waits at Telegram, which keeps updates for a day, and not in the database. `retry_after`: in how many seconds.
    """

    def __init__(
        self,
        inbox: Inbox,
        token: str,
        *,
        secret: str,
        most_waiting: int = 5000,
        retry_after: int = 5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = webhook_path(token)
        self._inbox = inbox
        self._secret = secret.encode()
        self._most_waiting = most_waiting
        self._retry_after = retry_after
        self._now = monotonic
        self._counted = (-_COUNT_SECONDS, 0)
        self._said = False

    def routes(self) -> list[web.RouteDef]:
        """Where Telegram posts."""
        return [web.post(self.path, self.take)]

    async def take(self, request: web.Request) -> web.Response:
        """Store one update."""
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(errors="replace"), self._secret):
            raise web.HTTPForbidden(text="no")
        try:
            update = json.loads(await request.read())
        except (ValueError, RecursionError):
            update = None
        if not isinstance(update, dict) or not is_id(update.get("update_id")):
            raise web.HTTPBadRequest(text="not an update")
        try:
            if await self._crowded():
                return self._later()
            await self._inbox.put([update])
        except (SQLAlchemyError, OSError) as error:
            if not self._said:
                log.warning("webhook: updates cannot be stored: check database.url", error=type(error).__name__)
            self._said = True
            return self._later()
        self._said = False
        return web.Response(text="ok")

    async def _crowded(self) -> bool:
        counted_at, waiting = self._counted
        if self._now() - counted_at >= _COUNT_SECONDS:
            waiting = await self._inbox.waiting()
            self._counted = (self._now(), waiting)
        return waiting > self._most_waiting

    def _later(self) -> web.Response:
        return web.Response(status=503, text="later", headers={"Retry-After": str(self._retry_after)})
