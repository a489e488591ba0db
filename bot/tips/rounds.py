"""What is done about tips without being asked: topics for new ones, news to tippers, ways back erased, retention."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from sqlalchemy import select

from bot.chat.keyboards import markup
from bot.tips import news
from bot.tips.forwarding import Forwarding
from bot.tips.retention import Retention
from bot.tips.reviewer.owed import Alarm, Owed
from bot.tips.service import TipService
from bot.tips.states import CLOSED
from bot.tips.tables import tip_messages, tip_routes, tips
from bot.tips.tipper import screens

__all__ = ["Rounds"]

_SWEEP = timedelta(hours=1)


class Rounds:
    """One look a call. Rows say what was done, so that any process may go on where another stopped."""

    def __init__(self, service: TipService, clock: Callable[[], datetime], alarm: Alarm | None = None) -> None:
        self._service = service
        self._clock = clock
        self._swept_at: datetime | None = None
        self._recovered = False
        self._retention = Retention(service.desk, service.settings)
        self._owed = Owed(service.desk, service.group, clock, alarm)
        self._forwarding = Forwarding(service.desk, service.group) if service.forwarded else None

    async def do_one(self, bot: Bot) -> bool:
        """Do what waits; True while more may wait."""
        if not self._recovered:
            await self._owed.recover()
            self._recovered = True
        now = self._clock()
        if self._swept_at is None or now - self._swept_at >= _SWEEP:
            self._swept_at = now
            await self._service.drafts.sweep()
            await self._service.limits.sweep()
            await self._retention.run()
        more = await self._owed.do_one(bot)
        if self._forwarding is not None:
            more = await self._forwarding.do_one(bot) or more
        for tip_id in await news.untold(self._service.desk.database):
            await self._tell(bot, tip_id)
        await self._forget_closed()
        return more

    async def _tell(self, bot: Bot, tip_id: int) -> None:
        """Tell a tipper that there is news, not what it is; again if Telegram was out of reach.

        Told once if the process dies meanwhile: what is lost is still found with the code.
        """
        database = self._service.desk.database
        async with database.write() as connection:
            mine = await news.say_told(connection, tip_id, self._clock())
        route = await self._service.desk.route(tip_id)
        if not mine or route is None:
            return
        page = screens.news_waits(tip_id, route.language)
        try:
            await bot.send_message(
                route.chat_id, page.html, parse_mode="HTML", reply_markup=markup(page.buttons), protect_content=True
            )
        except TelegramForbiddenError:
            await self._service.desk.drop_route(tip_id)  # blocked: they do not want to hear from us
        except (TelegramNetworkError, TelegramServerError, TelegramRetryAfter):
            async with database.write() as connection:
                await news.say_untold(connection, mine)
            raise
        except TelegramAPIError:
            return

    async def _forget_closed(self) -> None:
        """Once a tip is over and its tipper was told, nothing leads back."""
        waiting = select(tip_messages.c.tip_id).where(tip_messages.c.told_at.is_(None))
        query = select(tip_routes.c.tip_id).join(tips, tips.c.id == tip_routes.c.tip_id)
        query = query.where(tips.c.state.in_(CLOSED), tip_routes.c.tip_id.not_in(waiting))
        async with self._service.desk.database.read() as connection:
            over = (await connection.execute(query)).scalars().all()
        for tip_id in over:
            await self._service.desk.drop_route(tip_id)
