"""The end of a filter in the making: its preview, all that can be changed, kept or left."""

from __future__ import annotations

import msgspec
from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.filters import BadFilter
from alerts.subscriptions import Subscriber, Subscription, TooManyFilters, UnknownFilter
from alerts.tables import Standing
from alerts.timing import Mode
from bot.chat import screens
from bot.chat.draft import Draft
from bot.chat.editing import pages
from bot.chat.editing.callbacks import Edit, Editing
from bot.chat.editing.changing import added
from bot.chat.editing.steps import Step, desk_of, previewed
from bot.chat.handlers.drafting import in_place, pressed_draft
from bot.chat.lookup import names_of
from bot.chat.middlewares import MayChange
from bot.chat.reply import edit
from bot.chat.services import CHANNEL, Person, Services
from bot.chat.texts import out_of_date

__all__ = ["act", "router"]


def router() -> Router:
    """Preview, menu, save."""
    made = Router(name="saving")
    made.callback_query.register(act, Edit.filter(), MayChange())
    return made


async def act(
    event: CallbackQuery | Message, callback_data: Edit, person: Person, services: Services, state: FSMContext
) -> str | None:
    """Look at the filter, change it, or keep it."""
    draft = await pressed_draft(event, state)
    if draft is None:
        return out_of_date(person.language)
    match callback_data.action:
        case Editing.PREVIEW:
            await in_place(event, await previewed(draft, person, services), state)
        case Editing.WORDS:
            try:
                criteria = added(draft.criteria, "words", draft.typed)
            except BadFilter:
                return out_of_date(person.language)
            changed = msgspec.structs.replace(draft, criteria=criteria)
            await in_place(event, await previewed(changed, person, services), state)
        case Editing.MENU:
            draft = msgspec.structs.replace(draft, key="", quick=False)
            desk = await desk_of(draft.criteria, person, services)
            await in_place(event, Step(pages.menu(draft, desk), draft), state)
        case Editing.SAVE | Editing.DAILY:
            daily = callback_data.action is Editing.DAILY
            await edit(event, await _save(draft, person, services, daily=daily))
            # Last, so that a tap handled again after a crash finds its draft and ends with the same filter.
            await state.clear()
    return None


async def _save(draft: Draft, person: Person, services: Services, *, daily: bool) -> Page:
    subscriptions = services.subscriptions
    subscriber = await subscriptions.get_or_create(CHANNEL, person.address, person.language)
    before = {one.id for one in await subscriptions.filters(subscriber.id)}
    try:
        kept = await _kept(draft, subscriber, services)
    except TooManyFilters as error:
        return screens.full(error.limit, person.language)
    except (UnknownFilter, BadFilter):  # deleted while it was being changed
        return screens.plain("filter_gone", person.language)
    if daily and kept.mode is not Mode.DAILY:
        await subscriptions.set_mode(subscriber.id, kept.id, Mode.DAILY)
    if subscriber.state is not Standing.ACTIVE:
        await subscriptions.resume(subscriber.id)
    names = await names_of(services, [kept.criteria], person.language)
    return screens.saved(
        kept.criteria,
        names,
        person.language,
        known=not draft.filter_id and kept.id in before,
        changed=bool(draft.filter_id),
        daily=daily or kept.mode is Mode.DAILY,
    )


async def _kept(draft: Draft, subscriber: Subscriber, services: Services) -> Subscription:
    """Raises TooManyFilters, UnknownFilter, BadFilter."""
    if draft.filter_id:
        return await services.subscriptions.revise(subscriber.id, draft.filter_id, draft.criteria)
    return await services.subscriptions.add(subscriber.id, draft.criteria)
