"""What a message holds, as pieces to be sealed: words, a place, a file fetched from Telegram into memory."""

from __future__ import annotations

from typing import Any

import msgspec
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError
from aiogram.methods import GetFile
from aiogram.types import Message
from aiohttp import ClientError

from bot.tips.files.apart import clean_apart
from bot.tips.files.kinds import Refused, Why

__all__ = ["LARGEST", "MOST_FILES", "MOST_OF_ALL", "Attached", "Piece", "attached", "fetch", "place", "words"]

LARGEST = 15 * 1024 * 1024
"""Bytes of one file; Telegram gives a bot 20 MB at most."""
MOST_OF_ALL = 24 * 1024 * 1024
"""Bytes of a tip as it is sealed: so that its sealed file can be sent to the monitors' group (50 MB)."""
MOST_FILES = 20


class Piece(msgspec.Struct, frozen=True):
    """What becomes one sealed part."""

    header: dict[str, Any]
    content: bytes


class Attached(msgspec.Struct, frozen=True):
    """A file of a message, not fetched yet. `spoken`: recorded in Telegram itself, where nothing can be cleaned."""

    file_id: str
    size: int
    name: str
    spoken: bool = False


def words(message: Message) -> str:
    """The words of a message or under its file, with the addresses that its links hide."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities or []
    return "\n".join([text, *(entity.url for entity in entities if entity.url)]) if text else ""


def place(message: Message) -> str:
    """A place that was shared: latitude, longitude, and what it is called."""
    point = message.venue.location if message.venue else message.location
    if point is None:
        return ""
    called = f" {message.venue.title}, {message.venue.address}" if message.venue else ""
    return f"{point.latitude:.6f}, {point.longitude:.6f}{called}"


def attached(message: Message) -> Attached | None:
    """The file of a message, the largest size of a photo."""
    if message.photo:
        photo = max(message.photo, key=lambda one: one.width * one.height)
        return Attached(photo.file_id, photo.file_size or 0, "photo.jpg")
    if message.voice or message.video_note:
        spoken = message.voice or message.video_note
        assert spoken is not None  # noqa: S101 - one of them is there
        return Attached(spoken.file_id, spoken.file_size or 0, "", spoken=True)
    file = message.document or message.video or message.audio or message.animation
    return Attached(file.file_id, file.file_size or 0, file.file_name or "") if file else None


async def fetch(bot: Bot, file: Attached, *, room: int, originals: bool) -> list[Piece]:
    """Fetch a file into memory and make its pieces: the working copy, and the original where the tipper chose so.

    `room`: how many bytes the tip may still take. Raises Refused.
    """
    if file.size > LARGEST:
        raise Refused(Why.BIG)
    if file.size > room:
        raise Refused(Why.MANY)
    content = await _content(bot, file.file_id)
    cleaned = await clean_apart(content, file.name)
    about = {"kind": "file", "type": cleaned.type, "name": file.name}
    pieces = []
    if cleaned.content is not None:
        pieces.append(Piece(about | {"copy": "cleaned", "ending": cleaned.ending}, cleaned.content))
    if originals or file.spoken:
        pieces.append(Piece(about | {"copy": "original", "ending": cleaned.ending}, content))
    if not pieces:
        raise Refused(Why.ORIGINAL)
    if sum(len(piece.content) for piece in pieces) > room:
        raise Refused(Why.MANY)
    return pieces


async def _content(bot: Bot, file_id: str) -> bytes:
    """A file's bytes; never more than allowed, whatever its size was said to be."""
    try:
        found = await bot.get_file(file_id)
    except TelegramBadRequest as error:
        raise Refused(Why.BIG if "too big" in error.message else Why.BROKEN) from None
    content = bytearray()
    url = bot.session.api.file_url(bot.token, found.file_path or "")
    try:
        async for chunk in bot.session.stream_content(url, timeout=40, raise_for_status=True):
            content += chunk
            if len(content) > LARGEST:
                raise Refused(Why.BIG)
    except (ClientError, TimeoutError):  # whose text would name the address, and in it the bot's token
        raise TelegramNetworkError(GetFile(file_id=""), "a file could not be fetched") from None
    return bytes(content)
