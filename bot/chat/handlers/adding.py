"""A new filter: the first choice, words typed instead of it, and the screens of each criterion."""

from __future__ import annotations

import msgspec
from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from alerts.filters import Criteria
from bot.chat import screens
from bot.chat.callbacks import ChooseScope, Go, Scope, Screen
from bot.chat.draft import Draft, clean
from bot.chat.editing.steps import opened, previewed
from bot.chat.editing.typed import understood, value_typed
from bot.chat.handlers.drafting import Adding, below, draft_of, in_place, not_for_others
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services

__all__ = ["begin", "router"]

_KEYS = {Scope.REGION: "region", Scope.KIND: "category", Scope.BUYER: "buyer"}


def router() -> Router:
    """`/add`, the first choice, and words typed while a filter is in the making."""
    made = Router(name="adding")
    made.message.register(add, Command("add"), MayChange())
    typed = (F.text, ~F.text.startswith("/"), not_for_others)
    made.message.register(type_value, StateFilter(Adding.value), *typed, MayChange())
    made.message.register(type_anything, StateFilter(Adding.open), *typed, MayChange())
    made.callback_query.register(show_scopes, Go.to(Screen.ADD), MayChange())
    made.callback_query.register(choose_scope, ChooseScope.filter(), MayChange())
    return made


async def begin(message_id: int, state: FSMContext) -> None:
    """From now on a filter is in the making under that message."""
    await state.set_state(Adding.open)
    await state.set_data(Draft(message_id, quick=True).save())


async def add(message: Message, person: Person, state: FSMContext) -> None:
    """Begin a new filter."""
    await begin(await answer(message, screens.scope(person.language, group=person.group)), state)


async def show_scopes(callback: CallbackQuery, person: Person, state: FSMContext) -> None:
    """The first choice, in place."""
    await begin(await edit(callback, screens.scope(person.language, group=person.group)), state)


async def choose_scope(
    callback: CallbackQuery, callback_data: ChooseScope, person: Person, services: Services, state: FSMContext
) -> None:
    """Everything goes on to the preview; the others ask which."""
    draft = Draft(0, Criteria(), quick=True)
    key = _KEYS.get(callback_data.scope)
    step = await (opened(draft, key, person, services) if key else previewed(draft, person, services))
    await in_place(callback, step, state)


async def type_value(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """A value of the criterion whose screen is open."""
    draft = await draft_of(state)
    if draft is None or not draft.key:
        await type_anything(message, person, services, state)
        return
    await below(message, await value_typed(message.text or "", draft, person, services), state)


async def type_anything(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """Words where no criterion is open: whatever of a filter they name."""
    draft = await draft_of(state) or Draft(0, quick=True)
    step = await understood(message.text or "", draft, person, services)
    if step is None:
        page = screens.scope(person.language, group=person.group, misread=clean(message.text or ""))
        if draft.criteria != Criteria() or draft.filter_id:  # what was chosen so far stays
            page = msgspec.structs.replace((await previewed(draft, person, services)).page)
        await below(message, (page, draft), state)
        return
    await below(message, step, state)
