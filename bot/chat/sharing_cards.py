"""What `@bot word` offers in any chat: purchases whose words begin so, the newest first, as cards to share."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
)

from alerts.filters.words import tokens
from alerts.i18n import translator
from alerts.render import TenderCard, view
from alerts.render.actions import portal
from bot.chat.cards import zone_of
from bot.chat.lookup import tender_card
from bot.chat.services import Person, Services
from watchers.pasted import find_named

__all__ = ["MOST_OFFERED", "link_payload", "offered", "tender_of"]

MOST_OFFERED = 10
_MOST_WORDS = 6
_PAYLOAD = re.compile(r"t_(\d{1,18})")


def link_payload(tender_id: int) -> str:
    """What `?start=` carries to open a purchase."""
    return f"t_{tender_id}"


def tender_of(payload: str) -> int | None:
    """The purchase of such a payload; None for any other."""
    known = _PAYLOAD.fullmatch(payload)
    return int(known[1]) if known else None


async def offered(typed: str, person: Person, services: Services, bot_name: str) -> list[InlineQueryResultArticle]:
    """Cards to choose from; kept for a minute, so that typing on does not search anew for others."""
    words = tokens(typed)[:_MOST_WORDS]
    kept, key = services.offers, (typed.strip() if not words else " ".join(words), person.language)
    async with kept.lock(key):
        cards = kept.get(key)
        if cards is None:
            ids = await find_named(services.store, typed) or await asyncio.to_thread(_newest, services, words)
            found = [await tender_card(services.store, id_) for id_ in ids[:MOST_OFFERED]]
            cards = kept.put(key, [card for card in found if card is not None])
    return [_article(card, person, services, bot_name) for card in cards]


def _newest(services: Services, words: Sequence[str]) -> list[int]:
    """Of the last days: those that have a word beginning with each that was typed."""
    seen = sorted((one for one in services.recent if one.published), key=lambda one: one.moment, reverse=True)
    found = []
    for one in seen:
        told = one.facts.words
        if not words and not one.facts.weight:
            continue  # nothing typed: what deserves a look
        if all(any(word.startswith(begun) for word in told) for begun in words):
            found.append(one.tender_id)
            if len(found) == MOST_OFFERED:
                break
    return found


def _article(card: TenderCard, person: Person, services: Services, bot_name: str) -> InlineQueryResultArticle:
    _ = translator(person.language).gettext
    page = services.renderer.alert(card, person.language, zone_of(person))
    link = f"https://t.me/{bot_name}?start={link_payload(card.tender_id)}"
    ours = InlineKeyboardButton(text=_("Open in the bot"), url=link)
    theirs = portal(card, person.language)
    row = [ours] if theirs is None else [InlineKeyboardButton(text=theirs.text, url=theirs.url), ours]
    return InlineQueryResultArticle(
        id=f"{card.tender_id}-{card.snapshot_id}",
        title=view.heading(card, person.language),
        description=view.place(card, person.language),
        input_message_content=InputTextMessageContent(
            message_text=page.html, parse_mode="HTML", link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]),
    )
