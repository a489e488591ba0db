"""The Why? button under an alert, as old as the alert may be."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.chat import screens
from bot.chat.callbacks import Why
from bot.chat.lookup import tender_card
from bot.chat.reply import answer
from bot.chat.services import Person, Services

__all__ = ["router"]

DEFAULT_ZONE = "Asia/Almaty"
LARGEST_ID = 2**63 - 1


def router() -> Router:
    """Everybody who sees an alert may ask why it came."""
    made = Router(name="why")
    made.callback_query.register(why, Why.filter())
    return made


async def why(callback: CallbackQuery, callback_data: Why, person: Person, services: Services) -> None:
    """Answer below the alert with the numbers, the rule, the innocent reasons."""
    known = 0 < callback_data.tender <= LARGEST_ID
    card = await tender_card(services.store, callback_data.tender) if known else None
    zone = person.subscriber.zone if person.subscriber else DEFAULT_ZONE
    page = (
        services.renderer.why(card, person.language, zone) if card else screens.plain("unknown_tender", person.language)
    )
    if isinstance(callback.message, Message):
        await answer(callback.message, page, quote=True)
    elif callback.message is not None and callback.bot is not None:  # too old for Telegram to show it to us
        await callback.bot.send_message(callback.message.chat.id, page.html, parse_mode="HTML")
