"""Whatever can be tapped can be typed: the words of a button press it, the name of a language chooses it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.enums import ChatType
from aiogram.filters import StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from alerts.channels.base import Message as Page
from bot.chat.callbacks import ChooseLanguage, ChooseScope, Go, OnFilter
from bot.chat.editing.callbacks import Edit
from bot.chat.handlers import adding, criteria, filters, saving, start
from bot.chat.handlers.drafting import Adding, draft_of, not_for_others
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, drop_buttons
from bot.chat.services import Person, Services
from bot.chat.spoken import language_named, meant

__all__ = ["router"]

_HANDLERS: dict[type[CallbackData], Callable[..., Awaitable[str | None]]] = {
    **dict.fromkeys(criteria.STEPS, criteria.take),
    Edit: saving.act,
    ChooseScope: adding.choose_scope,
    Go: adding.show_scopes,
    OnFilter: filters.change,
}
"""What a filter's own screens lead to: the same handlers as for a press."""


def router() -> Router:
    """Comes before what takes typed words for a value."""
    made = Router(name="speaking")
    typed = (F.text, ~F.text.startswith("/"), not_for_others)
    made.message.register(press, StateFilter(Adding.value, Adding.open), *typed, MayChange())
    made.message.register(choose_language, StateFilter(None, Adding.open), F.chat.type == ChatType.PRIVATE, *typed)
    return made


async def press(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The button whose words these are, under the message where a filter is in the making."""
    draft = await draft_of(state)
    first = draft is not None and draft.quick and not draft.key
    said = meant(message.text or "", draft.shown, loosely=first) if draft else None
    kind = next((one for one in _HANDLERS if said and said.partition(":")[0] == one.__prefix__), None)
    if draft is None or said is None or kind is None:
        raise SkipHandler
    known = {"callback_data": kind.unpack(said), "person": person, "services": services, "state": state}
    handler = _HANDLERS[kind]
    wanted = inspect.signature(handler).parameters
    words = await handler(message, **{name: value for name, value in known.items() if name in wanted})
    if words:
        await answer(message, Page(words))
        return
    await drop_buttons(message, draft.message_id)


async def choose_language(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The language whose name this is, before a filter has anything yet."""
    draft, code = await draft_of(state), language_named(message.text or "")
    if code is None or (draft is not None and not draft.quick):
        raise SkipHandler
    await start.choose_language(message, ChooseLanguage(code=code), person, services, state)
