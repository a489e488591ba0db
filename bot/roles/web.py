"""The role that serves over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.config import ConfigError
from bot.inbox import Inbox
from bot.parts import Parts
from bot.web import Webhook, WebServer, address_of, webhook_secret
from bot.web.health import Health
from bot.web.metrics import Metrics

__all__ = ["works"]

log = structlog.get_logger("app")


def works(parts: Parts, stop: asyncio.Event, *, alone: bool) -> list[Coroutine[Any, Any, None]]:
    """What runs until `stop`. `alone`: the process has no other role."""
    return [_serve(parts, stop, alone=alone)]


async def _serve(parts: Parts, stop: asyncio.Event, *, alone: bool) -> None:
    """Serve. An address that is taken costs the pages alone, not the bot, unless nothing works without them."""
    listen = parts.config.web.listen
    host, port = address_of(listen)
    metrics = Metrics(parts.database, parts.pulse, parts.tallies, parts.clock)
    health = Health(parts.pulse, parts.database)
    server = WebServer(host, port, health=health, metrics=metrics, webhook=_webhook(parts))
    try:
        await server.run(stop)
    except OSError as error:
        sentence = f"web: {listen} cannot be listened on ({error.strerror or error}): set web.listen to a free address"
        if parts.by_webhook or alone:
            raise ConfigError(sentence) from error
        log.warning("health and metrics are not served", trouble=sentence)


def _webhook(parts: Parts) -> Webhook | None:
    if not parts.by_webhook:
        return None
    secret = webhook_secret(parts.token, parts.config.telegram.webhook_secret.get_secret_value())
    return Webhook(Inbox(parts.database, parts.clock), parts.token, secret=secret)
