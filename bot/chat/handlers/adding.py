"""A new filter: the first choice, words typed instead of it, and the screens of each criterion."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from alerts.filters import Criteria
from bot.chat import screens
from bot.chat.callbacks import ChooseScope, Go, Scope, Screen
from bot.chat.draft import Draft, clean
from bot.chat.editing.steps import Step, opened, previewed
from bot.chat.editing.typed import understood, value_typed, with_words
from bot.chat.handlers.drafting import Adding, begin, below, draft_of, in_place, not_for_others
from bot.chat.middlewares import MayChange
from bot.chat.services import Person, Services

__all__ = ["choose_scope", "router", "show_scopes"]

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


async def add(message: Message, person: Person, state: FSMContext) -> None:
    """Begin a new filter."""
    await begin(message, screens.scope(person.language, group=person.group), state)


async def show_scopes(event: CallbackQuery | Message, person: Person, state: FSMContext) -> None:
    """The first choice, in place."""
    await begin(event, screens.scope(person.language, group=person.group), state)


async def choose_scope(
    event: CallbackQuery | Message, callback_data: ChooseScope, person: Person, services: Services, state: FSMContext
) -> None:
    """Everything goes on to the preview; the others ask which."""
    draft = Draft(0, Criteria(), quick=True)
    key = _KEYS.get(callback_data.scope)
    step = await (opened(draft, key, person, services) if key else previewed(draft, person, services))
    await in_place(event, step, state)


async def type_value(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """A value of the criterion whose screen is open; what is none of its values, but names something else, is that."""
    draft = await draft_of(state)
    if draft is None or not draft.key:
        await type_anything(message, person, services, state)
        return
    text = message.text or ""
    step = await value_typed(text, draft, person, services)
    if step.missed:
        step = await understood(text, draft, person, services, elsewhere=True) or step
    await below(message, with_words(step, text, person, services), state)


async def type_anything(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """Words where no criterion is open: whatever of a filter they name, else words to look for."""
    draft, text = await draft_of(state) or Draft(0, quick=True), message.text or ""
    step = await understood(text, draft, person, services)
    if step is None:
        step = Step(screens.scope(person.language, group=person.group, misread=clean(text)), draft, missed=True)
        if draft.criteria != Criteria() or draft.filter_id:  # what was chosen so far stays
            step = await previewed(draft, person, services, misread=clean(text))
    await below(message, with_words(step, text, person, services), state)
