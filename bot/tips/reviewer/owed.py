"""What the monitors' group is owed: a topic and a header a tip, a note on what was added. Owed until it was said.

Rows say what is owed (`tips.header`, `tips.unsaid`), so that nothing is lost with a process, a removed bot or a 429.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from sqlalchemy import select, update

from alerts.channels.telegram.errors import Kind, classify
from bot.tips.counts import count_tips
from bot.tips.desk import Desk, Tip, read_tip
from bot.tips.reviewer import words
from bot.tips.reviewer.group import MonitorsGroup
from bot.tips.tables import tips

__all__ = ["Alarm", "Owed"]

log = structlog.get_logger("tips")

_BEING_MADE = -1
_AGAIN = timedelta(minutes=1)
_PATIENCE = timedelta(minutes=10)
"""How long Telegram may be out of reach before the operator hears of it; a refusal is told at once."""
_PASSES = (TelegramNetworkError, TelegramServerError, TelegramRetryAfter)

Alarm = Callable[[Bot, str, int], Awaitable[bool]]
"""Told why, and how many tips wait; returns whether somebody heard."""


class Owed:
    """Says what `group` is owed, one thing a call, and tries again a minute after a failure.

    `alarm` is told why nothing can be said and how many tips wait, and "" once it can; it returns whether somebody
    heard, and is asked again until then.
    """

    def __init__(
        self, desk: Desk, group: MonitorsGroup, clock: Callable[[], datetime], alarm: Alarm | None = None
    ) -> None:
        self._desk = desk
        self._group = group
        self._clock = clock
        self._alarm = alarm
        self._not_before: datetime | None = None
        self._troubled: datetime | None = None
        self._told = False

    async def recover(self) -> None:
        """Headers that a killed process was about to make are made again."""
        async with self._desk.database.write() as connection:
            await connection.execute(update(tips).where(tips.c.header == _BEING_MADE).values(header=0))

    async def do_one(self, bot: Bot) -> bool:
        """Say one thing; False if nothing is owed, or nothing can be said now."""
        now = self._clock()
        if not self._group.chat_id or (self._not_before is not None and now < self._not_before):
            return False
        try:
            said = await self._announce(bot) or await self._note(bot)
        except TelegramAPIError as error:
            await self._in_trouble(bot, error, now)
            return False
        if said and self._troubled is not None:
            log.info("the monitors' group is told again")
            self._troubled = None
        if self._troubled is None and self._told and await self._say(bot, ""):
            self._told = False
        return said

    async def _in_trouble(self, bot: Bot, error: TelegramAPIError, now: datetime) -> None:
        asked = timedelta(seconds=error.retry_after) if isinstance(error, TelegramRetryAfter) else _AGAIN
        self._not_before = now + max(asked, _AGAIN)
        if self._troubled is None:
            self._troubled = now
            log.warning("the monitors' group cannot be told: check tips.group and the bot's rights", reason=str(error))
        lasting = not isinstance(error, _PASSES) or now - self._troubled >= _PATIENCE
        if lasting and not self._told:
            self._told = await self._say(bot, error.message)

    async def _say(self, bot: Bot, reason: str) -> bool:
        return self._alarm is None or await self._alarm(bot, reason, (await count_tips(self._desk.database)).untold)

    async def _announce(self, bot: Bot) -> bool:
        """Make the topic and header of one tip that has none. Raises TelegramAPIError."""
        first = select(tips.c.id).where(tips.c.header == 0).order_by(tips.c.id).limit(1).scalar_subquery()
        take = update(tips).where(tips.c.id == first, tips.c.header == 0).values(header=_BEING_MADE).returning(tips)
        async with self._desk.database.write() as connection:
            row = (await connection.execute(take)).one_or_none()
        if row is None:
            return False
        tip, header = read_tip(row), 0
        try:
            topic = tip.topic or await self._topic(bot, tip)
            page = words.header(tip, self._group.language, self._group.zone)
            header = await self._group.send(bot, page, topic=topic)
        except TelegramBadRequest as error:
            if not await self._lost_topic(tip, error):
                raise
        finally:
            await self._set(tip, header=header)
        return True

    async def _topic(self, bot: Bot, tip: Tip) -> int:
        """A new topic, kept before anything is written in it: it is not made twice if that fails."""
        try:
            topic = (await bot.create_forum_topic(self._group.chat_id, tip.ref)).message_thread_id
        except TelegramBadRequest:
            return 0  # a group without topics: the header alone, answered by replies
        await self._set(tip, topic=topic)
        return topic

    async def _note(self, bot: Bot) -> bool:
        """Say in one tip's topic that its tipper added something. Raises TelegramAPIError."""
        query = select(tips).where(tips.c.unsaid > 0, tips.c.header > 0).order_by(tips.c.id).limit(1)
        async with self._desk.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return False
        tip = read_tip(row)
        await self._group.refresh(bot, tip)
        try:
            page = words.said("added", self._group.language)
            await self._group.send(bot, page, topic=tip.topic, reply_to=tip.header)
        except TelegramBadRequest as error:
            if not await self._lost_topic(tip, error):
                raise
            return True
        async with self._desk.database.write() as connection:
            left = tips.c.unsaid - tip.unsaid
            await connection.execute(update(tips).where(tips.c.id == tip.id).values(unsaid=left))
        return True

    async def _lost_topic(self, tip: Tip, error: TelegramBadRequest) -> bool:
        """Whether somebody deleted or closed the topic: the tip gets another then, with its header."""
        if not tip.topic or classify(error.message) is not Kind.TOPIC:
            return False
        await self._set(tip, topic=0, header=0)
        return True

    async def _set(self, tip: Tip, **values: int) -> None:
        async with self._desk.database.write() as connection:
            await connection.execute(update(tips).where(tips.c.id == tip.id).values(**values))
