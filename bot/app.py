"""Where the parts are wired together: one process with the roles it was given, until it is told to stop.

Roles: `watch` reads publishers, judges, stores and matches; `deliver` sends what is owed; `chat` answers people; `web`
serves health, metrics and Telegram's webhook. All of them in one process by default. Nothing else in the project builds
these parts.
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

from alerts.channels.telegram.transport import TelegramChannel, connect
from alerts.delivery import Deliverer
from alerts.limits import Gate, Limits
from alerts.matching import Matcher
from alerts.messages import Messages
from alerts.missed import carry
from alerts.outbox import Outbox
from alerts.pace import Pace
from alerts.render import Renderer
from alerts.shared_pace import pacer_for
from alerts.subscriptions import Subscriptions
from bot.chat import Services, build_dispatcher, introduce
from bot.chat.paced import Paced
from bot.config import Config, ConfigError
from bot.database_commands import revision, upgrade
from bot.fsm import SqlStorage
from bot.inbox import Inbox, Receiver, Worker
from bot.inbox.receiver import ALLOWED_UPDATES
from bot.leader import lead
from bot.memory import settle
from bot.mishaps import Mishaps
from bot.operator import Operator
from bot.running import IDLE, insist, keep_doing, until
from bot.times import utc_now
from bot.web import Pulse, Webhook, WebServer, address_of, webhook_path, webhook_secret
from bot.web.health import Health
from bot.web.metrics import Metrics, Tallies
from watchers.database import Database
from watchers.history import History
from watchers.history.histories import Histories
from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.poll import Watcher
from watchers.rhythm import Rhythm, rhythm_of
from watchers.rules import load_rules
from watchers.sources.base import Source, SourceError, open_source, settings_of
from watchers.store import Store
from watchers.vigil import Vigil

__all__ = ["App", "Role"]

log = structlog.get_logger("app")

_CARRY_EVERY = 60.0
_LOOK_EVERY = 5.0
_DECIDE_EVERY = 0.2  # alerts wait for this look before they go out


class Role(StrEnum):
    """What a process does."""

    WATCH = "watch"
    DELIVER = "deliver"
    CHAT = "chat"
    WEB = "web"


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
        self._by_webhook = config.telegram.mode == "webhook"
        in_need = {Role.DELIVER, Role.CHAT} | ({Role.WEB} if self._by_webhook else set())
        if roles & in_need and not token:
            raise ConfigError(
                "config: telegram.token is missing: take one from @BotFather and set it (or BAQYLAU_TELEGRAM__TOKEN); "
                "to read publishers without a bot, run with --role watch"
            )
        self.pulse = Pulse()
        self._tallies = Tallies()
        self._token = token
        self.rules = load_rules()
        self.indicators = load_indicators(config.indicators)
        self._opened = self._open_sources() if Role.WATCH in roles else []  # for the first time this process leads
        self.source_names = [source.name for source in self._opened]
        self.database = Database(config.database.url.get_secret_value())
        self.store = Store(self.database, clock)
        self.histories = Histories(self.database, self.rules)
        self.subscriptions = Subscriptions(self.database, clock, limit=config.alerts.max_filters)
        self.outbox = Outbox(self.database, clock)
        self.renderer = Renderer(clock, self.rules)
        self._mishaps = Mishaps(clock)
        self.pacer = pacer_for(
            self.database,
            Pace(
                per_second=config.telegram.rate,
                reserved_per_second=config.telegram.reserved_rate,
                chat_seconds=config.telegram.chat_seconds,
                group_seconds=config.telegram.group_seconds,
            ),
        )
        self.matcher = Matcher(
            self.store, self.subscriptions, self.outbox, clock, max_age_days=config.alerts.max_age_days
        )

    def _open_sources(self) -> list[Source]:
        enabled = [name for name, section in self.config.sources.items() if section.enabled]
        if not enabled:
            raise ConfigError(
                "config: no source is enabled: set enabled = true in a [sources.NAME] section, config.example.toml "
                "shows several; "
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
        log.info("started", roles=sorted(self.roles), sources=self.source_names)
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
            works.append(lead(self.database, self._watching, stop))
        if Role.DELIVER in self.roles:
            works.append(self._deliver(stop))
            limits = Limits(per_day=self.config.alerts.per_day, burst=self.config.alerts.burst)
            works.append(self._loop("limits", Gate(self.store, self.clock, limits).do_one, stop, idle=_DECIDE_EVERY))
            works.append(self._loop("missed", self._carry, stop, idle=_CARRY_EVERY))
            works += [self._tell_operator(stop)] if self.config.telegram.admins else []
        if Role.CHAT in self.roles:
            works.append(self._chat(stop))
        if Role.WEB in self.roles:
            works.append(self._serve(stop))
        return works

    def _watching(self, over: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        """What the process does that polls the publishers, of all that run on one database."""
        sources, self._opened = self._opened or self._open_sources(), []
        watchers = [self._watcher(source) for source in sources]
        vigil = Vigil(watchers, self.database, self._rhythms(), self.clock)
        return [
            *(watcher.run(over) for watcher in watchers),
            self._loop("vigil", vigil.do_one, over, idle=_LOOK_EVERY),
            self._loop("matching", self.matcher.do_one, over),
        ]

    def _loop(
        self, name: str, do_one: Callable[[], Awaitable[bool]], stop: asyncio.Event, *, idle: float = IDLE
    ) -> Coroutine[Any, Any, None]:
        return keep_doing(name, do_one, stop, self.pulse, idle=idle)

    async def _serve(self, stop: asyncio.Event) -> None:
        """Serve over HTTP. Without a webhook an address that is taken costs the pages alone, not the bot."""
        host, port = address_of(self.config.web.listen)
        webhook = None
        if self._by_webhook:
            secret = webhook_secret(self._token, self.config.telegram.webhook_secret.get_secret_value())
            webhook = Webhook(Inbox(self.database, self.clock), self._token, secret=secret)
        metrics = Metrics(self.database, self.pulse, self._tallies, self.clock)
        self.web = WebServer(host, port, health=Health(self.pulse, self.database), metrics=metrics, webhook=webhook)
        try:
            await self.web.run(stop)
        except OSError as error:
            sentence = (
                f"web: {self.config.web.listen} cannot be listened on ({error.strerror or error}): set web.listen"
            )
            if self._by_webhook or self.roles == {Role.WEB}:
                raise ConfigError(f"{sentence} to a free address") from error
            log.warning("health and metrics are not served", trouble=f"{sentence} to a free address")

    def _watcher(self, source: Source) -> Watcher:
        return Watcher(source, self.store, self.judge, self.clock, histories=self.histories)

    def _rhythms(self) -> dict[str, Rhythm]:
        """When news of each source are to be expected."""
        settings = {name: settings_of(name, self.config.source_settings(name)) for name in self.source_names}
        return {name: rhythm_of(one) for name, one in settings.items()}

    async def _tell_operator(self, stop: asyncio.Event) -> None:
        async with self._bot() as bot:
            operator = Operator(
                self.database,
                TelegramChannel(bot),
                self.subscriptions,
                self.pacer,
                self.clock,
                admins=self.config.telegram.admins,
                defaults=self.config.alerts,
                mishaps=self._mishaps,
            )
            await self._loop("operator", operator.do_one, stop, idle=_LOOK_EVERY)

    async def _carry(self) -> bool:
        carried = await carry(self.database, self.outbox, self.clock, after=self._carry_after)
        if carried:
            log.info("told of messages that may not have arrived", messages=carried)
        return False

    async def _deliver(self, stop: asyncio.Event) -> None:
        messages = Messages(self.store, self.subscriptions, self.renderer)
        async with self._bot() as bot:
            channel = TelegramChannel(bot, paid=self.config.telegram.paid_broadcast)
            deliverer = Deliverer(
                self.outbox,
                self.subscriptions,
                {channel.name: channel},
                messages.render,
                self.pacer,
                self.clock,
                prepare=messages.prepare,
                trouble=self._mishaps,
            )
            await self.outbox.recover()
            try:
                await self._loop("delivery", deliverer.do_one, stop)
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
            per_day=self.config.alerts.per_day,
            mute_days=self.config.alerts.mute_days,
        )
        inbox = Inbox(self.database, self.clock)
        async with self._bot() as bot:
            bot.session.middleware(Paced(self.pacer))
            async with until(stop) as running:
                running(insist("the command menu is not set yet", lambda: introduce(bot)))
                running(self._set_webhook(bot) if self._by_webhook else Receiver(bot, inbox).run())
                running(Worker(inbox, build_dispatcher(services), bot).run())

    async def _set_webhook(self, bot: Bot) -> None:
        """Tell Telegram where to post updates, until it has heard."""
        secret = webhook_secret(self._token, self.config.telegram.webhook_secret.get_secret_value())
        url = self.config.web.public_url + webhook_path(self._token)
        await insist(
            "the webhook is not set yet",
            lambda: bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES)),
        )

    def _countries(self) -> frozenset[str]:
        kinds = {section.kind for section in self.config.sources.values() if section.enabled}
        return frozenset({"KZ"} | ({"UA"} if "prozorro" in kinds else set()))

    @contextlib.asynccontextmanager
    async def _bot(self) -> AsyncIterator[Bot]:
        api_base = self.config.telegram.api_base
        bot = connect(self._token, "" if api_base == "https://api.telegram.org" else api_base)
        bot.session.middleware(self._tallies)
        try:
            yield bot
        finally:
            await bot.session.close()
