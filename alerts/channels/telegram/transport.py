"""Sending one message through the Bot API. Never tries again by itself: the outbox decides what is owed."""

from __future__ import annotations

from functools import lru_cache

import aiohttp
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import AiogramError
from aiogram.methods.base import Response
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from aiogram.types import Message as SentMessage

from alerts.channels.base import Button, Message
from alerts.channels.telegram.errors import delivery_error
from alerts.channels.telegram.signing import Signed

__all__ = ["TelegramChannel", "connect", "keyboard"]

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_ANSWER = Response[SentMessage]  # aiogram asks for this model at each answer; pydantic builds it anew unless it is held


def connect(token: str, api_base: str = "", *, seconds: float = 30.0) -> Bot:
    """A bot on Telegram's server, or on a local Bot API server at `api_base`; `seconds` is the time-out of a call.

    Its buttons are signed, see `signing`.
    """
    server = TelegramAPIServer.from_base(api_base) if api_base else PRODUCTION
    bot = Bot(token, session=AiohttpSession(api=server, timeout=seconds))
    bot.session.middleware(Signed())
    return bot


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(text=button.text, url=button.url)
    return InlineKeyboardButton(text=button.text, callback_data=button.data)


@lru_cache(maxsize=512)
def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """Our buttons as Telegram's keyboard; None without any. One for all who get the same card."""
    if not rows:
        return None
    return InlineKeyboardMarkup(inline_keyboard=[[_button(button) for button in row] for row in rows])


def _reply(message_id: str) -> ReplyParameters | None:
    """To an earlier message of the chat; if it is gone (deleted, or the group moved) the new one goes out alone."""
    if not message_id.isdigit():
        return None
    return ReplyParameters(message_id=int(message_id), allow_sending_without_reply=True)


class TelegramChannel:
    """Reaches people by chat id. One request a call; errors say in data what happened (see `errors`)."""

    name = "telegram"

    def __init__(self, bot: Bot, *, paid: bool = False) -> None:
        self._bot = bot
        self._paid = paid or None  # of a call: the operator's Stars are spent above 30 messages a second

    async def send(self, address: str, message: Message) -> str:
        """Send to a chat id or @channel, link previews off; returns Telegram's message id.

        Raises DeliveryError (not sent, with what to do) or UncertainDelivery (the request went out, no answer came).
        """
        try:
            sent = await self._bot.send_message(
                chat_id=address,
                text=message.html,
                parse_mode=None if message.plain else ParseMode.HTML,
                message_thread_id=message.topic or None,
                allow_paid_broadcast=self._paid,
                link_preview_options=_NO_PREVIEW,
                reply_markup=keyboard(message.buttons),
                disable_notification=message.silent or None,
                reply_parameters=_reply(message.reply_to),
            )
        except (AiogramError, aiohttp.ClientError, OSError) as error:
            # The cause is left out on purpose: its text and its request hold the token.
            raise delivery_error(error, address, self._bot.token, message.topic) from None
        return str(sent.message_id)

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.session.close()
