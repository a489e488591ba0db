"""The list of what a chat follows: pause, resume, delete, undo, all in one message."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.filters import Criteria, sentence
from alerts.i18n import translator
from alerts.subscriptions import TooManyFilters, UnknownFilter
from alerts.tables import Standing
from alerts.timing import Mode
from bot.chat import screens, settings
from bot.chat.callbacks import FilterAction, Go, OnFilter, Screen
from bot.chat.keyboards import shorten
from bot.chat.lookup import names_of
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services

__all__ = ["router"]


def router() -> Router:
    """`/filters` and its buttons."""
    made = Router(name="filters")
    made.message.register(show, Command("filters"), MayChange())
    made.callback_query.register(show_in_place, Go.to(Screen.FILTERS), MayChange())
    made.callback_query.register(change, OnFilter.filter(), MayChange())
    return made


async def show(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The list as a new message."""
    await state.clear()
    await answer(message, await _list(person, services, 0))


async def show_in_place(callback: CallbackQuery, callback_data: Go, person: Person, services: Services) -> None:
    """The list, or another page of it, in the message that was pressed."""
    await edit(callback, await _list(person, services, callback_data.page))


async def change(callback: CallbackQuery, callback_data: OnFilter, person: Person, services: Services) -> str | None:
    """Do one thing with one filter of this chat; of another chat's nothing is done, nor told that it exists."""
    removed: tuple[int, Criteria] | None = None
    try:
        criteria = await _act(callback_data, person, services)
    except UnknownFilter:
        return translator(person.language).gettext("That filter is not there any more.")
    except TooManyFilters as error:
        await edit(callback, screens.full(error.limit, person.language))
        return None
    if callback_data.action is FilterAction.OFTEN and person.subscriber is not None:
        kept = await services.subscriptions.filter(person.subscriber.id, callback_data.id)
        what = shorten(sentence(criteria, person.language, await names_of(services.store, [criteria])), screens.LONG)
        await edit(callback, settings.modes(what, kept.id, kept.mode, callback_data.page, person.language))
        return None
    if callback_data.action is FilterAction.DELETE:
        removed = (callback_data.id, criteria)
    await edit(callback, await _list(person, services, callback_data.page, removed))
    return None


async def _act(wanted: OnFilter, person: Person, services: Services) -> Criteria:
    """Returns what the filter asks for. Raises UnknownFilter, TooManyFilters."""
    subscriptions = services.subscriptions
    if person.subscriber is None:
        raise UnknownFilter(f"chat: {person.chat_id} follows nothing")
    if wanted.action is FilterAction.RESTORE:
        return (await subscriptions.restore(person.subscriber.id, wanted.id)).criteria
    kept = await subscriptions.filter(person.subscriber.id, wanted.id)
    if wanted.action is FilterAction.OFTEN:
        return kept.criteria
    if wanted.action.value in set(Mode):
        await subscriptions.set_mode(person.subscriber.id, wanted.id, Mode(wanted.action.value))
        return kept.criteria
    do = {
        FilterAction.PAUSE: subscriptions.pause_filter,
        FilterAction.RESUME: subscriptions.resume_filter,
        FilterAction.DELETE: subscriptions.delete,
    }[wanted.action]
    await do(person.subscriber.id, wanted.id)
    return kept.criteria


async def _list(person: Person, services: Services, page: int, removed: tuple[int, Criteria] | None = None) -> Page:
    subscriber = person.subscriber
    kept = await services.subscriptions.filters(subscriber.id) if subscriber else []
    named = [one.criteria for one in kept] + ([removed[1]] if removed else [])
    return screens.filters(
        kept,
        await names_of(services.store, named),
        page,
        person.language,
        stopped=subscriber is not None and subscriber.state is Standing.STOPPED,
        removed=removed,
    )
