"""The less safe mode, `tips.mode = "forward"`: what is told is passed on, readable, to the monitors' group.

For small groups without key holders. Until it is passed on, it lies under the server's own key: whoever has the server
can read it; afterwards it is erased here, and stays in Telegram. The tipper is told so before anything is typed.
"""

from __future__ import annotations

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import BufferedInputFile
from sqlalchemy import delete, select

from alerts.channels.base import Message as Page
from bot.tips.desk import Desk
from bot.tips.readable import Readable
from bot.tips.reviewer.group import MonitorsGroup
from bot.tips.secret import Purpose
from bot.tips.tables import tip_parts

__all__ = ["Forwarding"]

log = structlog.get_logger("tips")

_LONGEST = 3900


class Forwarding:
    """Passes parts of sent tips on to their topics, one a call, and erases them here."""

    def __init__(self, desk: Desk, group: MonitorsGroup) -> None:
        self._desk = desk
        self._group = group

    async def do_one(self, bot: Bot) -> bool:
        """Pass one part on; False if none waits. What Telegram refuses stays and is tried the next time."""
        waiting = select(tip_parts).where(tip_parts.c.tip_id.is_not(None)).order_by(tip_parts.c.id).limit(1)
        async with self._desk.database.read() as connection:
            row = (await connection.execute(waiting)).one_or_none()
        tip = await self._desk.by_id(row.tip_id) if row is not None else None
        if row is None or tip is None or tip.header <= 0:
            return False
        part = self._desk.secret.show(Purpose.FORWARD, bytes(row.body), Readable)
        if part is not None:
            try:
                await self._send(bot, part, tip.topic)
            except TelegramAPIError as error:
                log.warning("a part of a tip cannot be passed on", reason=type(error).__name__)
                return False
        async with self._desk.database.write() as connection:
            await connection.execute(delete(tip_parts).where(tip_parts.c.id == row.id))
        return True

    async def _send(self, bot: Bot, part: Readable, topic: int) -> None:
        if part.header.get("kind") == "file":
            file = BufferedInputFile(part.content, f"file.{part.header.get('ending', 'bin')}")
            await bot.send_document(self._group.chat_id, file, message_thread_id=topic or None, protect_content=True)
            return
        words = part.content.decode("utf-8", "replace")
        for at in range(0, len(words), _LONGEST):
            await self._group.send(bot, Page(_escaped(words[at : at + _LONGEST])), topic=topic)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
