"""Mute… under an alert, its undo, and the list of what is muted."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.preferences import Mute, MuteKind
from alerts.render import TenderCard
from alerts.subscriptions import Subscriber
from bot.chat import screens, settings
from bot.chat.callbacks import ChooseMute, Go, OpenMute, Screen, Unmute
from bot.chat.lookup import buyer_name, tender_card
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services
from bot.chat.texts import out_of_date
from watchers.categories import everyday_categories
from watchers.indicators.base import Tier

__all__ = ["router", "show_in_place"]

_MOST = 3  # kinds, and flags, offered of one tender
LARGEST_ID = 2**63 - 1


def router() -> Router:
    """`/mutes`, the button under an alert, the menu it opens."""
    made = Router(name="muting")
    made.message.register(show, Command("mutes"), MayChange())
    made.callback_query.register(show_in_place, Go.to(Screen.MUTES), MayChange())
    made.callback_query.register(ask, OpenMute.filter(), MayChange())
    made.callback_query.register(mute, ChooseMute.filter(), MayChange())
    made.callback_query.register(unmute, Unmute.filter(), MayChange())
    return made


async def show(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The list as a new message."""
    await state.clear()
    if person.subscriber is None:
        await answer(message, screens.plain("stranger", person.language))
        return
    await answer(message, await _list(person.subscriber, services))


async def show_in_place(event: CallbackQuery | Message, person: Person, services: Services) -> str | None:
    """The list in the message that was pressed."""
    if person.subscriber is None:
        return out_of_date(person.language)
    await edit(event, await _list(person.subscriber, services))
    return None


async def ask(callback: CallbackQuery, callback_data: OpenMute, person: Person, services: Services) -> str | None:
    """A small menu in place of the alert, with a way back to it."""
    card = await _card(callback_data.tender, services)
    if card is None or person.subscriber is None:
        return out_of_date(person.language)
    choices = _choices(card, services, person.language)
    await edit(callback, settings.mute_what(card.tender_id, choices, services.mute_days, person.language))
    return None


async def mute(callback: CallbackQuery, callback_data: ChooseMute, person: Person, services: Services) -> str | None:
    """Mute what was chosen, if the tender has it."""
    card = await _card(callback_data.tender, services)
    offered = _choices(card, services, person.language) if card else []
    wanted = (callback_data.kind, callback_data.value)
    name = next((name for kind, value, name in offered if (kind, value) == wanted), None)
    if card is None or name is None or person.subscriber is None:
        return out_of_date(person.language)
    value = callback_data.value or card.summary.buyer_id[:255]
    kept = await services.preferences.mute(person.subscriber.id, callback_data.kind, value, days=services.mute_days)
    if kept is None:
        await edit(callback, settings.too_many_mutes(person.language))
        return None
    page = settings.muted(kept, name, person.subscriber.zone, services.clock(), person.language, tender=card.tender_id)
    await edit(callback, page)
    return None


async def unmute(callback: CallbackQuery, callback_data: Unmute, person: Person, services: Services) -> str | None:
    """One mute of this chat ends; of another chat's nothing is done, nor told that it exists."""
    if person.subscriber is None or not 0 < callback_data.id <= LARGEST_ID:
        return out_of_date(person.language)
    await services.preferences.unmute(person.subscriber.id, callback_data.id)
    await edit(callback, await _list(person.subscriber, services))
    return None


async def _card(tender_id: int, services: Services) -> TenderCard | None:
    return await tender_card(services.store, tender_id) if 0 < tender_id <= LARGEST_ID else None


def _choices(card: TenderCard, services: Services, language: str) -> list[tuple[MuteKind, str, str]]:
    """What of a tender can be muted: kind, the button's value ('' for its buyer), name."""
    summary = card.summary
    found: list[tuple[MuteKind, str, str]] = []
    if summary.buyer_id:
        name = summary.buyer_names.get(language) or summary.buyer_name or summary.buyer_id
        found.append((MuteKind.BUYER, "", name))
    kinds = [one for one in everyday_categories() if one.slug in summary.category_keys]
    found += [(MuteKind.CATEGORY, one.slug, one.name(language)) for one in kinds[:_MOST]]
    flags = [flag.indicator for flag in card.flags if flag.tier is not Tier.C]
    found += [(MuteKind.INDICATOR, code, services.renderer.flag_name(code, language)) for code in flags[:_MOST]]
    return found


async def _list(subscriber: Subscriber, services: Services) -> Page:
    kept = await services.preferences.mutes(subscriber.id)
    named = [(one, await _name(one, services, subscriber.language)) for one in kept]
    return settings.mutes(named, subscriber.zone, services.clock(), subscriber.language)


async def _name(one: Mute, services: Services, language: str) -> str:
    match one.kind:
        case MuteKind.BUYER:
            return await buyer_name(services, one.value, language)
        case MuteKind.CATEGORY:
            known = (kind.name(language) for kind in everyday_categories() if kind.slug == one.value)
            return next(known, one.value)
        case MuteKind.INDICATOR:
            return services.renderer.flag_name(one.value, language)
