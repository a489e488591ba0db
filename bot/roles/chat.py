"""The role that answers people."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiogram import Bot

from bot.chat import Services, build_dispatcher, introduce
from bot.chat.paced import Paced
from bot.config import Config
from bot.fsm import SqlStorage
from bot.inbox import Inbox, Receiver, Worker
from bot.inbox.receiver import ALLOWED_UPDATES
from bot.parts import Parts
from bot.running import insist, until
from bot.tips.reviewer.alarm import OperatorAlarm
from bot.tips.rounds import Rounds
from bot.tips.tipper.interrupted import Interrupted
from bot.web import webhook_path, webhook_secret
from bot.web.health import Health

__all__ = ["works"]

_READ_EVERY, _NAMES_EVERY = 15.0, 300.0  # for previews; a name not yet read is looked for again when somebody asks
_LOOK_EVERY = 2.0


def works(parts: Parts, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
    """What runs until `stop`."""
    return [_chat(parts, stop)]


async def _chat(parts: Parts, stop: asyncio.Event) -> None:
    config = parts.config
    services = Services(
        database=parts.database,
        subscriptions=parts.subscriptions,
        store=parts.store,
        renderer=parts.renderer,
        storage=SqlStorage(parts.database, parts.clock),
        clock=parts.clock,
        countries=_countries(config),
        per_day=config.alerts.per_day,
        mute_days=config.alerts.mute_days,
        lessons_folder=Path(config.learn.folder) if config.learn.folder else None,
        public_url=config.web.public_url,
        rules_good_for=timedelta(days=config.learn.checked_days),
        tips=parts.tips,
        open_mailing=parts.mailing if config.email.host else None,
        admins=frozenset(config.telegram.admins),
        secret=parts.token,
        health=Health(parts.pulse, parts.database),
    )
    inbox = Inbox(parts.database, parts.clock, confiding=parts.tips.confiding)
    async with parts.bot() as bot:
        bot.session.middleware(Paced(parts.pacer))
        async with until(stop) as running:
            running(insist("the command menu is not set yet", lambda: introduce(bot, services.admins)))
            running(_set_webhook(parts, bot) if parts.by_webhook else Receiver(bot, inbox).run())
            alarm = OperatorAlarm(parts.subscriptions, config.telegram.admins, config.alerts.language)
            rounds = Rounds(parts.tips, parts.clock, alarm)
            running(parts.loop("tips", partial(rounds.do_one, bot), stop, idle=_LOOK_EVERY))
            running(Worker(inbox, build_dispatcher(services), bot, interrupted=Interrupted(services)).run())
            running(parts.loop("recent purchases", services.recent.do_one, stop, idle=_READ_EVERY))
            running(parts.loop("names of buyers", services.names.do_one, stop, idle=_NAMES_EVERY))
            running(parts.loop("names of suppliers", services.supplier_names.do_one, stop, idle=_NAMES_EVERY))


async def _set_webhook(parts: Parts, bot: Bot) -> None:
    """Tell Telegram where to post updates, until it has heard."""
    secret = webhook_secret(parts.token, parts.config.telegram.webhook_secret.get_secret_value())
    url = parts.config.web.public_url + webhook_path(parts.token)
    await insist(
        "the webhook is not set yet",
        lambda: bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES)),
    )


def _countries(config: Config) -> frozenset[str]:
    kinds = {section.kind for section in config.sources.values() if section.enabled}
    return frozenset({"KZ"} | ({"UA"} if "prozorro" in kinds else set()))
