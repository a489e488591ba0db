"""The screens of each criterion: every tap is checked again, and only the message that carries the draft counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from alerts.filters import BadFilter, Criteria, row_of
from alerts.preview.remedies import widened
from bot.chat.callbacks import ChooseBuyer, ChooseKind, ChooseRegion, TurnRegions
from bot.chat.draft import Draft, is_known_region
from bot.chat.editing import pages
from bot.chat.editing.callbacks import (
    ChooseCode,
    Clear,
    Drop,
    OpenBranch,
    OpenCriterion,
    OpenDistricts,
    Pick,
    Widen,
)
from bot.chat.editing.changing import cleared, dropped, toggled
from bot.chat.editing.steps import Step, desk_of, kept_open, opened, previewed
from bot.chat.handlers.drafting import in_place, pressed_draft
from bot.chat.middlewares import MayChange
from bot.chat.services import Person, Services
from bot.chat.texts import out_of_date
from watchers.categories import everyday_categories
from watchers.enstru import branch
from watchers.places import districts

__all__ = ["STEPS", "router", "take"]

Press = (
    OpenCriterion
    | Pick
    | Clear
    | Drop
    | Widen
    | TurnRegions
    | OpenDistricts
    | ChooseRegion
    | ChooseKind
    | OpenBranch
    | ChooseCode
    | ChooseBuyer
)


class _Gone(LookupError):  # noqa: N818 - it says what is the matter
    """What a button names is not offered (any more). Raised by the steps below."""


def router() -> Router:
    """The buttons of every criterion's screen."""
    made = Router(name="criteria")
    for kind in STEPS:
        made.callback_query.register(take, kind.filter(), MayChange())
    return made


async def take(
    event: CallbackQuery | Message, callback_data: Press, person: Person, services: Services, state: FSMContext
) -> str | None:
    """One tap on the screen of a criterion."""
    draft = await pressed_draft(event, state)
    if draft is None:
        return out_of_date(person.language)
    try:
        step = await STEPS[type(callback_data)](callback_data, draft, person, services)
    except (_Gone, BadFilter, KeyError):
        return out_of_date(person.language)
    await in_place(event, step, state)
    return None


async def _open(data: OpenCriterion, draft: Draft, person: Person, services: Services) -> Step:
    return await opened(draft, data.key, person, services, page=data.page)


async def _pick(data: Pick, draft: Draft, person: Person, services: Services) -> Step:
    row = row_of(data.key)
    if all(offer.text != data.text for offer in row.offers()):
        raise _Gone(data.text)
    criteria = toggled(draft.criteria, data.key, data.text)
    if row.many and draft.key == data.key:
        return await kept_open(draft, criteria, data.text, person, services)
    return await previewed(msgspec.structs.replace(draft, criteria=criteria), person, services)


async def _clear(data: Clear, draft: Draft, person: Person, services: Services) -> Step:
    changed = msgspec.structs.replace(draft, criteria=cleared(draft.criteria, data.key))
    if draft.key == data.key:
        return await opened(changed, data.key, person, services)
    return await previewed(changed, person, services)


async def _drop(data: Drop, draft: Draft, person: Person, services: Services) -> Step:
    changed = msgspec.structs.replace(draft, criteria=dropped(draft.criteria, data.key, data.token))
    return await opened(changed, data.key, person, services)


async def _widen(data: Widen, draft: Draft, person: Person, services: Services) -> Step:
    criteria = draft.criteria
    for _ in range(min(max(data.levels, 1), 3)):
        criteria = widened(criteria)
    return await previewed(msgspec.structs.replace(draft, criteria=criteria), person, services)


async def _turn_regions(data: TurnRegions, draft: Draft, person: Person, services: Services) -> Step:
    desk = await desk_of(draft.criteria, person, services)
    draft = msgspec.structs.replace(draft, key="region")
    return Step(pages.places(row_of("region"), draft, desk, data.country, data.page), draft)


async def _open_districts(data: OpenDistricts, draft: Draft, person: Person, services: Services) -> Step:
    if not is_known_region(data.code, services.countries) or not districts(data.code):
        raise _Gone(data.code)
    desk = await desk_of(draft.criteria, person, services)
    draft = msgspec.structs.replace(draft, key="region")
    return Step(pages.area(row_of("region"), draft, desk, data.code, data.page), draft)


async def _choose_region(data: ChooseRegion, draft: Draft, person: Person, services: Services) -> Step:
    if not is_known_region(data.code, services.countries):
        raise _Gone(data.code)
    return await _choose(draft, "region", data.code, person, services)


async def _choose_kind(data: ChooseKind, draft: Draft, person: Person, services: Services) -> Step:
    if all(kind.slug != data.slug for kind in everyday_categories()):
        raise _Gone(data.slug)
    return await _choose(draft, "category", data.slug, person, services)


async def _open_branch(data: OpenBranch, draft: Draft, person: Person, services: Services) -> Step:
    if data.digits and _known(data.digits) is None:
        raise _Gone(data.digits)
    desk = await desk_of(draft.criteria, person, services)
    draft = msgspec.structs.replace(draft, key="category")
    return Step(pages.branches(row_of("category"), draft, desk, data.digits, data.page), draft)


async def _choose_code(data: ChooseCode, draft: Draft, person: Person, services: Services) -> Step:
    if _known(data.digits) is None:
        raise _Gone(data.digits)
    return await _choose(draft, "category", f"ENSTRU:{data.digits}", person, services)


def _known(digits: str) -> str | None:
    found = branch(digits) if digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 6 else None
    return digits if found is not None and found.prefix == digits else None


async def _choose(draft: Draft, key: str, value: str, person: Person, services: Services) -> Step:
    draft = msgspec.structs.replace(draft, key=key)
    return await kept_open(draft, toggled(draft.criteria, key, value), value, person, services)


async def _choose_buyer(data: ChooseBuyer, draft: Draft, person: Person, services: Services) -> Step:
    found = draft.buyer(data.token)
    if found is None or draft.key not in {"buyer", "supplier"}:
        raise _Gone(data.token)
    field = row_of(draft.key).fields[0]
    values = dict.fromkeys((*getattr(draft.criteria, field), found.id))
    criteria: Criteria = msgspec.structs.replace(draft.criteria, **{field: tuple(values)})
    return await kept_open(draft, criteria, found.id, person, services)


STEPS: dict[type[CallbackData], Callable[..., Awaitable[Step]]] = {
    OpenCriterion: _open,
    Pick: _pick,
    Clear: _clear,
    Drop: _drop,
    Widen: _widen,
    TurnRegions: _turn_regions,
    OpenDistricts: _open_districts,
    ChooseRegion: _choose_region,
    ChooseKind: _choose_kind,
    OpenBranch: _open_branch,
    ChooseCode: _choose_code,
    ChooseBuyer: _choose_buyer,
}
"""What each button of a criterion's screen does."""
