"""Long polling that confirms nothing it has not stored."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from sqlalchemy.exc import SQLAlchemyError

from bot.inbox.stored import Inbox

__all__ = ["ALLOWED_UPDATES", "Receiver", "trouble"]

log = structlog.get_logger("telegram")

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "inline_query")
"""What we ask Telegram for, in polling and for a webhook; my_chat_member tells of a block without sending anything."""

LONGEST_PAUSE = 60.0


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates whose answer stays as it came: one update that cannot be read must not hide the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


class Receiver:
    """Asks for updates until cancelled. `timeout`: seconds one question stays open on Telegram's side (at most 50)."""

    def __init__(self, bot: Bot, inbox: Inbox, *, timeout: int = 30) -> None:
        self._bot = bot
        self._inbox = inbox
        self._timeout = timeout
        self._offset: int | None = None
        self._said = ""

    async def receive(self) -> int:
        """Ask once and store the answer; returns how many updates were new.

        The next question's offset confirms this batch, so it moves only after the batch is committed. After an empty
        answer everything before is confirmed and the offset is dropped: Telegram restarts its numbering at random
        after a week of silence, and an old offset could hide the new numbers.
        """
        question = GetRawUpdates(offset=self._offset, timeout=self._timeout, allowed_updates=list(ALLOWED_UPDATES))
        updates = await self._bot(question, request_timeout=self._timeout + 15)
        new = await self._inbox.put(updates)
        self._offset = updates[-1]["update_id"] + 1 if updates else None
        return new

    async def run(self) -> None:
        """Receive until cancelled. Each trouble is said once, with what to do, and waited out."""
        pause = 1.0
        while True:
            try:
                await self.receive()
            except (AiogramError, SQLAlchemyError, OSError) as error:
                self._say(trouble(error))
                asked = error.retry_after if isinstance(error, TelegramRetryAfter) else 0.0
                await asyncio.sleep(max(asked, pause * random.uniform(0.8, 1.2)))  # noqa: S311
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                if self._said:
                    log.info("telegram: updates come in again")
                self._said, pause = "", 1.0

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            log.warning(sentence)
        self._said = sentence


_SENTENCES: tuple[tuple[type[Exception], str], ...] = (
    (TelegramConflictError, "another program reads this bot's updates (409): stop it, one token has one reader"),
    (
        TelegramUnauthorizedError,
        "the token was refused (401): take a valid one from @BotFather and set telegram.token",
    ),
    (TelegramRetryAfter, "asked to wait (429): nothing to do, waiting"),
    (TelegramNetworkError, "no connection for updates: check the network and telegram.api_base; trying again"),
    (AiogramError, "updates cannot be read: trying again"),
    (Exception, "updates cannot be stored: check database.url; trying again"),
)


def trouble(error: Exception) -> str:
    """What is wrong with receiving, and what to do, in one sentence."""
    if isinstance(error, TelegramConflictError) and "webhook" in error.message.casefold():
        return "telegram: a webhook is set for this bot (409): delete it, or set telegram.mode to webhook"
    return "telegram: " + next(sentence for kind, sentence in _SENTENCES if isinstance(error, kind))
