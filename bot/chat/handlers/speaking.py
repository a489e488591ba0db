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
from bot.chat.callbacks import ChooseLanguage, ChooseScope, Go, OnFilter, Screen, Set
from bot.chat.editing.callbacks import Edit
from bot.chat.handlers import adding, carrying, criteria, filters, muting, posting, saving, settings, start, zones
from bot.chat.handlers.drafting import Adding, draft_of, not_for_others
from bot.chat.handlers.settings import Settings
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, drop_buttons
from bot.chat.services import Person, Services
from bot.chat.spoken import language_named, meant

__all__ = ["router"]

Handler = Callable[..., Awaitable[str | None]]

_OF_A_FILTER: dict[type[CallbackData], Handler] = {
    **dict.fromkeys(criteria.STEPS, criteria.take),
    Edit: saving.act,
    ChooseScope: adding.choose_scope,
    Go: adding.show_scopes,
    OnFilter: filters.change,
}
"""What the screens of a filter in the making lead to: the same handlers as for a press."""

_OF_SETTINGS: dict[Screen, Handler] = {
    **dict.fromkeys(settings.SCREENS, settings.show_in_place),
    Screen.MUTES: muting.show_in_place,
    Screen.ZONE: zones.show,
    Screen.LANGUAGE: start.show_languages,
    Screen.EXPORT: carrying.export,
    Screen.CHANNEL: posting.show_how,
}
"""... and the settings."""


def router() -> Router:
    """Comes before what takes typed words for a value."""
    made = Router(name="speaking")
    typed = (F.text, ~F.text.startswith("/"), not_for_others)
    made.message.register(press, StateFilter(Adding.value, Adding.open), *typed, MayChange())
    made.message.register(press_setting, StateFilter(Settings.open), *typed, MayChange())
    made.message.register(
        choose_language, StateFilter(None, Adding.open, Settings.open), F.chat.type == ChatType.PRIVATE, *typed
    )
    return made


async def press(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The button whose words these are, under the message where a filter is in the making."""
    draft = await draft_of(state)
    first = draft is not None and draft.quick and not draft.key
    said = meant(message.text or "", draft.shown, loosely=first) if draft else None
    kind = next((one for one in _OF_A_FILTER if said and said.partition(":")[0] == one.__prefix__), None)
    if draft is None or said is None or kind is None:
        raise SkipHandler
    words = await _pressed(_OF_A_FILTER[kind], message, kind.unpack(said), person, services, state)
    if words:
        await answer(message, Page(words))
        return
    await drop_buttons(message, draft.message_id)


async def press_setting(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The button whose words these are, under the message with the settings."""
    kept = await state.get_data()
    said = meant(message.text or "", kept.get("shown", {}), loosely=False) or ""
    handler: Handler | None = None
    data: Set | Go | None = None
    if said.startswith(f"{Set.__prefix__}:"):
        handler, data = settings.change, Set.unpack(said)
    elif said.startswith(f"{Go.__prefix__}:"):
        data = screen = Go.unpack(said)
        handler = _OF_SETTINGS.get(screen.screen)
    if handler is None or data is None:
        raise SkipHandler
    words = await _pressed(handler, message, data, person, services, state)
    if words:
        await answer(message, Page(words))
        return
    await drop_buttons(message, kept.get("settings", 0))


async def _pressed(  # noqa: PLR0917 - what a handler may ask for
    handler: Handler, message: Message, data: CallbackData, person: Person, services: Services, state: FSMContext
) -> str | None:
    known = {"callback_data": data, "person": person, "services": services, "state": state}
    wanted = inspect.signature(handler).parameters
    return await handler(message, **{name: value for name, value in known.items() if name in wanted})


async def choose_language(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The language whose name this is, before a filter has anything yet."""
    draft, code = await draft_of(state), language_named(message.text or "")
    if code is None or (draft is not None and not draft.quick):
        raise SkipHandler
    await start.choose_language(message, ChooseLanguage(code=code), person, services, state)
