"""Sending one message through the Bot API. Never tries again by itself: the outbox decides what is owed."""

from __future__ import annotations

from typing import Any

import aiohttp
from aiogram import Bot
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import AiogramError

from alerts.channels.base import Button, Message
from alerts.channels.telegram.errors import delivery_error
from alerts.channels.telegram.session import JsonSession, SendText
from alerts.channels.telegram.signing import Signed, sign

__all__ = ["TelegramChannel", "connect"]


def connect(token: str, api_base: str = "", *, seconds: float = 30.0) -> Bot:
    """A bot on Telegram's server, or on a local Bot API server at `api_base`; `seconds` is the time-out of a call.

    Its buttons are signed, see `signing`.
    """
    server = TelegramAPIServer.from_base(api_base) if api_base else PRODUCTION
    bot = Bot(token, session=JsonSession(server, seconds))
    bot.session.middleware(Signed())
    return bot


def _button(button: Button, token: str, chat: str) -> dict[str, str]:
    if button.url:
        return {"text": button.text, "url": button.url}
    return {"text": button.text, "callback_data": sign(token, chat, button.data)}


def _values(address: str, message: Message, token: str) -> dict[str, Any]:
    """The arguments of `sendMessage`; what is not set is left out."""
    values: dict[str, Any] = {
        "chat_id": address,
        "text": message.html,
        "link_preview_options": {"is_disabled": True},
    }
    if not message.plain:
        values["parse_mode"] = "HTML"
    if message.buttons:
        rows = [[_button(button, token, address) for button in row] for row in message.buttons]
        values["reply_markup"] = {"inline_keyboard": rows}
    if message.topic:
        values["message_thread_id"] = message.topic
    if message.silent:
        values["disable_notification"] = True
    if message.reply_to.isdigit():  # if that message is gone (deleted, or the group moved) this one goes out alone
        values["reply_parameters"] = {"message_id": int(message.reply_to), "allow_sending_without_reply": True}
    return values


class TelegramChannel:
    """Reaches people by chat id. One request a call; errors say in data what happened (see `errors`)."""

    name = "telegram"

    def __init__(self, bot: Bot, *, paid: bool = False) -> None:
        self._bot = bot
        self._paid = paid  # of a call: the operator's Stars are spent above 30 messages a second

    async def send(self, address: str, message: Message) -> str:
        """Send to a chat id or @channel, link previews off; returns Telegram's message id.

        Raises DeliveryError (not sent, with what to do) or UncertainDelivery (the request went out, no answer came).
        """
        values = _values(address, message, self._bot.token)
        if self._paid:
            values["allow_paid_broadcast"] = True
        try:
            sent = await self._bot(SendText.model_validate(values))
        except (AiogramError, aiohttp.ClientError, OSError) as error:
            # The cause is left out on purpose: its text and its request hold the token.
            raise delivery_error(error, address, self._bot.token, message.topic) from None
        return str(sent.message_id)

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.session.close()
