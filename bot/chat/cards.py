"""The card of a tender as one person sees it: with what they follow and what they said of its flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from alerts.channels.base import Button
from alerts.channels.base import Message as Page
from alerts.filters.label import label
from alerts.i18n import translator
from alerts.ledger import ledger_text
from alerts.messages import Gone, card_of
from alerts.outbox import Event
from alerts.render import TenderCard
from alerts.told import Told, told_by_message
from bot.chat.card_buttons import VERDICTS, back_to_card, follow, unfollow, verdict, why
from bot.chat.card_callbacks import Vote
from bot.chat.keyboards import Rows, press, shorten
from bot.chat.lookup import tender_card
from bot.chat.services import Person, Services

__all__ = [
    "DEFAULT_ZONE",
    "EVERY",
    "LARGEST_ID",
    "card_page",
    "choose_flag",
    "own_rows",
    "reasons_page",
    "shown_card",
    "zone_of",
]

DEFAULT_ZONE = "Asia/Almaty"
LARGEST_ID = 2**63 - 1
_NAME = 48
_MOST_FLAGS = 8
EVERY = "*"
"""Stands for all flags of a tender in a vote."""


def zone_of(person: Person) -> str:
    """The zone that dates are told in."""
    return person.subscriber.zone if person.subscriber is not None else DEFAULT_ZONE


async def shown_card(tender_id: int, message_id: int, person: Person, services: Services) -> TenderCard | None:
    """The card that one of our messages shows: of the snapshot it told of, else the newest there is."""
    if not 0 < tender_id <= LARGEST_ID:
        return None
    told = await _told(tender_id, message_id, person, services)
    if told is not None:
        try:
            return await card_of(services.store, told.snapshot_id)
        except Gone:
            pass
    return await tender_card(services.store, tender_id)


async def card_page(card: TenderCard, message_id: int, person: Person, services: Services) -> Page:
    """The card with this person's buttons; in the message that told of it, as it was told."""
    told = await _told(card.tender_id, message_id, person, services)
    names = await _names(told, person, services) if told else ()
    again = told is not None and told.event.startswith(Event.FLAG_RAISED)
    page = services.renderer.alert(card, person.language, zone_of(person), names, again=again)
    return msgspec.structs.replace(page, buttons=await own_rows(page.buttons, card, person, services))


async def reasons_page(card: TenderCard, person: Person, services: Services) -> Page:
    """The answer to "Why?", with what readers say of each flag."""
    ledger = ""
    if person.subscriber is not None:
        ledger = await ledger_text(
            services.database,
            services.subscriptions,
            person.subscriber,
            card.tender_id,
            language=person.language,
            now=services.clock(),
        )
    opinions = await services.opinions.shown()
    page = services.renderer.why(card, person.language, zone_of(person), ledger=ledger, opinions=opinions)
    return msgspec.structs.replace(page, buttons=await own_rows(page.buttons, card, person, services))


async def own_rows(rows: Rows, card: TenderCard, person: Person, services: Services) -> Rows:
    """The common buttons as one person has them: *Unfollow* for who follows, a tick at what was said of the flags."""
    if person.subscriber is None:
        return rows
    instead: dict[Button, Button] = {}
    if await services.follows.follows(person.subscriber.id, card.tender_id):
        instead[follow(card, person.language)] = unfollow(card, person.language)
    said = set((await services.opinions.said(person.subscriber.id, card.tender_id)).values())
    if len(said) == 1:
        one = said.pop()
        for button in (verdict(one)(card, person.language), verdict(one, why=True)(card, person.language)):
            if button is not None:
                instead[button] = msgspec.structs.replace(button, text=f"✓ {button.text}")
    return _replaced(rows, instead)


def choose_flag(card: TenderCard, asked: Vote, services: Services, language: str) -> Rows:
    """Which of several flags is meant; or all of them."""
    _ = translator(language).gettext
    heading = _(VERDICTS[asked.verdict])
    codes = [flag.indicator for flag in card.flags[:_MOST_FLAGS]]
    named = [(code, services.renderer.flag_name(code, language)) for code in codes]
    rows = tuple(
        (press(f"{heading}: {shorten(name, _NAME)}", asked.model_copy(update={"flag": code})),)
        for code, name in [*named, (EVERY, _("all flags"))]
    )
    return (*rows, (why(card, language, _("Back")) if asked.why else back_to_card(card, language),))


def _replaced(rows: Rows, instead: Mapping[Button, Button]) -> Rows:
    return tuple(tuple(instead.get(button, button) for button in row) for row in rows)


async def _told(tender_id: int, message_id: int, person: Person, services: Services) -> Told | None:
    """The row of the outbox that this message of ours told, if it told of this tender."""
    if person.subscriber is None or not message_id:
        return None
    told = await told_by_message(services.database, person.subscriber.id, str(message_id))
    mine = [one for one in told if one.tender_id == tender_id]
    return mine[-1] if len(told) == 1 and mine else None


async def _names(told: Told, person: Person, services: Services) -> Sequence[str]:
    """What the filters that matched are called, where the person keeps more than one."""
    kept = await services.subscriptions.filters(told.subscriber_id)
    wanted = set(told.matched)
    return (
        [one.name or label(one.criteria, person.language) for one in kept if one.id in wanted] if len(kept) > 1 else []
    )
