"""Tells the operator that the monitors' group cannot be told of tips, and that it can again."""

from __future__ import annotations

from collections.abc import Collection

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from alerts.subscribers import Subscribers
from bot.chat.services import CHANNEL
from bot.chat.texts import render

__all__ = ["OperatorAlarm"]

log = structlog.get_logger("tips")


class OperatorAlarm:
    """Writes to `telegram.admins`, each in the language they chose in the bot, else in `language`."""

    def __init__(self, people: Subscribers, admins: Collection[int], language: str) -> None:
        self._people = people
        self._admins = admins
        self._language = language

    async def __call__(self, bot: Bot, reason: str, waiting: int) -> bool:
        """Say why (`reason`, in Telegram's words) and how many tips wait; "": it is well again.

        Returns whether somebody got it; where nobody is to be told, that is enough.
        """
        heard = not self._admins
        for admin in self._admins:
            person = await self._people.subscriber(CHANNEL, str(admin))
            language = person.language if person else self._language
            text = render("tips/trouble", language, reason=reason, waiting=waiting)
            try:
                await bot.send_message(admin, text, parse_mode="HTML")
                heard = True
            except TelegramAPIError as error:
                log.warning("the operator was not told", reason=str(error))
        return heard
