"""Fixtures of the mail channel: a real SMTP server on loopback that keeps what it takes, a channel to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.channels.email.composing import Composer
from alerts.channels.email.mail import Attachment, ListLinks, Mail
from alerts.channels.email.signing import DkimKey
from alerts.channels.email.transport import EmailChannel, Server
from bot.sandbox.mailbox import Mailbox
from bot.times import utc_now
from tests.alerts.channels.email.rsa import dkim_key

LINKS = ListLinks(
    name="digest", title="Baqylau digests", leave="https://baqylau.example/unsubscribe/abc",
    leave_by_mail="bounce+u.abc@bounces.example", settings="https://baqylau.example/manage/abc",
    subscribe="https://baqylau.example/subscribe", archive="https://baqylau.example/",
    owner="mailto:owner@baqylau.example",
)  # fmt: skip


def mail(**changed: Any) -> Mail:
    facts: dict[str, Any] = {
        "subject": "Алматы: 14 белгі, 3 салмақты — 23 қараша",
        "text": "Қазақша мәтін\nЕкінші жол\n.нүктеден басталады\n",
        "html": "<!doctype html><html lang=kk><body><p>Қазақша <b>мәтін</b></p></body></html>",
        "language": "kk",
        "message_id": "digest.7.12@baqylau.example",
        "date": datetime(2026, 11, 23, 4, tzinfo=UTC),
        "links": LINKS,
    }
    return Mail(**(facts | changed))


FILES = (Attachment("tenders.csv", "text/csv; charset=utf-8", "№,атау\n1,шатыр\n".encode()),)


def composer(**given: Any) -> Composer:
    key = DkimKey(dkim_key()[0], "s1", "baqylau.example")
    return Composer("Бақылау <digest@baqylau.example>", **{"key": key} | given)


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    mailbox = Mailbox(clock=utc_now)
    await mailbox.start("127.0.0.1")
    yield mailbox
    await mailbox.stop()


def server(mailbox: Mailbox, **changed: Any) -> Server:
    return Server(**{"host": "127.0.0.1", "port": mailbox.port, "tls": "none", "timeout": 30.0} | changed)


@pytest.fixture
async def channel(mailbox: Mailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(server(mailbox), composer())
    yield channel
    await channel.close()
