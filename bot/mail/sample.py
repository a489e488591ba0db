"""`baqylau email ...`: a sample digest to one address, an address added by the operator, the list of addresses."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from alerts.channels.base import DeliveryError, UncertainDelivery
from alerts.channels.email.mail import ListLinks, Mail
from alerts.filters import BadFilter, Criteria, read_filter
from alerts.mail.address import BadAddress, mail_address, shown
from alerts.mail.mailing import open_mailing
from alerts.mail.tables import EMAIL, digest_runs, mail_settings
from alerts.outbox import Outbox
from alerts.public_pages import PublicPages
from alerts.render.card import TenderCard
from alerts.render.digest import DigestRenderer, Edition, Entry, Links
from alerts.subscriptions import Subscriptions
from alerts.tables import subscribers
from bot.config import Config
from bot.database_commands import DatabaseError, revision
from bot.mail.channel import mail_channel
from watchers.database import Database
from watchers.rules import load_rules
from watchers.store import Store
from watchers.tables import tenders

__all__ = ["MailError", "add_address", "address_lines", "send_sample"]

_SHOWN = 6


class MailError(Exception):
    """A command of mail cannot be done; the message is one sentence. `code` is the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def _address(text: str) -> str:
    try:
        return mail_address(text)
    except BadAddress as error:
        raise MailError(str(error), 2) from None


async def _open(config: Config) -> Database:
    """The database, at this version's tables. Raises MailError."""
    database = Database(config.database.url.get_secret_value())
    try:
        stands = await revision(database)
    except DatabaseError as error:
        raise MailError(str(error)) from error
    if not stands.up_to_date:
        await database.close()
        raise MailError(
            f"email: {config.database.shown} is not up to date: run baqylau db upgrade, or baqylau run once"
        )
    return database


async def send_sample(config: Config, address: str, language: str, clock: Callable[[], datetime]) -> str:
    """Send a digest of the newest flagged purchases, marked as a sample; what the server said. Raises MailError."""
    address = _address(address)
    if not config.email.host:
        raise MailError("email: email.host is missing: name the server that takes mails", 2)
    database = await _open(config)
    channel = mail_channel(config)
    try:
        mail = await _sample(Store(database, clock), config, language, clock())
        answer = await channel.send(address, mail)
    except (DeliveryError, UncertainDelivery) as error:
        raise MailError(f"{error}: baqylau doctor says more") from None
    finally:
        await channel.close()
        await database.close()
    return f"a sample digest went to {shown(address)}: {answer}"


async def _sample(store: Store, config: Config, language: str, now: datetime) -> Mail:
    query = select(tenders.c.snapshot_id).where(tenders.c.weight > 0).order_by(tenders.c.id.desc()).limit(_SHOWN)
    async with store.database.read() as connection:
        ids = (await connection.execute(query)).scalars().all()
    cards = [TenderCard.of(one) for one in (await store.snapshots(ids)).values()]
    public = PublicPages(config.web.public_url)
    links = Links(
        manage=public.token("manage", "sample"), leave=public.token("unsubscribe", "sample"), public=public
    )  # fmt: skip
    edition = Edition(
        language=language, zone=config.alerts.zone, now=now, run_date=now.date(), weekly=False,
        range_from=now - timedelta(days=1), entries=tuple(Entry(card=one) for one in cards), links=links,
    )  # fmt: skip
    page = DigestRenderer(load_rules()).render(edition)
    domain = config.email.sender.rpartition("@")[2]
    return Mail(
        html=page.html, text=page.text, subject=f"[sample] {page.subject}", language=language, date=now,
        message_id=f"sample.{secrets.token_hex(8)}@{domain}",
        links=ListLinks(name="digest", title="Baqylau digests", leave=links.leave, settings=links.manage),
    )  # fmt: skip


async def add_address(
    config: Config, address: str, language: str, filters: Sequence[str], clock: Callable[[], datetime]
) -> str:
    """Ask an address whether it wants digests by these filters (KEY=TEXT). Raises MailError."""
    address, criteria = _address(address), Criteria()
    try:
        for one in filters:
            key, equals, text = one.partition("=")
            if not equals:
                raise MailError(f"email: --filter {one!r} is none: write KEY=TEXT, for example region=Turkistan", 2)
            criteria = read_filter(key, text, criteria)
    except KeyError:
        raise MailError(f"email: --filter {one!r} names no filter: docs/filters.md lists them", 2) from None
    except BadFilter as error:
        raise MailError(str(error), 2) from None
    database = await _open(config)
    try:
        subscriptions = Subscriptions(database, clock, limit=config.alerts.max_filters)
        mailing = await open_mailing(database, clock, subscriptions, Outbox(database, clock))
        await mailing.asks.ask(address, language=language, criteria=[criteria])
    finally:
        await database.close()
    return f"a letter with a link to confirm is owed to {shown(address)}; the role mail sends it"


async def address_lines(config: Config) -> list[str]:
    """Every address that asked: how it stands, how often it gets a digest, when the last one was made."""
    database = await _open(config)
    last = select(digest_runs.c.subscriber_id, func.max(digest_runs.c.made_at).label("made_at"))
    last_run = last.group_by(digest_runs.c.subscriber_id).subquery()
    query = (
        select(subscribers, mail_settings.c.frequency, last_run.c.made_at)
        .outerjoin(mail_settings, mail_settings.c.subscriber_id == subscribers.c.id)
        .outerjoin(last_run, last_run.c.subscriber_id == subscribers.c.id)
        .where(subscribers.c.channel == EMAIL, subscribers.c.address.contains("@"))
        .order_by(subscribers.c.id)
    )
    try:
        async with database.read() as connection:
            rows = (await connection.execute(query)).all()
    finally:
        await database.close()
    lines = []
    for row in rows:
        made = f"last run {row.made_at:%Y-%m-%d %H:%M} UTC" if row.made_at else "no run yet"
        why = f" ({row.state_reason})" if row.state_reason else ""
        lines.append(f"{shown(row.address)}: {row.state}{why}, {row.frequency or 'not confirmed'}, {made}")
    return lines or ["nobody asked for digests yet"]
