"""Under a card: back to it, follow, useful or wrong; what is followed; a tender of a list."""

from __future__ import annotations

import dataclasses

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.follows import MOST_FOLLOWED
from alerts.i18n import translator
from alerts.render import TenderCard
from bot.chat import screens
from bot.chat.card_buttons import CardButtons
from bot.chat.card_callbacks import Follow, OpenTender, ShowCard, TurnFollowed, Vote
from bot.chat.cards import EVERY, card_page, choose_flag, own_rows, shown_card, zone_of
from bot.chat.found import tender_list
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit, edit_buttons
from bot.chat.services import CHANNEL, Person, Services
from bot.chat.texts import out_of_date, render

__all__ = ["router"]


def router() -> Router:
    """Everybody may look; what a chat follows and says of a flag is changed by who may change its filters."""
    made = Router(name="cards")
    made.message.register(followed, Command("followed"))
    made.callback_query.register(turn_followed, TurnFollowed.filter())
    made.callback_query.register(show_card, ShowCard.filter())
    made.callback_query.register(open_tender, OpenTender.filter())
    made.callback_query.register(follow, Follow.filter(), MayChange())
    made.callback_query.register(vote, Vote.filter(), MayChange())
    return made


async def show_card(callback: CallbackQuery, callback_data: ShowCard, person: Person, services: Services) -> str | None:
    """The card in place of whatever it was turned into."""
    message_id = _message_id(callback)
    card = await shown_card(callback_data.tender, message_id, person, services)
    if card is None:
        return out_of_date(person.language)
    await edit(callback, await card_page(card, message_id, person, services))
    return None


async def open_tender(
    callback: CallbackQuery, callback_data: OpenTender, person: Person, services: Services
) -> str | None:
    """The newest card below the list, which stays as it is."""
    card = await shown_card(callback_data.tender, 0, person, services)
    if card is None:
        return out_of_date(person.language)
    page = await card_page(card, 0, person, services)
    if isinstance(callback.message, Message):
        await answer(callback.message, page, quote=True)
    else:
        await edit(callback, page)
    return None


async def follow(callback: CallbackQuery, callback_data: Follow, person: Person, services: Services) -> str:
    """Follow or unfollow, and turn the button round."""
    _ = translator(person.language).gettext
    card = await shown_card(callback_data.tender, 0, person, services)
    if card is None:
        return out_of_date(person.language)
    subscriber = await services.subscriptions.get_or_create(CHANNEL, person.address, person.language)
    person = dataclasses.replace(person, subscriber=subscriber)
    if not callback_data.on:
        await services.follows.unfollow(subscriber.id, card.tender_id)
    elif not await services.follows.follow(subscriber.id, card.tender_id, card.snapshot_id):
        return _("At most %(limit)s purchases can be followed: unfollow one in /followed.") % {"limit": MOST_FOLLOWED}
    await _renew_buttons(callback, card, person, services)
    return (
        _("You will be told when it changes. /followed shows the list.")
        if callback_data.on
        else _("You no longer follow it.")
    )


async def vote(callback: CallbackQuery, callback_data: Vote, person: Person, services: Services) -> str:
    """Count what somebody thinks of a flag; of several flags, ask which."""
    _ = translator(person.language).gettext
    card = await shown_card(callback_data.tender, _message_id(callback), person, services)
    codes = [flag.indicator for flag in card.flags] if card is not None else []
    wanted = codes if callback_data.flag in {EVERY, ""} else [callback_data.flag]
    if card is None or not wanted or not set(wanted) <= set(codes):
        return out_of_date(person.language)
    if person.subscriber is None:
        return _("Choose a language with /start first: then your word counts.")
    if not callback_data.flag and len(codes) > 1:
        await edit_buttons(callback, choose_flag(card, callback_data, services, person.language))
        return _("Which flag?")
    await services.opinions.vote(person.subscriber.id, card.tender_id, wanted, callback_data.verdict)
    await _renew_buttons(callback, card, person, services, why=callback_data.why)
    return _("Counted. You can change your mind at any time.")


async def followed(message: Message, person: Person, services: Services) -> None:
    """What this chat follows, as a new message."""
    await answer(message, await _followed(0, person, services))


async def turn_followed(
    callback: CallbackQuery, callback_data: TurnFollowed, person: Person, services: Services
) -> None:
    """Another page of it."""
    await edit(callback, await _followed(callback_data.page, person, services))


async def _followed(page: int, person: Person, services: Services) -> Page:
    if person.subscriber is None:
        return screens.plain("stranger", person.language)
    ids = await services.follows.followed(person.subscriber.id)
    if not ids:
        return Page(render("lookup/followed_none", person.language))
    heading = translator(person.language).gettext("What you follow")
    return await tender_list(
        services, ids, page, heading, lambda number: TurnFollowed(page=number), person.language, zone_of(person)
    )


async def _renew_buttons(
    callback: CallbackQuery, card: TenderCard, person: Person, services: Services, *, why: bool = False
) -> None:
    """The buttons of the card, or of its reasons, as they are for this person now."""
    under = CardButtons().under_reasons if why else CardButtons().under_card
    await edit_buttons(callback, await own_rows(under(card, person.language), card, person, services))


def _message_id(callback: CallbackQuery) -> int:
    return callback.message.message_id if callback.message is not None else 0
