"""One message becomes sealed parts of a draft. Nothing of it is written anywhere else, nor said back."""

from __future__ import annotations

from typing import Any

import msgspec
from aiogram import Bot
from aiogram.types import Message

from bot.chat.reply import answer
from bot.chat.services import Person
from bot.tips.drafts import Draft
from bot.tips.service import TipService
from bot.tips.tipper import screens

__all__ = ["take"]


async def take(message: Message, draft: Draft, bot: Bot, person: Person, tips: TipService) -> Draft:  # noqa: ARG001
    """Seal what a message holds, store it with the draft, answer; returns the draft as it is now.

    The parts and the draft that counts them are stored together, before the answer: if the answer fails, the update is
    handled again and the part is known already.
    """
    seen = f"{message.message_id}.{message.edit_date or 0}"
    if seen not in draft.taken:
        words = said(message)
        if not words:
            return draft.heard(await answer(message, screens.plain("unreadable", person.language)))
        part = tips.drafts.seal(header(message, draft), words.encode("utf-8", "replace"))
        draft = msgspec.structs.replace(draft, texts=draft.texts + 1, taken=(*draft.taken, seen))
        await tips.drafts.add(person.chat_id, draft, [part])
    return draft.heard(await answer(message, screens.kept(draft, person.language)))


def header(message: Message, draft: Draft) -> dict[str, Any]:
    """What goes under the seal beside the words."""
    made: dict[str, Any] = {"kind": "text", "step": draft.step}
    if message.edit_date:
        made["edited"] = True
    if message.forward_origin is not None:
        made["forwarded"] = True
    if draft.tender:
        made["tender"] = draft.tender
    return made


def said(message: Message) -> str:
    """The words of a message, with the addresses that its links hide."""
    words = message.text or ""
    links = [entity.url for entity in message.entities or [] if entity.url]
    return "\n".join([words, *links]) if words else ""
