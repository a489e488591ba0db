"""Answers to people go out at the bot's pace, before alerts: the session middleware of the conversation's bot."""

from __future__ import annotations

from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.methods.base import Response, TelegramType

from alerts.pace import Pacer

__all__ = ["Paced"]


class Paced(BaseRequestMiddleware):
    """Waits for a turn before each call that writes to a chat, and tells the pacer when Telegram asks to wait."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Make the request in its turn. Questions (getUpdates, getChatMember) and callback answers are not paced."""
        chat_id: Any = getattr(method, "chat_id", None)
        chat = str(chat_id) if chat_id is not None and method.__api_method__.startswith(("send", "edit")) else ""
        if chat:
            await self._pacer.turn(chat, first=True)
        try:
            return await make_request(bot, method)
        except TelegramRetryAfter as asked:
            self._pacer.hold(asked.retry_after, chat if chat.startswith("-") else None)
            raise
