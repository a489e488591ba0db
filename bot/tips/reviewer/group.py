"""The monitors' group: what is written there, and which tip a topic is about."""

from __future__ import annotations

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, ReplyParameters
from sqlalchemy import select

from alerts.channels.base import Message as Page
from bot.chat.keyboards import markup
from bot.tips.bundle import sealed_tip, write_bundle
from bot.tips.desk import Desk, Tip, read_tip
from bot.tips.reviewer import words
from bot.tips.states import CLOSED
from bot.tips.tables import tips

__all__ = ["MonitorsGroup"]


class MonitorsGroup:
    """The group `chat_id` (0: there is none), spoken to in one language."""

    def __init__(self, desk: Desk, chat_id: int, language: str, zone: str) -> None:
        self._desk = desk
        self.chat_id = chat_id
        self.language = language
        self.zone = zone

    async def refresh(self, bot: Bot, tip: Tip, *, menu: str = "") -> None:
        """Edit the header so that it says where the tip stands."""
        if tip.header <= 0 or not self.chat_id:
            return
        page = words.header(tip, self.language, self.zone, menu=menu)
        try:
            await bot.edit_message_text(
                page.html, chat_id=self.chat_id, message_id=tip.header, parse_mode="HTML",
                reply_markup=markup(page.buttons),
            )  # fmt: skip
        except TelegramBadRequest:
            return  # not modified, or deleted by somebody

    async def send(self, bot: Bot, page: Page, *, topic: int = 0, reply_to: int = 0) -> int:
        """A message to the group."""
        sent = await bot.send_message(
            self.chat_id, page.html, parse_mode="HTML", reply_markup=markup(page.buttons),
            message_thread_id=topic or None, protect_content=True,
            reply_parameters=ReplyParameters(message_id=reply_to, allow_sending_without_reply=True)
            if reply_to > 0 and not topic
            else None,
        )  # fmt: skip
        return sent.message_id

    async def send_sealed(self, bot: Bot, tip: Tip) -> None:
        """The sealed file into the topic; only a key holder can open it."""
        content = write_bundle(await sealed_tip(self._desk.database, tip.id, tip.ref))
        file = BufferedInputFile(content, f"{tip.ref}.tip")
        await bot.send_document(self.chat_id, file, message_thread_id=tip.topic or None)

    async def open_tips(self) -> list[Tip]:
        """Tips that are not over, oldest first."""
        query = select(tips).where(tips.c.state.not_in(CLOSED)).order_by(tips.c.id).limit(100)
        async with self._desk.database.read() as connection:
            return [read_tip(row) for row in (await connection.execute(query)).all()]

    async def in_topic(self, topic: int, replied: int) -> Tip | None:
        """The tip of a topic, or the one whose header is replied to."""
        which = tips.c.topic == topic if topic else tips.c.header == replied
        if not (topic or replied):
            return None
        async with self._desk.database.read() as connection:
            row = (await connection.execute(select(tips).where(which))).first()
        return read_tip(row) if row is not None else None
