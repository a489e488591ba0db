"""The role of mail: runs that make digests, the letters and digests that go out, the bounces that come back."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from alerts.mail.checking import missing_runs
from alerts.mail.coming_back import ComingBack
from alerts.mail.erasing import prune
from alerts.mail.runs import DigestRuns
from bot.config import Config, ConfigError
from bot.parts import Parts
from bot.web import address_of

__all__ = ["check", "works"]

log = structlog.get_logger("mail")

_MAKE_EVERY = 5.0
_LOOK_EVERY = 60.0  # a part that takes no turn for two minutes is taken for stuck


def check(config: Config, *, alone: bool) -> None:
    """Raises ConfigError where mail is configured and cannot work, or is all this process has and is not configured."""
    if config.email.host:
        from bot.mail.channel import dkim_key  # noqa: PLC0415 - who sends no mail does not pay for its libraries

        dkim_key(config)
    elif alone:
        raise ConfigError("config: email.host is missing: name the server that takes mails (docs/email.md)")


def works(parts: Parts, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
    """What runs until `stop`; nothing where no mail server is configured."""
    if not parts.config.email.host:
        return []
    return [
        _deliver(parts, stop),
        parts.loop("digests", DigestRuns(parts.store, parts.clock).do_one, stop, idle=_MAKE_EVERY),
        parts.loop("digest check", lambda: _check(parts), stop, idle=_LOOK_EVERY),
        parts.loop("addresses", lambda: _prune(parts), stop, idle=_LOOK_EVERY),
        *([_listen(parts, stop)] if parts.config.email.bounce_listen else []),
    ]


async def _deliver(parts: Parts, stop: asyncio.Event) -> None:
    # Imported here: who sends no mail does not pay for its libraries.
    from alerts.channels.email.mail import bare  # noqa: PLC0415
    from alerts.delivery import Deliverer, Delivery  # noqa: PLC0415
    from alerts.mail.posting import Posting, Sender  # noqa: PLC0415
    from alerts.outbox import MAIL, Outbox  # noqa: PLC0415
    from bot.mail.channel import domain_pacer, mail_channel  # noqa: PLC0415

    config = parts.config
    channel = mail_channel(config)
    sender = Sender(
        domain=config.email.sender.rpartition("@")[2],
        bounces=config.email.bounce_address,
        contact=config.operator.contact,
    )
    posting = Posting(parts.store, await parts.mailing(), parts.public, sender, parts.clock, parts.rules)
    outbox = Outbox(parts.database, parts.clock, lane=MAIL)
    deliverer = Deliverer(
        outbox, parts.subscriptions, {channel.name: channel}, posting.render, domain_pacer(config), parts.clock,
        prepare=posting.prepare, trouble=parts.mishaps, bare=bare,
        settings=Delivery(backoff=60.0, backoff_most=3600.0, attempts=36, started=config.email.connections),
    )  # fmt: skip
    await outbox.recover()
    try:
        await parts.loop("mail", deliverer.do_one, stop)
    finally:
        await deliverer.stop()
        await channel.close()


async def _check(parts: Parts) -> bool:
    """Say so where a run that was due was not made."""
    missing = await missing_runs(parts.database, parts.clock())
    if missing:
        days = sorted({day.isoformat() for theirs in missing.values() for day in theirs})
        words = (
            f"{len(missing)} addresses lack a digest that was due ({', '.join(days[:5])}): is the role mail running?"
        )
        log.error("digests are missing", addresses=len(missing), days=days)
        parts.mishaps.of_mail(words)
    return False


async def _prune(parts: Parts) -> bool:
    return bool(await prune(parts.database, parts.clock))


async def _listen(parts: Parts, stop: asyncio.Event) -> None:
    from bot.mail.listener import BounceListener  # noqa: PLC0415

    email = parts.config.email
    coming_back = ComingBack(parts.database, parts.subscriptions, await parts.mailing(), parts.clock)
    host, port = address_of(email.bounce_listen)
    listener = BounceListener(coming_back, host, port, email.bounce_address, email.bounce_protocol)
    try:
        await listener.run(stop)
    except OSError as error:
        words = (
            f"email: {email.bounce_listen} cannot be listened on ({error.strerror or error}): set email.bounce_listen"
        )
        log.warning("bounces are not taken", trouble=words)
        parts.mishaps.of_mail(words)
