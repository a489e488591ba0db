"""A new filter, step by step: what, which, how much. What is chosen waits in the chat's draft."""

from __future__ import annotations

import msgspec
from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.filters import Criteria
from alerts.subscriptions import TooManyFilters
from alerts.tables import Standing
from bot.chat import screens
from bot.chat.callbacks import (
    ChooseAmount,
    ChooseBuyer,
    ChooseKind,
    ChooseRegion,
    ChooseScope,
    Go,
    Scope,
    Screen,
    TurnKinds,
    TurnRegions,
)
from bot.chat.draft import ALL, FLAGGED, WORTH, Draft, Found, clean, find_kinds, is_known_region, read_buyer
from bot.chat.keyboards import FIRST_COUNTRY
from bot.chat.lookup import SHORTEST_WORDS, find_buyers, names_of
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, drop_buttons, edit
from bot.chat.services import CHANNEL, Person, Services
from bot.chat.texts import out_of_date
from watchers.categories import everyday_categories

__all__ = ["Adding", "router"]


class Adding(StatesGroup):
    """What typed words mean now."""

    kind = State()
    buyer = State()


def router() -> Router:
    """`/add`, its buttons, and the two steps where words can be typed."""
    made = Router(name="adding")
    made.message.register(add, Command("add"), MayChange())
    typed = (F.text, ~F.text.startswith("/"))
    made.message.register(type_kind, StateFilter(Adding.kind), *typed, MayChange())
    made.message.register(type_buyer, StateFilter(Adding.buyer), *typed, MayChange())
    press = made.callback_query.register
    press(show_scopes, Go.to(Screen.ADD), MayChange())
    press(choose_scope, ChooseScope.filter(), MayChange())
    press(turn_regions, TurnRegions.filter(), MayChange())
    press(choose_region, ChooseRegion.filter(), MayChange())
    press(turn_kinds, TurnKinds.filter(), MayChange())
    press(choose_kind, ChooseKind.filter(), MayChange())
    press(choose_buyer, ChooseBuyer.filter(), MayChange())
    press(choose_amount, ChooseAmount.filter(), MayChange())
    return made


async def add(message: Message, person: Person, state: FSMContext) -> None:
    """Begin a new filter."""
    await state.clear()
    await answer(message, screens.scope(person.language))


async def show_scopes(callback: CallbackQuery, person: Person, state: FSMContext) -> None:
    """The first choice, in place."""
    await state.clear()
    await edit(callback, screens.scope(person.language))


async def choose_scope(
    callback: CallbackQuery, callback_data: ChooseScope, person: Person, services: Services, state: FSMContext
) -> None:
    """Everything goes on to how much; the others ask which."""
    language = person.language
    match callback_data.scope:
        case Scope.EVERYTHING:
            await _ask_amount(callback, Criteria(), {}, person, state)
        case Scope.REGION:
            await state.clear()
            await edit(callback, screens.regions_of(FIRST_COUNTRY, 0, services.countries, language))
        case Scope.KIND:
            await _wait_for(Adding.kind, callback, screens.kinds(0, language, group=person.group), state)
        case Scope.BUYER:
            await _wait_for(Adding.buyer, callback, screens.buyer(language, group=person.group), state)


async def turn_regions(callback: CallbackQuery, callback_data: TurnRegions, person: Person, services: Services) -> None:
    """Another page of regions, or the countries."""
    page = screens.regions_of(callback_data.country, callback_data.page, services.countries, person.language)
    await edit(callback, page)


async def choose_region(
    callback: CallbackQuery, callback_data: ChooseRegion, person: Person, services: Services, state: FSMContext
) -> str | None:
    """A region, or a whole country."""
    if not is_known_region(callback_data.code, services.countries):
        return out_of_date(person.language)
    await _ask_amount(callback, Criteria(regions=(callback_data.code,)), {}, person, state)
    return None


async def turn_kinds(callback: CallbackQuery, callback_data: TurnKinds, person: Person, state: FSMContext) -> None:
    """Another page of the everyday kinds; words can be typed here too."""
    page = screens.kinds(callback_data.page, person.language, group=person.group)
    await _wait_for(Adding.kind, callback, page, state)


async def choose_kind(
    callback: CallbackQuery, callback_data: ChooseKind, person: Person, state: FSMContext
) -> str | None:
    """An everyday kind."""
    if all(kind.slug != callback_data.slug for kind in everyday_categories()):
        return out_of_date(person.language)
    await _ask_amount(callback, Criteria(categories=(callback_data.slug,)), {}, person, state)
    return None


async def type_kind(message: Message, person: Person, state: FSMContext) -> None:
    """A word typed instead of leafing through the kinds."""
    typed = message.text or ""
    await _answer_typed(message, screens.kinds_found(typed, find_kinds(typed), person.language), Draft(0), state)


async def type_buyer(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """A buyer's number, or part of its name."""
    typed = read_buyer(message.text or "", services.countries)
    too_short = not typed.id and not typed.person and len(typed.words) < SHORTEST_WORDS
    found: list[Found] = []
    more = False
    if not typed.person and not too_short:
        found, more = await find_buyers(services.store, typed.id or typed.words)
        if not found and typed.id and typed.id != clean(message.text or ""):  # a name may be all digits
            found, more = await find_buyers(services.store, clean(message.text or ""))
    page = screens.buyers_found(typed, found, person.language, more=more, too_short=too_short)
    offered = tuple(found) or ((Found(typed.id, ""),) if typed.id else ())
    await _answer_typed(message, page, Draft(0, found=offered), state)


async def choose_buyer(
    callback: CallbackQuery, callback_data: ChooseBuyer, person: Person, state: FSMContext
) -> str | None:
    """One of the buyers found."""
    draft = await _draft(callback, state)
    found = draft.buyer(callback_data.token) if draft else None
    if found is None:
        return out_of_date(person.language)
    await _ask_amount(callback, Criteria(buyers=(found.id,)), {found.id: found.name}, person, state)
    return None


async def choose_amount(
    callback: CallbackQuery, callback_data: ChooseAmount, person: Person, services: Services, state: FSMContext
) -> str | None:
    """How much: the filter is complete and kept."""
    draft = await _draft(callback, state)
    if draft is None or callback_data.weight not in (ALL, FLAGGED, WORTH):
        return out_of_date(person.language)
    weight = None if callback_data.weight == WORTH else callback_data.weight
    criteria = msgspec.structs.replace(draft.criteria, min_weight=weight)
    subscriber = await services.subscriptions.get_or_create(CHANNEL, person.address, person.language)
    before = {one.id for one in await services.subscriptions.filters(subscriber.id)}
    try:
        kept = await services.subscriptions.add(subscriber.id, criteria)
    except TooManyFilters as error:
        await edit(callback, screens.full(error.limit, person.language))
        return None
    if subscriber.state is not Standing.ACTIVE:
        await services.subscriptions.resume(subscriber.id)
    names = await names_of(services.store, [kept.criteria])
    await edit(callback, screens.saved(kept.criteria, names, person.language, known=kept.id in before))
    # Last, so that a tap handled again after a crash finds its draft and ends with the same filter.
    await state.clear()
    return None


async def _ask_amount(
    callback: CallbackQuery, criteria: Criteria, names: dict[str, str], person: Person, state: FSMContext
) -> None:
    message_id = await edit(callback, screens.amount(criteria, names, person.language))
    await state.set_state(None)
    await state.set_data(Draft(message_id, criteria).save())


async def _wait_for(step: State, callback: CallbackQuery, page: Page, state: FSMContext) -> None:
    message_id = await edit(callback, page)
    await state.set_state(step)
    await state.set_data(Draft(message_id).save())


async def _answer_typed(message: Message, page: Page, draft: Draft, state: FSMContext) -> None:
    """Answer below the typed words; the buttons move to the new message."""
    earlier = Draft.load(await state.get_data())
    message_id = await answer(message, page)
    await state.set_data(msgspec.structs.replace(draft, message_id=message_id).save())
    if earlier:
        await drop_buttons(message, earlier.message_id)


async def _draft(callback: CallbackQuery, state: FSMContext) -> Draft | None:
    """The chat's draft, if the pressed button belongs to it."""
    draft = Draft.load(await state.get_data())
    pressed = callback.message.message_id if callback.message else 0
    return draft if draft and draft.message_id == pressed else None
