"""The Why? button under an alert, as old as the alert may be; `/why` in reply to one; the pages of a list."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from sqlalchemy import select

from alerts.channels.base import Message as Page
from alerts.outbox import Event, outbox
from alerts.told import told_by_message
from bot.chat import screens
from bot.chat.callbacks import TurnList, Why
from bot.chat.cards import LARGEST_ID, reasons_page, shown_card
from bot.chat.reply import answer, edit, whisper
from bot.chat.services import Person, Services
from bot.chat.texts import out_of_date

__all__ = ["router"]


def router() -> Router:
    """Everybody who sees an alert may ask why it came, and turn the pages of a list."""
    made = Router(name="why")
    made.message.register(why_of_message, Command("why"))
    made.callback_query.register(why, Why.filter())
    made.callback_query.register(turn, TurnList.filter())
    return made


async def why(callback: CallbackQuery, callback_data: Why, person: Person, services: Services) -> None:
    """Turn the card into its reasons: the numbers, the rule, the innocent explanations; a button leads back."""
    message_id = callback.message.message_id if callback.message is not None else 0
    page = await _page(callback_data.tender, message_id, person, services)
    if person.group:  # the card is everybody's
        await whisper(callback, page)
    else:
        await edit(callback, page)


async def why_of_message(message: Message, person: Person, services: Services) -> None:
    """The same for the alert that is replied to, else for the last one sent to this chat."""
    if person.subscriber is None:
        await answer(message, screens.plain("stranger", person.language))
        return
    replied = message.reply_to_message
    asked = str(replied.message_id) if replied is not None else ""
    told = await told_by_message(services.database, person.subscriber.id, asked)
    tenders = {one.tender_id for one in told}
    if len(tenders) != 1:
        await answer(message, screens.plain("why_list" if tenders else "why_nothing", person.language))
        return
    await answer(
        message, await _page(tenders.pop(), replied.message_id if replied else 0, person, services), quote=True
    )


async def _page(tender_id: int, message_id: int, person: Person, services: Services) -> Page:
    card = await shown_card(tender_id, message_id, person, services)
    if card is None:
        return screens.plain("unknown_tender", person.language)
    return await reasons_page(card, person, services)


async def turn(callback: CallbackQuery, callback_data: TurnList, person: Person, services: Services) -> str | None:
    """Another page of a list that was sent to this chat."""
    reason = None
    if person.subscriber is not None and 0 < callback_data.id <= LARGEST_ID:
        mine = (outbox.c.id == callback_data.id, outbox.c.subscriber_id == person.subscriber.id)
        async with services.database.read() as connection:
            event = (await connection.execute(select(outbox.c.event).where(*mine))).scalar_one_or_none()
        kind, _, reason = (event or "").partition(":")
        reason = reason if kind == Event.LIST else None
    if person.subscriber is None or reason is None:
        return out_of_date(person.language)
    zone, language = person.subscriber.zone, person.language
    page = await services.messages.page(callback_data.id, reason, language, zone, callback_data.page)
    await edit(callback, page)
    return None
