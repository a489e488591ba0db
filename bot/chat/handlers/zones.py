"""The time zone: chosen among Kazakhstan's, or typed."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from alerts.zones import find_zones, is_zone
from bot.chat import zones as pages
from bot.chat.callbacks import ChooseZone, Go, Screen
from bot.chat.draft import clean
from bot.chat.handlers.drafting import said_to_us
from bot.chat.handlers.settings import Settings, overview, shown
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services
from bot.chat.texts import out_of_date

__all__ = ["router", "show"]


def router() -> Router:
    """The screen, its buttons, and what is typed on it."""
    made = Router(name="zones")
    made.callback_query.register(show, Go.to(Screen.ZONE), MayChange())
    made.callback_query.register(choose, ChooseZone.filter(), MayChange())
    made.message.register(
        type_zone, StateFilter(Settings.zone), F.text, ~F.text.startswith("/"), said_to_us, MayChange()
    )
    return made


async def show(event: CallbackQuery | Message, person: Person, services: Services, state: FSMContext) -> str | None:
    """Kazakhstan's zones; words typed next are another."""
    if person.subscriber is None:
        return out_of_date(person.language)
    await edit(event, pages.choose(person.subscriber.zone, services.clock(), person.language, group=person.group))
    await state.set_state(Settings.zone)
    return None


async def type_zone(message: Message, person: Person, services: Services) -> None:
    """A city, or the name of a zone; asked again until a button is pressed."""
    if person.subscriber is None:
        return
    typed = clean(message.text or "")
    kept, now = person.subscriber.zone, services.clock()
    page = pages.found(typed, find_zones(typed), kept, now, person.language, group=person.group)
    await answer(message, page)


async def choose(
    callback: CallbackQuery, callback_data: ChooseZone, person: Person, services: Services, state: FSMContext
) -> str | None:
    """Keep it, and show how things stand."""
    if person.subscriber is None or not is_zone(callback_data.zone):
        return out_of_date(person.language)
    await services.preferences.set_zone(person.subscriber.id, callback_data.zone)
    await shown(callback, await overview(person.subscriber, services, group=person.group), state)
    return None
