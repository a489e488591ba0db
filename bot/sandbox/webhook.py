"""The webhook: updates posted to the bot's address, oldest first, repeated until they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp

from bot.sandbox.updates import UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LONGEST_DELAY = 60.0
LONGEST_RETRY_AFTER = 3600.0


class Webhook:
    """Posts updates one at a time. `delay` is the first wait after a failure in seconds; it doubles up to 60.

    An answer other than 2xx keeps the update, and its Retry-After header is honoured. Unlike the real server it takes
    plain http (loopback) and does not run a method written into the answer.
    """

    def __init__(self, queue: UpdateQueue, *, clock: Callable[[], datetime], delay: float = 1.0) -> None:
        self.queue, self._clock, self._delay = queue, clock, delay
        self.secret = ""
        self.max_connections = 40
        self.last_error: tuple[int, str] | None = None
        self._task: asyncio.Task[None] | None = None

    async def set(self, url: str, *, secret: str = "", max_connections: int = 40) -> None:
        """Post to `url` from now on."""
        await self.stop()
        self.queue.stop_polls()
        self.queue.webhook_url, self.secret = url, secret
        self.max_connections, self.last_error = max_connections, None
        self._task = asyncio.create_task(self._run(url))

    async def stop(self) -> None:
        """Stop posting; the updates stay."""
        task, self._task = self._task, None
        self.queue.webhook_url = ""
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def info(self) -> dict[str, Any]:
        """Return the WebhookInfo object."""
        info: dict[str, Any] = {
            "url": self.queue.webhook_url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.queue.pending),
        }
        if self.queue.webhook_url:
            info |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
            info["allowed_updates"] = sorted(self.queue.allowed)
            if self.last_error:
                info["last_error_date"], info["last_error_message"] = self.last_error
        return info

    async def _run(self, url: str) -> None:
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        delay = self._delay
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while True:
                update = await self.queue.first()
                trouble, wait = await self._post(session, url, headers, update)
                if not trouble:
                    self.queue.done(update["update_id"])
                    delay = self._delay
                    continue
                self.last_error = (int(self._clock().timestamp()), trouble)
                await asyncio.sleep(delay if wait is None else min(wait, LONGEST_RETRY_AFTER))
                delay = min(delay * 2, LONGEST_DELAY)

    async def _post(
        self, session: aiohttp.ClientSession, url: str, headers: dict[str, str], update: dict[str, Any]
    ) -> tuple[str, float | None]:
        try:
            async with session.post(url, json=update, headers=headers, allow_redirects=False) as answer:
                if 200 <= answer.status < 300:
                    return "", None
                after = answer.headers.get("Retry-After", "")
                wait = float(after) if after.isdigit() else None
                return f"Wrong response from the webhook: {answer.status} {answer.reason}", wait
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {str(error) or type(error).__name__}", None
