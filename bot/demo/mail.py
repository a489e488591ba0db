"""The demo's mail: each person's filters shared with an address of the sandbox's mailbox, and a digest at once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

from alerts.mail.tables import EMAIL
from bot.parts import Parts
from bot.sandbox.mailbox import Mailbox

__all__ = ["SENDER", "address_of", "digest_arrives", "free_port", "share_by_mail"]

SENDER = "Baqylau <digest@demo.example>"
_PATIENCE = 30.0


def address_of(language: str) -> str:
    """Where the person who speaks it gets mail."""
    return f"{language}@mailbox.example"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def share_by_mail(parts: Parts, chats: Mapping[str, str]) -> None:
    """Have an address for each chat (by language), confirmed a while ago."""
    mailing = await parts.mailing()
    for language, chat in chats.items():
        subscriber = await parts.subscriptions.subscriber("telegram", chat)
        if subscriber is None:
            continue
        address = address_of(language)
        await mailing.asks.ask(address, language=language, chat_id=subscriber.id)
        person = await parts.subscriptions.subscriber(EMAIL, address)
        for ask in await mailing.asks.of(person.id if person else 0):
            await mailing.asks.confirm(mailing.asks.token_of(ask))


async def digest_arrives(parts: Parts, mailbox: Mailbox, language: str) -> str:
    """Have the digests made now; the subject of that in `language`, '' where none came within half a minute."""
    mailing = await parts.mailing()
    for each in ("kk", "ru", "en"):
        person = await parts.subscriptions.subscriber(EMAIL, address_of(each))
        if person is not None:
            await mailing.boxes.send_soon(person.id)
    began = asyncio.get_running_loop().time()
    while asyncio.get_running_loop().time() - began < _PATIENCE:
        for mail in mailbox.to(address_of(language)):
            if "List-Id" in mail.message:
                return str(mail.message["Subject"])
        await asyncio.sleep(0.2)
    return ""
