"""Where the parts are wired together: one process with the roles it was given, until it is told to stop.

Roles: `watch` reads publishers, judges, stores and matches; `deliver` sends what is owed; `chat` answers people. All of
them in one process by default. Nothing else in the project builds these parts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError

from alerts.channels.telegram.transport import TelegramChannel, connect
from alerts.delivery import Deliverer
from alerts.matching import Matcher
from alerts.messages import Messages
from alerts.missed import carry
from alerts.outbox import Outbox
from alerts.pace import Pace, Pacer
from alerts.render import Renderer
from alerts.subscriptions import Subscriptions
from bot.chat import Services, build_dispatcher, introduce
from bot.chat.paced import Paced
from bot.config import Config, ConfigError
from bot.database_commands import revision, upgrade
from bot.fsm import SqlStorage
from bot.inbox import Inbox, Receiver, Worker
from bot.memory import settle
from bot.times import utc_now
from watchers.database import Database
from watchers.history import History
from watchers.history.histories import Histories
from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.poll import Watcher
from watchers.rules import load_rules
from watchers.sources.base import Source, SourceError, open_source
from watchers.store import Store

__all__ = ["App", "Role"]

log = structlog.get_logger("app")

_IDLE = 0.5
"""Seconds between looks for work that another process, or another loop, may have left."""
_CARRY_EVERY = 60.0
_AFTER_A_FAILURE = 5.0


class Role(StrEnum):
    """What a process does."""

    WATCH = "watch"
    DELIVER = "deliver"
    CHAT = "chat"


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
        self.config = config
        self.roles = roles
        self.clock = clock
        self._carry_after = carry_after
        token = config.telegram.token.get_secret_value()
        if roles & {Role.DELIVER, Role.CHAT} and not token:
            raise ConfigError(
                "config: telegram.token is missing: take one from @BotFather and set it (or BAQYLAU_TELEGRAM__TOKEN); "
                "to read publishers without a bot, run with --role watch"
            )
        if Role.CHAT in roles and config.telegram.mode == "webhook":
            raise ConfigError("config: telegram.mode = 'webhook' is not served by this version: set it to 'polling'")
        self._token = token
        self.rules = load_rules()
        self.indicators = load_indicators(config.indicators)
        self.sources = self._open_sources() if Role.WATCH in roles else []
        self.database = Database(config.database.url.get_secret_value())
        self.store = Store(self.database, clock)
        self.histories = Histories(self.database, self.rules)
        self.subscriptions = Subscriptions(self.database, clock, limit=config.alerts.max_filters)
        self.outbox = Outbox(self.database, clock)
        self.renderer = Renderer(clock, self.rules)
        self.pacer = Pacer(
            Pace(
                per_second=config.telegram.rate,
                reserved_per_second=config.telegram.reserved_rate,
                chat_seconds=config.telegram.chat_seconds,
                group_seconds=config.telegram.group_seconds,
            )
        )
        self.matcher = Matcher(
            self.store, self.subscriptions, self.outbox, clock, max_age_days=config.alerts.max_age_days
        )

    def _open_sources(self) -> list[Source]:
        enabled = [name for name, section in self.config.sources.items() if section.enabled]
        if not enabled:
            raise ConfigError(
                "config: no source is enabled: add a [sources.NAME] section, config.example.toml shows three; "
                "to try everything without one, run baqylau demo"
            )
        try:
            return [open_source(name, self.config.source_settings(name), self.clock) for name in enabled]
        except SourceError as error:
            raise ConfigError(f"config: {error}") from error

    def judge(self, release: Release, /, history: History | None = None) -> list[Finding]:
        """What the indicators answer about a release."""
        context = Context(rules=self.rules, history=history, seen_at=self.clock())
        return judge_release(release, context, self.indicators)

    async def prepare(self) -> None:
        """Bring the database up to date (SQLite), or refuse one that is not. Raises ConfigError."""
        if self.database.dialect == "sqlite":
            await upgrade(self.database)
            return
        stands = await revision(self.database)
        if not stands.up_to_date:
            raise ConfigError(
                f"config: the tables at {self.config.database.shown} are at revision {stands.current or 'none'}, "
                f"{stands.needed} is needed: run baqylau db upgrade"
            )

    async def run(self, stop: asyncio.Event) -> None:
        """Run every role until `stop` is set, then end within two seconds, finishing what is in flight."""
        await self.prepare()
        settle()
        log.info("started", roles=sorted(self.roles), sources=[source.name for source in self.sources])
        try:
            async with asyncio.TaskGroup() as group:
                for work in self._works(stop):
                    group.create_task(work)
        finally:
            await self.database.close()
        log.info("stopped")

    def _works(self, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        works: list[Coroutine[Any, Any, None]] = []
        if Role.WATCH in self.roles:
            works += [self._watcher(source).run(stop) for source in self.sources]
            works.append(_loop("matching", self.matcher.do_one, stop))
        if Role.DELIVER in self.roles:
            works.append(self._deliver(stop))
            works.append(_loop("missed", self._carry, stop, idle=_CARRY_EVERY))
        if Role.CHAT in self.roles:
            works.append(self._chat(stop))
        return works

    def _watcher(self, source: Source) -> Watcher:
        return Watcher(source, self.store, self.judge, self.clock, histories=self.histories)

    async def _carry(self) -> bool:
        carried = await carry(self.database, self.outbox, self.clock, after=self._carry_after)
        if carried:
            log.info("told of messages that may not have arrived", messages=carried)
        return False

    async def _deliver(self, stop: asyncio.Event) -> None:
        messages = Messages(self.store, self.subscriptions, self.renderer)
        async with self._bot() as bot:
            channel = TelegramChannel(bot)
            deliverer = Deliverer(
                self.outbox,
                self.subscriptions,
                {channel.name: channel},
                messages.render,
                self.pacer,
                self.clock,
                prepare=messages.prepare,
            )
            await self.outbox.recover()
            try:
                await _loop("delivery", deliverer.do_one, stop)
            finally:
                await deliverer.stop()

    async def _chat(self, stop: asyncio.Event) -> None:
        storage = SqlStorage(self.database, self.clock)
        services = Services(
            database=self.database,
            subscriptions=self.subscriptions,
            store=self.store,
            renderer=self.renderer,
            storage=storage,
            clock=self.clock,
            countries=self._countries(),
        )
        inbox = Inbox(self.database, self.clock)
        async with self._bot() as bot:
            bot.session.middleware(Paced(self.pacer))
            async with _until(stop) as running:
                running(_introduce(bot))
                running(Receiver(bot, inbox).run())
                running(Worker(inbox, build_dispatcher(services), bot).run())

    def _countries(self) -> frozenset[str]:
        kinds = {section.kind for section in self.config.sources.values() if section.enabled}
        return frozenset({"KZ"} | ({"UA"} if "prozorro" in kinds else set()))

    @contextlib.asynccontextmanager
    async def _bot(self) -> AsyncIterator[Bot]:
        api_base = self.config.telegram.api_base
        bot = connect(self._token, "" if api_base == "https://api.telegram.org" else api_base)
        try:
            yield bot
        finally:
            await bot.session.close()


@contextlib.asynccontextmanager
async def _until(stop: asyncio.Event) -> AsyncIterator[Callable[[Coroutine[Any, Any, object]], None]]:
    """Run endless work until told to stop; a failure of any of it is a failure of all."""
    tasks: list[asyncio.Task[object]] = []
    yield lambda work: tasks.append(asyncio.create_task(work))
    waiting = asyncio.create_task(stop.wait())
    pending = set(tasks)
    try:
        while not waiting.done():
            done, _ = await asyncio.wait({waiting, *pending}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                task.result()
            pending -= done
    finally:
        for task in (*tasks, waiting):
            task.cancel()
        await asyncio.gather(*tasks, waiting, return_exceptions=True)


async def _loop(name: str, do_one: Callable[[], Awaitable[bool]], stop: asyncio.Event, *, idle: float = _IDLE) -> None:
    """Do one after another until told to stop. A failure (a full disk, a lost database) is said and tried again."""
    failed = False
    while not stop.is_set():
        pause = idle
        try:
            if await do_one():
                pause = 0.0
            if failed:
                log.info("works again", part=name)
            failed = False
        except Exception:
            if not failed:
                log.exception("in trouble", part=name)
            failed, pause = True, _AFTER_A_FAILURE
        if pause:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


async def _introduce(bot: Bot) -> None:
    """Set the command menu; a Telegram that cannot be reached now is asked again until it can."""
    while True:
        try:
            await introduce(bot)
        except (AiogramError, OSError) as error:
            log.warning("the command menu is not set yet", reason=str(error))
            await asyncio.sleep(60)
        else:
            return
