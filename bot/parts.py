"""What every role of a process shares: configuration, clock, database, and the parts that stand on them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiogram import Bot

from alerts.channels.telegram.transport import connect
from alerts.mail.asking import MailLimits
from alerts.mail.mailing import Mailing, open_mailing
from alerts.outbox import Outbox
from alerts.pace import Pace
from alerts.public_pages import PublicPages
from alerts.render import Renderer
from alerts.shared_pace import pacer_for
from alerts.subscriptions import Subscriptions
from bot.chat.card_buttons import CardButtons
from bot.config import Config, ConfigError
from bot.learn.library import Lessons
from bot.mishaps import Mishaps
from bot.running import IDLE, keep_doing
from bot.tips.sealing import BadKey
from bot.tips.service import open_tips
from bot.web.metrics import Tallies
from bot.web.pulse import Pulse
from watchers.database import Database
from watchers.rules import load_rules
from watchers.store import Store

__all__ = ["TELEGRAM", "Parts"]

TELEGRAM = "https://api.telegram.org"


class Parts:
    """Made once a process. `clock` says the moment in UTC; nothing here opens a connection before it is used."""

    def __init__(self, config: Config, clock: Callable[[], datetime]) -> None:
        self.config = config
        self.clock = clock
        self.pulse = Pulse()
        self.tallies = Tallies()
        self.rules = load_rules()
        self.database = Database(config.database.url.get_secret_value())
        self.store = Store(self.database, clock)
        self.subscriptions = Subscriptions(self.database, clock, limit=config.alerts.max_filters)
        self.outbox = Outbox(self.database, clock)
        self.public = PublicPages(config.web.public_url)
        self.lessons = Lessons(
            clock,
            Path(config.learn.folder) if config.learn.folder else None,
            good_for=timedelta(days=config.learn.checked_days),
        )
        self.mishaps = Mishaps(clock)
        try:
            self.tips = open_tips(
                config.tips,
                self.database,
                clock,
                fallback_secret=self.token,
                admins=config.telegram.admins,
                language=config.alerts.language,
                zone=config.alerts.zone,
            )
        except BadKey as error:
            raise ConfigError(f"config: {error}") from error
        self.renderer = Renderer(clock, self.rules, actions=CardButtons(self.public, tips=self.tips.taking))
        self.pacer = pacer_for(
            self.database,
            Pace(
                per_second=config.telegram.rate,
                reserved_per_second=config.telegram.reserved_rate,
                chat_seconds=config.telegram.chat_seconds,
                group_seconds=config.telegram.group_seconds,
            ),
        )

    @property
    def token(self) -> str:
        """The bot's token, in the clear."""
        return self.config.telegram.token.get_secret_value()

    @property
    def by_webhook(self) -> bool:
        """Whether Telegram posts updates to us instead of being asked for them."""
        return self.config.telegram.mode == "webhook"

    async def mailing(self) -> Mailing:
        """What addresses ask for and choose; once the tables are there."""
        limits = MailLimits(asks_per_hour=self.config.email.letters_per_hour)
        return await open_mailing(self.database, self.clock, self.subscriptions, self.outbox, limits)

    def loop(
        self, name: str, do_one: Callable[[], Awaitable[bool]], stop: asyncio.Event, *, idle: float = IDLE
    ) -> Coroutine[Any, Any, None]:
        """A part that is done again and again until told to stop, and whose health is seen by its name."""
        return keep_doing(name, do_one, stop, self.pulse, idle=idle)

    @contextlib.asynccontextmanager
    async def bot(self) -> AsyncIterator[Bot]:
        """A connection to Telegram, counted in the metrics."""
        api_base = self.config.telegram.api_base
        bot = connect(self.token, "" if api_base == TELEGRAM else api_base)
        bot.session.middleware(self.tallies)
        try:
            yield bot
        finally:
            await bot.session.close()
