"""One process with the roles it was given, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog

from alerts.subscriptions import Subscriptions
from bot.config import Config, ConfigError
from bot.database_commands import revision, upgrade
from bot.memory import settle
from bot.parts import Parts
from bot.roles import chat, deliver, mail, web
from bot.roles.watch import Watching
from bot.times import utc_now
from watchers.store import Store

__all__ = ["App", "Role"]

log = structlog.get_logger("app")


class Role(StrEnum):
    """What a process does."""

    WATCH = "watch"
    DELIVER = "deliver"
    CHAT = "chat"
    WEB = "web"
    MAIL = "mail"


class App:
    """One Baqylau. Raises ConfigError where the configuration lacks what its roles need."""

    def __init__(
        self,
        config: Config,
        *,
        roles: frozenset[Role] = frozenset(Role),
        clock: Callable[[], datetime] = utc_now,
        carry_after: timedelta = timedelta(minutes=10),
    ) -> None:
        self.roles = roles
        self._carry_after = carry_after
        in_need = {Role.DELIVER, Role.CHAT} | ({Role.WEB} if config.telegram.mode == "webhook" else set())
        if roles & in_need and not config.telegram.token.get_secret_value():
            raise ConfigError(
                "config: telegram.token is missing: take one from @BotFather and set it (or BAQYLAU_TELEGRAM__TOKEN); "
                "to read publishers without a bot, run with --role watch"
            )
        if Role.MAIL in roles:
            mail.check(config, alone=roles == {Role.MAIL})
        self.parts = Parts(config, clock)
        self._watching = Watching(self.parts) if Role.WATCH in roles else None

    @property
    def subscriptions(self) -> Subscriptions:
        """People and their filters."""
        return self.parts.subscriptions

    @property
    def store(self) -> Store:
        """What is known of every tender."""
        return self.parts.store

    async def prepare(self) -> None:
        """Bring the database up to date (SQLite), or refuse one that is not. Raises ConfigError."""
        database, shown = self.parts.database, self.parts.config.database.shown
        if database.dialect == "sqlite":
            await upgrade(database)
            return
        stands = await revision(database)
        if not stands.up_to_date:
            raise ConfigError(
                f"config: the tables at {shown} are at revision {stands.current or 'none'}, "
                f"{stands.needed} is needed: run baqylau db upgrade"
            )

    async def run(self, stop: asyncio.Event) -> None:
        """Run every role until `stop` is set, then end within two seconds, finishing what is in flight."""
        await self.prepare()
        settle()
        log.info("started", roles=sorted(self.roles), sources=self._watching.source_names if self._watching else [])
        try:
            async with asyncio.TaskGroup() as group:
                for work in self._works(stop):
                    group.create_task(work)
        finally:
            await self.parts.database.close()
        log.info("stopped")

    def _works(self, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        works = self._watching.works(stop) if self._watching else []
        if Role.DELIVER in self.roles:
            works += deliver.works(self.parts, stop, carry_after=self._carry_after)
        if Role.CHAT in self.roles:
            works += chat.works(self.parts, stop)
        if Role.MAIL in self.roles:
            works += mail.works(self.parts, stop)
        if Role.WEB in self.roles:
            works += web.works(self.parts, stop, alone=self.roles == {Role.WEB})
        return works
