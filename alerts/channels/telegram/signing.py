"""What a button sends back carries a signature: only what this bot wrote, for that chat, is taken.

Whoever has a changed client can send any data for any message. The key comes from the bot's token, so that buttons
outlive a redeploy and no process has to be told a secret. A signature names the chat it was made for; where the chat
is not known by its number (a message shared inline, a channel by its @name) it names none.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.methods import AnswerInlineQuery, TelegramMethod
from aiogram.methods.base import Response, TelegramType
from aiogram.types import InlineKeyboardMarkup

__all__ = ["LONGEST_DATA", "Signed", "read_signed", "sign"]

_BYTES = 6  # 48 bits: to hit one by guessing takes longer than the flood guard lets anybody try
_TELEGRAM_TAKES = 64
LONGEST_DATA = _TELEGRAM_TAKES - 1 - _BYTES * 8 // 6
"""Bytes left for what a button says, once ":" and the signature stand behind it."""


@lru_cache(maxsize=8)
def _key(token: str) -> bytes:
    """HKDF (RFC 5869) of the token, for this purpose alone."""
    extracted = hmac.digest(b"baqylau", token.encode(), "sha256")
    return hmac.digest(extracted, b"callback data 1\x01", "sha256")


def _signature(token: str, chat: str, data: str) -> str:
    made = hmac.digest(_key(token), f"{chat}\n{data}".encode(), "sha256")[:_BYTES]
    return base64.urlsafe_b64encode(made).decode()


def _number(chat: object) -> str:
    """A chat as its number; "" for one that is called otherwise."""
    text = str(chat)
    return text if text.removeprefix("-").isdecimal() else ""


def sign(token: str, chat: object, data: str) -> str:
    """`data` with its signature for a chat (a number; anything else: no chat in particular)."""
    return f"{data}:{_signature(token, _number(chat), data)}"


def read_signed(token: str, chat: int | None, signed: str) -> str | None:
    """The data behind a signature of ours for this chat, or for none in particular; None for anything else."""
    data, _, given = signed.rpartition(":")
    for place in (_number(chat), ""):
        if hmac.compare_digest(_signature(token, place, data).encode(), given.encode()):
            return data
    return None


def _signed(markup: InlineKeyboardMarkup, token: str, chat: object) -> InlineKeyboardMarkup:
    """The same keyboard for one chat. A copy: one keyboard may go out to many chats."""
    rows = [
        [
            one.model_copy(update={"callback_data": sign(token, chat, one.callback_data)}) if one.callback_data else one
            for one in row
        ]
        for row in markup.inline_keyboard
    ]
    return markup.model_copy(update={"inline_keyboard": rows})


def _in_results(results: Sequence[Any], token: str) -> list[Any]:
    """Answers to an inline query, their keyboards signed for no chat in particular."""
    return [
        one.model_copy(update={"reply_markup": _signed(markup, token, "")})
        if isinstance(markup := getattr(one, "reply_markup", None), InlineKeyboardMarkup)
        else one
        for one in results
    ]


class Signed(BaseRequestMiddleware):
    """Signs the buttons of every call with aiogram's keyboards, whoever made it; `TelegramChannel` signs its own."""

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Make the request with signed buttons."""
        changed: dict[str, Any] = {}
        markup = getattr(method, "reply_markup", None)
        if isinstance(markup, InlineKeyboardMarkup):
            changed = {"reply_markup": _signed(markup, bot.token, getattr(method, "chat_id", None))}
        elif isinstance(method, AnswerInlineQuery):
            changed = {"results": _in_results(method.results, bot.token)}
        return await make_request(bot, method.model_copy(update=changed) if changed else method)
