"""What was sent in confidence and could not be kept is asked for again."""

from __future__ import annotations

from aiogram import Bot

from alerts.i18n import DEFAULT_LANGUAGE
from bot.chat.keyboards import markup
from bot.chat.services import CHANNEL, Services
from bot.tips.tipper import screens

__all__ = ["Interrupted"]


class Interrupted:
    """Tells a chat that what it sent last died with the process that alone could read it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, bot: Bot, chat_id: int) -> None:
        """Ask for the message again and show the way on. A group is not told: only people send in confidence."""
        if chat_id <= 0:
            return
        subscriber = await self._services.subscriptions.subscriber(CHANNEL, str(chat_id))
        tips = self._services.tips
        draft = await tips.drafts.get(chat_id) if tips is not None else None
        spoken = draft.language if draft is not None else ""
        language = subscriber.language if subscriber else spoken or DEFAULT_LANGUAGE
        page = screens.interrupted(draft, language)
        await bot.send_message(chat_id, page.html, parse_mode="HTML", reply_markup=markup(page.buttons))
