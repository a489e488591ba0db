"""One message becomes sealed parts of a draft. Nothing of it is written anywhere else, nor said back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aiogram import Bot
from aiogram.types import Message
from msgspec.structs import replace

from bot.chat.reply import answer
from bot.chat.services import Person
from bot.tips.drafts import Draft
from bot.tips.files.kinds import Refused, Why
from bot.tips.receipt import digits_of
from bot.tips.tipper import screens
from bot.tips.tipper.cleaning import erase_messages
from bot.tips.tipper.pieces import MOST_FILES, MOST_OF_ALL, Piece, attached, fetch, place, words

if TYPE_CHECKING:
    from bot.tips.service import TipService

__all__ = ["take"]

MOST_TEXTS = 100
_CODE = re.compile(r"(?<!\d)\d(?:[\s.\-–—_]?\d){15}(?!\d)")
_MOST_CODES = 3


async def take(message: Message, draft: Draft, bot: Bot, person: Person, tips: TipService) -> Draft:
    """Seal what a message holds, store it with the draft, answer; returns the draft as it is now.

    The parts and the draft that counts them are stored together, before the answer: if the answer fails, the update is
    handled again and the part is known already. Of an album only the first picture is answered.
    """
    quiet = message.media_group_id is not None and message.media_group_id == draft.album
    seen = f"{message.message_id}.{message.edit_date or 0}"
    if seen not in draft.taken:
        if await _has_code(message, person, tips):
            await erase_messages(bot, person.chat_id, {message.message_id})
            return draft.heard(await answer(message, screens.code_inside(draft, person.language)))
        try:
            pieces = await _pieces(message, draft, bot)
        except Refused as refused:
            return await _refused(message, draft, refused.why, person)
        if not pieces:
            return draft.heard(await answer(message, screens.unreadable(draft, person.language)))
        draft = _counted(draft, pieces, seen, message.media_group_id or "", tips)
        sealed = [tips.drafts.seal(_header(message, draft) | piece.header, piece.content) for piece in pieces]
        await tips.drafts.add(person.chat_id, draft, sealed)
    return (
        draft
        if quiet
        else draft.heard(await answer(message, screens.kept(draft, person.language, forwarded=tips.forwarded)))
    )


async def _has_code(message: Message, person: Person, tips: TipService) -> bool:
    """Whether the code of a tip stands in a message: monitors could answer in the tipper's name with it.

    Counted like a code that is typed, so that nobody can try codes in this way instead.
    """
    for found in _CODE.findall(words(message))[:_MOST_CODES]:
        if await tips.limits.may_try_code(person.chat_id) and await tips.desk.by_code(digits_of(found)) is not None:
            return True
    return False


async def _refused(message: Message, draft: Draft, why: Why, person: Person) -> Draft:
    """Say why something is not taken; of an album once for each reason."""
    said = f"{message.media_group_id}:{why}" if message.media_group_id else ""
    if said and said == draft.refused:
        return draft
    shown = await answer(message, screens.refused(why, draft, person.language), quote=True)
    return replace(draft, refused=said).heard(shown)


async def _pieces(message: Message, draft: Draft, bot: Bot) -> list[Piece]:
    """Everything a message holds. Raises Refused."""
    pieces = []
    file = attached(message)
    if file is not None:
        if draft.files >= MOST_FILES:
            raise Refused(Why.MANY)
        pieces += await fetch(bot, file, room=MOST_OF_ALL - draft.size, originals=draft.originals)
    for kind, said in (("text", words(message)), ("place", place(message))):
        if said:
            pieces.append(Piece({"kind": kind}, said.encode("utf-8", "replace")))
    if draft.texts >= MOST_TEXTS and not file and pieces:
        raise Refused(Why.MANY)
    return pieces


def _counted(draft: Draft, pieces: list[Piece], seen: str, album: str, tips: TipService) -> Draft:
    files = any(piece.header["kind"] == "file" for piece in pieces)
    texts = sum(piece.header["kind"] != "file" for piece in pieces)
    return replace(
        draft,
        texts=draft.texts + texts,
        files=draft.files + files,
        size=draft.size + sum(len(piece.content) for piece in pieces),
        taken=(*draft.taken, seen),
        album=album,
        prints=(*draft.prints, *(tips.print_of(piece.content) for piece in pieces)),
    )


def _header(message: Message, draft: Draft) -> dict[str, Any]:
    """What goes under the seal beside what was sent."""
    made: dict[str, Any] = {"step": draft.step}
    if message.edit_date:
        made["edited"] = True
    if message.forward_origin is not None:
        made["forwarded"] = True
    if draft.tender:
        made["tender"] = draft.tender
    return made
