"""`/settings`: quiet hours, alerts a day, when lists come, snooze. Every button is checked against what was offered."""

from __future__ import annotations

from datetime import timedelta

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.subscriptions import Subscriber
from alerts.timing import FOREVER
from bot.chat import screens
from bot.chat import settings as pages
from bot.chat.callbacks import Go, Screen, Set, Setting
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services
from bot.chat.spoken import said_by_buttons
from bot.chat.texts import out_of_date

__all__ = ["SCREENS", "Settings", "change", "overview", "router", "show_in_place"]

SCREENS = (Screen.SETTINGS, Screen.QUIET, Screen.PER_DAY, Screen.DIGEST, Screen.SNOOZE)
_YES_NO = ("yes", "no")
_SNOOZES = {"day": timedelta(days=1), "week": timedelta(days=7)}


def router() -> Router:
    """`/settings`, its screens and their buttons."""
    made = Router(name="settings")
    made.message.register(show, Command("settings"), MayChange())
    for screen in SCREENS:
        made.callback_query.register(show_in_place, Go.to(screen), MayChange())
    made.callback_query.register(change, Set.filter(), MayChange())
    return made


class Settings(StatesGroup):
    """What typed words mean now: a button of the settings, a time zone."""

    open = State()
    zone = State()


async def shown(event: CallbackQuery | Message, page: Page, state: FSMContext) -> None:
    """A screen of the settings, whose buttons can be typed too; not where a filter is in the making meanwhile."""
    message_id = await edit(event, page)
    if await state.get_state() in {None, Settings.open.state, Settings.zone.state}:
        await state.set_state(Settings.open)
        await state.set_data({"settings": message_id, "shown": said_by_buttons(page.buttons)})


async def show(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """How things stand, as a new message."""
    await state.clear()
    if person.subscriber is None:
        await answer(message, screens.plain("stranger", person.language))
        return
    await shown(message, await overview(person.subscriber, services, group=person.group), state)


async def show_in_place(
    event: CallbackQuery | Message, callback_data: Go, person: Person, services: Services, state: FSMContext
) -> str | None:
    """How things stand, or one setting to choose, in the message that was pressed."""
    if person.subscriber is None:
        return out_of_date(person.language)
    language = person.language
    match callback_data.screen:
        case Screen.QUIET:
            page = pages.choose_quiet(language)
        case Screen.PER_DAY:
            page = pages.choose_per_day(language)
        case Screen.DIGEST:
            page = pages.choose_digest(language)
        case Screen.SNOOZE:
            until = (await services.preferences.wishes(person.subscriber.id)).snoozed_until
            page = pages.choose_snooze(until is not None and until > services.clock(), language)
        case _:
            page = await overview(person.subscriber, services, group=person.group)
    await shown(event, page, state)
    return None


async def change(
    event: CallbackQuery | Message, callback_data: Set, person: Person, services: Services, state: FSMContext
) -> str | None:
    """Set one thing and show how things stand."""
    if person.subscriber is None or not await _set(person.subscriber.id, callback_data, services):
        return out_of_date(person.language)
    await shown(event, await overview(person.subscriber, services, group=person.group), state)
    return None


async def _set(subscriber_id: int, wanted: Set, services: Services) -> bool:
    """False for a value that is not offered."""
    preferences, value = services.preferences, wanted.value
    match wanted.what:
        case Setting.QUIET:
            spans = {f"{start}-{end}": (start, end) for start, end in pages.QUIET} | {"off": None}
            if value in spans:
                await preferences.set_quiet(subscriber_id, spans[value])
            return value in spans
        case Setting.PER_DAY:
            if known := value in map(str, pages.PER_DAY):
                await preferences.set_per_day(subscriber_id, int(value))
            return known
        case Setting.DIGEST:
            if known := value in map(str, pages.DIGESTS):
                await preferences.set_digest_at(subscriber_id, int(value))
            return known
        case Setting.SNOOZE:
            if known := value in {*_SNOOZES, "open", "end"}:
                later = services.clock() + _SNOOZES[value] if value in _SNOOZES else None
                await preferences.snooze(subscriber_id, FOREVER if value == "open" else later)
            return known
        case Setting.SHORT | Setting.NEWS:
            if known := value in _YES_NO:
                change_it = preferences.set_short if wanted.what is Setting.SHORT else preferences.set_news
                await change_it(subscriber_id, value == "yes")
            return known


async def overview(subscriber: Subscriber, services: Services, *, group: bool) -> Page:
    """How things stand for somebody."""
    wishes = await services.preferences.wishes(subscriber.id)
    muted = await services.preferences.mutes(subscriber.id)
    return pages.overview(wishes, len(muted), services.per_day, services.clock(), subscriber.language, group=group)
