"""The Why? button under an alert, as old as the alert may be; `/why` in reply to one; the pages of a list."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from sqlalchemy import select

from alerts.channels.base import Message as Page
from alerts.ledger import ledger_text
from alerts.outbox import Event, outbox
from alerts.told import told_by_message
from bot.chat import screens
from bot.chat.callbacks import TurnList, Why
from bot.chat.lookup import tender_card
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services
from bot.chat.texts import out_of_date

__all__ = ["router"]

DEFAULT_ZONE = "Asia/Almaty"
LARGEST_ID = 2**63 - 1


def router() -> Router:
    """Everybody who sees an alert may ask why it came, and turn the pages of a list."""
    made = Router(name="why")
    made.message.register(why_of_message, Command("why"))
    made.callback_query.register(why, Why.filter())
    made.callback_query.register(turn, TurnList.filter())
    return made


async def why(callback: CallbackQuery, callback_data: Why, person: Person, services: Services) -> None:
    """Answer below the alert with the numbers, the rule, the innocent reasons."""
    page = await _page(callback_data.tender, person, services)
    if isinstance(callback.message, Message):
        await answer(callback.message, page, quote=True)
    elif callback.message is not None and callback.bot is not None:  # too old for Telegram to show it to us
        await callback.bot.send_message(callback.message.chat.id, page.html, parse_mode="HTML")


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
    await answer(message, await _page(tenders.pop(), person, services), quote=True)


async def _page(tender_id: int, person: Person, services: Services) -> Page:
    card = await tender_card(services.store, tender_id) if 0 < tender_id <= LARGEST_ID else None
    if card is None:
        return screens.plain("unknown_tender", person.language)
    if person.subscriber is None:
        return services.renderer.why(card, person.language, DEFAULT_ZONE)
    ledger = await ledger_text(
        services.database,
        services.subscriptions,
        person.subscriber,
        tender_id,
        language=person.language,
        now=services.clock(),
    )
    return services.renderer.why(card, person.language, person.subscriber.zone, ledger=ledger)


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
