"""What a chat follows: the list, and each filter's own screen, all in one message."""

from __future__ import annotations

import msgspec
from aiogram import Bot, F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import GENERAL
from alerts.channels.base import Message as Page
from alerts.filters import Criteria, sentence
from alerts.i18n import translator
from alerts.subscriptions import Subscription, TooManyFilters, UnknownFilter
from alerts.tables import Standing
from alerts.timing import Mode
from bot.chat import screens, settings
from bot.chat.callbacks import FilterAction, Go, OnFilter, Screen
from bot.chat.draft import Draft, clean
from bot.chat.editing.steps import previewed
from bot.chat.handlers.drafting import Adding, draft_of, in_place, not_for_others
from bot.chat.keyboards import shorten
from bot.chat.lookup import names_of
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, drop_buttons, edit
from bot.chat.services import Person, Services
from bot.chat.texts import out_of_date

__all__ = ["change", "router"]

_LONGEST_NAME = 40


def router() -> Router:
    """`/filters` and its buttons."""
    made = Router(name="filters")
    made.message.register(show, Command("filters"), MayChange())
    typed = (F.text, ~F.text.startswith("/"), not_for_others)
    made.message.register(type_name, StateFilter(Adding.name), *typed, MayChange())
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


async def change(
    event: CallbackQuery | Message, callback_data: OnFilter, person: Person, services: Services, state: FSMContext
) -> str | None:
    """Do one thing with one filter of this chat; of another chat's nothing is done, nor told that it exists."""
    try:
        await _act(event, callback_data, person, services, state)
    except UnknownFilter:
        return translator(person.language).gettext("That filter is not there any more.")
    except TooManyFilters as error:
        await edit(event, screens.full(error.limit, person.language))
    return None


async def _act(
    event: CallbackQuery | Message, wanted: OnFilter, person: Person, services: Services, state: FSMContext
) -> None:
    """Raises UnknownFilter, TooManyFilters."""
    subscriptions = services.subscriptions
    if person.subscriber is None:
        raise UnknownFilter(f"chat: {person.chat_id} follows nothing")
    owner = person.subscriber.id
    if wanted.action is FilterAction.RESTORE:
        await subscriptions.restore(owner, wanted.id)
        await edit(event, await _list(person, services, wanted.page))
        return
    kept = await subscriptions.filter(owner, wanted.id)
    match wanted.action:
        case FilterAction.DELETE:
            await subscriptions.delete(owner, kept.id)
            await edit(event, await _list(person, services, wanted.page, (kept.id, kept.criteria)))
        case FilterAction.EDIT | FilterAction.COPY:
            changed = kept.id if wanted.action is FilterAction.EDIT else 0
            await in_place(event, await previewed(Draft(0, kept.criteria, filter_id=changed), person, services), state)
        case FilterAction.NAME:
            page = screens.naming(kept, wanted.page, person.language, group=person.group)
            await state.set_data(Draft(await edit(event, page), filter_id=kept.id).save())
            await state.set_state(Adding.name)
        case _:
            await edit(event, await _screen(wanted, kept, person, services, event.bot))


async def _screen(wanted: OnFilter, kept: Subscription, person: Person, services: Services, bot: Bot | None) -> Page:
    """What is done at once, and the screen that shows it."""
    subscriptions, owner, language = services.subscriptions, kept.subscriber_id, person.language
    match wanted.action:
        case FilterAction.OFTEN:
            return settings.modes(await _said(kept, person, services), kept.id, kept.mode, wanted.page, language)
        case FilterAction.SHARE:
            name = (await bot.me()).username if bot is not None else ""
            link = f"https://t.me/{name}?start={await services.sharing.share(owner, kept.criteria)}"
            return screens.share(await _said(kept, person, services), link, kept.id, wanted.page, language)
        case FilterAction.PAUSE:
            await subscriptions.pause_filter(owner, kept.id)
        case FilterAction.RESUME:
            await subscriptions.resume_filter(owner, kept.id)
        case FilterAction.HERE if person.forum:
            await subscriptions.send_to(owner, kept.id, person.topic or GENERAL)
        case FilterAction.ANYWHERE:
            await subscriptions.send_to(owner, kept.id, None)
        case FilterAction.UNNAME:
            await subscriptions.rename(owner, kept.id, "")
        case FilterAction() if wanted.action.value in set(Mode):
            await subscriptions.set_mode(owner, kept.id, Mode(wanted.action.value))
    return await _one(owner, kept.id, wanted.page, person, services)


async def _said(kept: Subscription, person: Person, services: Services) -> str:
    names = await names_of(services, [kept.criteria], person.language)
    return shorten(sentence(kept.criteria, person.language, names), screens.LONG)


async def _one(owner: int, id_: int, page: int, person: Person, services: Services) -> Page:
    kept = await services.subscriptions.filter(owner, id_)
    names = await names_of(services, [kept.criteria], person.language)
    return screens.filter_(kept, names, page, person.language, forum=person.forum)


async def type_name(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The name that was asked for."""
    draft = await draft_of(state)
    if draft is None or person.subscriber is None:
        await answer(message, Page(out_of_date(person.language)))
        return
    owner, name = person.subscriber.id, clean(message.text or "", _LONGEST_NAME)
    try:
        kept = await services.subscriptions.filter(owner, draft.filter_id)
        if any(letter.isalnum() for letter in name):
            await services.subscriptions.rename(owner, kept.id, name)
            page = await _one(owner, kept.id, 0, person, services)
            await state.clear()
            await answer(message, page)
        else:
            page = screens.naming(kept, 0, person.language, group=person.group, empty=True)
            asked = msgspec.structs.replace(draft, message_id=await answer(message, page))
            await state.set_data(asked.save())
    except UnknownFilter:
        await answer(message, screens.plain("filter_gone", person.language))
        await state.clear()
    await drop_buttons(message, draft.message_id)


async def _list(person: Person, services: Services, page: int, removed: tuple[int, Criteria] | None = None) -> Page:
    subscriber = person.subscriber
    kept = await services.subscriptions.filters(subscriber.id) if subscriber else []
    named = [one.criteria for one in kept] + ([removed[1]] if removed else [])
    return screens.filters(
        kept,
        await names_of(services, named, person.language),
        page,
        person.language,
        stopped=subscriber is not None and subscriber.state is Standing.STOPPED,
        removed=removed,
    )
