"""Deleting a conversation from the chat."""

from __future__ import annotations

from collections.abc import Iterable

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest

__all__ = ["erase_messages"]


async def erase_messages(bot: Bot, chat_id: int, message_ids: Iterable[int]) -> tuple[int, int]:
    """Delete messages of both sides; returns how many are gone and how many Telegram would not delete.

    A bot may delete what a private chat holds for 48 hours. One call a message: the call for many does not say which
    were left.
    """
    gone = left = 0
    for id_ in sorted(filter(None, set(message_ids)), reverse=True):
        try:
            await bot.delete_message(chat_id, id_)
        except TelegramBadRequest as error:
            if "not found" in error.message:
                gone += 1
            else:
                left += 1
        else:
            gone += 1
    return gone, left
