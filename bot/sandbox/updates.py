"""Updates waiting for the bot: kept until confirmed, handed out by long polling or taken by the webhook."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.sandbox.errors import OTHER_CONSUMER, WEBHOOK_ACTIVE, ApiError

LONGEST_POLL = 50
DEFAULT_KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
        "my_chat_member",
        "inline_query",
    }
)
Update = dict[str, Any]


class UpdateQueue:
    """The queue of one bot. `update_id` only grows; `waiting` is set while a long poll waits for news."""

    def __init__(self, first_id: int = 100_000_001) -> None:
        self.pending: dict[int, Update] = {}
        self.allowed: frozenset[str] = DEFAULT_KINDS
        self.webhook_url = ""
        self._next_id = first_id
        self.waiting = asyncio.Event()
        self._news = asyncio.Event()
        self._poll: asyncio.Future[None] | None = None

    def add(self, kind: str, body: dict[str, Any]) -> int | None:
        """Queue an update of an allowed kind and return its id; others are dropped, as on the real server."""
        if kind not in self.allowed:
            return None
        update_id = self._next_id
        self._next_id += 1
        self.pending[update_id] = {"update_id": update_id, kind: body}
        self._news.set()
        return update_id

    def allow(self, kinds: list[str] | None) -> None:
        """Remember the kinds the bot wants: none given keeps the last choice, an empty list is the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or DEFAULT_KINDS

    def confirm(self, offset: int) -> None:
        """Forget what came before `offset`; a negative one keeps that many of the newest."""
        if offset < 0:
            offset = next(iter(list(self.pending)[offset:]), 0)
        for update_id in [known for known in self.pending if known < offset]:
            self.done(update_id)

    def done(self, update_id: int) -> None:
        """Forget one update."""
        self.pending.pop(update_id, None)
        if not self.pending:
            self._news.clear()

    def drop(self) -> None:
        """Forget everything that waits."""
        self.pending.clear()
        self._news.clear()

    async def poll(self, offset: int, limit: int, seconds: int) -> list[Update]:
        """Answer getUpdates. Raises ApiError(409) while a webhook is set, or when another poll takes over."""
        if self.webhook_url:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self._take_over()
        self.confirm(offset)
        count = limit if 1 <= limit <= 100 else 100
        if not self.pending and seconds > 0:
            await self._wait(min(seconds, LONGEST_POLL))
        return [update for update_id, update in self.pending.items() if update_id >= offset][:count]

    async def first(self) -> Update:
        """Wait for the oldest update (the webhook's way)."""
        while not self.pending:
            await self._news.wait()
        return next(iter(self.pending.values()))

    def stop_polls(self) -> None:
        """End the poll that waits now, if any, with a 409."""
        self._take_over()

    def _take_over(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(ApiError(409, OTHER_CONSUMER))
        self._poll = None

    async def _wait(self, seconds: float) -> None:
        poll = self._poll = asyncio.get_running_loop().create_future()
        self.waiting.set()
        news = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({poll, news}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if poll.done():
                poll.result()
        finally:
            news.cancel()
            poll.cancel()
            if self._poll is poll:
                self._poll = None
                self.waiting.clear()
