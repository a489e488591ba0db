"""The role that serves over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from aiohttp import web

from bot.config import ConfigError
from bot.inbox import Inbox
from bot.parts import Parts
from bot.web import Webhook, WebServer, address_of, assets, webhook_secret
from bot.web.evidence import Evidence
from bot.web.health import Health
from bot.web.indicator_page import IndicatorPage
from bot.web.leaving import Leave, Manage
from bot.web.lesson_pages import LessonPages
from bot.web.listing import Listing
from bot.web.mailroom import Mailroom
from bot.web.metrics import Metrics
from bot.web.site import Site
from bot.web.subscribing import Subscribing

__all__ = ["works"]

log = structlog.get_logger("app")


def works(parts: Parts, stop: asyncio.Event, *, alone: bool) -> list[Coroutine[Any, Any, None]]:
    """What runs until `stop`. `alone`: the process has no other role."""
    return [_serve(parts, stop, alone=alone)]


async def _serve(parts: Parts, stop: asyncio.Event, *, alone: bool) -> None:
    """Serve. An address that is taken costs the pages alone, not the bot, unless nothing works without them."""
    listen = parts.config.web.listen
    host, port = address_of(listen)
    site = _site(parts)
    server = WebServer(host, port, _routes(parts, site), [site.mishaps])
    try:
        await server.run(stop)
    except OSError as error:
        sentence = f"web: {listen} cannot be listened on ({error.strerror or error}): set web.listen to a free address"
        if parts.by_webhook or alone:
            raise ConfigError(sentence) from error
        log.warning("pages, health and metrics are not served", trouble=sentence)


def _site(parts: Parts) -> Site:
    alerts = parts.config.alerts
    return Site(
        public=parts.public,
        clock=parts.clock,
        language=alerts.language,
        zone=alerts.zone,
        reply=parts.config.web.reply_to,
        since=parts.clock(),
        mail=bool(parts.config.email.host),
    )


def _routes(parts: Parts, site: Site) -> list[web.AbstractRouteDef]:
    """All that is served: each part adds its routes here."""
    mailroom = Mailroom(parts.mailing, enabled=site.mail)
    routes: list[web.AbstractRouteDef] = [
        *Health(parts.pulse, parts.database).routes(),
        *Metrics(parts.database, parts.pulse, parts.tallies, parts.clock).routes(),
        *assets.routes(),
        *Evidence(site, parts.store, parts.rules).routes(),
        *Listing(site, parts.store, parts.rules).routes(),
        *IndicatorPage(site).routes(),
        *LessonPages(site, parts.lessons).routes(),
        *Subscribing(site, parts.store, mailroom).routes(),
        *Leave(site, mailroom).routes(),
        *Manage(site, parts.store, mailroom, parts.subscriptions).routes(),
    ]
    return [*routes, *_webhook(parts).routes()] if parts.by_webhook else routes


def _webhook(parts: Parts) -> Webhook:
    secret = webhook_secret(parts.token, parts.config.telegram.webhook_secret.get_secret_value())
    inbox = Inbox(parts.database, parts.clock, confiding=parts.tips.confiding, reader=False)
    return Webhook(inbox, parts.token, secret=secret)
