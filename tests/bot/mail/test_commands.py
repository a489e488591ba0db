"""`baqylau email ...`: a sample to a real server, an address added, the list; the listener for what comes back."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from alerts.mail.coming_back import ComingBack
from alerts.mail.mailing import open_mailing
from alerts.mail.tables import EMAIL
from alerts.outbox import Outbox
from alerts.subscriptions import Subscriptions
from alerts.tables import Standing
from bot.config import Config
from bot.mail.listener import BounceListener
from bot.mail.sample import MailError, add_address, address_lines, send_sample
from bot.sandbox.mailbox import Mailbox
from bot.times import utc_now
from tests.bot.chat.talking import store_tender
from watchers.database import Database
from watchers.store import Store


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    mailbox = Mailbox(clock=utc_now)
    await mailbox.start("127.0.0.1")
    yield mailbox
    await mailbox.stop()


def config_of(database: Database, mailbox: Mailbox, **email: Any) -> Config:
    given = {"host": "127.0.0.1", "port": mailbox.port, "tls": "none", "from": "Baqylau <digest@baqylau.example>"}
    return Config.model_validate(
        {
            "database": {"url": database.url},
            "email": given | email,
            "web": {"public_url": "https://baqylau.example"},
        }
    )


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_a_sample_goes_out_with_what_is_stored(
    database: Database, mailbox: Mailbox, clock: Any, language: str
) -> None:
    await store_tender(Store(database, clock))
    said = await send_sample(config_of(database, mailbox), "Aru@Example.kz", language, clock)
    assert said.startswith("a sample digest went to aru@example.kz: 250")
    (mail,) = mailbox.to("aru@example.kz")
    assert str(mail.message["Subject"]).startswith("[sample] ")
    assert "Ремонт кровли школы № 12" in mail.body("plain")
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_what_keeps_a_sample_from_going_is_said(database: Database, mailbox: Mailbox, clock: Any) -> None:
    with pytest.raises(MailError, match="is no address") as wrong:
        await send_sample(config_of(database, mailbox), "aru", "ru", clock)
    assert wrong.value.code == 2
    with pytest.raises(MailError, match=r"email\.host is missing"):
        await send_sample(Config(), "aru@example.kz", "ru", clock)
    mailbox.faults.refuse(550, "5.1.1 No such user here")
    with pytest.raises(MailError, match=r"550 5\.1\.1.*doctor"):
        await send_sample(config_of(database, mailbox), "aru@example.kz", "ru", clock)


async def test_an_address_is_added_by_its_operator_and_asked_all_the_same(
    database: Database, mailbox: Mailbox, clock: Any
) -> None:
    config = config_of(database, mailbox)
    assert await address_lines(config) == ["nobody asked for digests yet"]
    said = await add_address(config, "aru@пошта.қаз", "kk", ["region=KZ-61", "min_amount=10 млн"], clock)
    assert "aru@пошта.қаз" in said
    assert await address_lines(config) == ["aru@пошта.қаз: pending, not confirmed, no run yet"]
    for wrong in ("region", "colour=red", "region=Atlantis"):
        with pytest.raises(MailError) as refused:
            await add_address(config, "aru@example.kz", "kk", [wrong], clock)
        assert refused.value.code == 2


async def test_the_listener_takes_mails_to_leave_and_nothing_else(database: Database, clock: Any) -> None:
    subscriptions = Subscriptions(database, clock)
    mailing = await open_mailing(database, clock, subscriptions, Outbox(database, clock))
    found = await subscriptions.get_or_create(EMAIL, "aru@example.kz", "kk")
    from alerts.channels.email.bounces import LEAVE, lowered

    token = lowered(mailing.boxes.leave_token(found.id, found.address))
    coming_back = ComingBack(database, subscriptions, mailing, clock)
    for protocol in ("smtp", "lmtp"):
        listener = BounceListener(coming_back, "127.0.0.1", 0, "bounce@bounces.example", protocol)  # type: ignore[arg-type]
        stop = asyncio.Event()
        running = asyncio.create_task(listener.run(stop))
        await listener.started.wait()

        def talk(port: int, lmtp: bool) -> list[int]:
            client: Any = (smtplib.LMTP if lmtp else smtplib.SMTP)("127.0.0.1", port)
            with client:
                client.ehlo() if not lmtp else client.ehlo("client")
                client.mail("<>")
                codes = [
                    client.rcpt(address)[0]
                    for address in (
                        "someone@bounces.example", "bounce@elsewhere.example", "bounce+abc@bounces.example",
                        f"bounce+{LEAVE}abc@bounces.example", f"BOUNCE+{LEAVE}{token}@bounces.example".upper(),
                    )
                ]  # fmt: skip
                return [*codes, client.data(b"Subject: unsubscribe\r\n\r\n\r\n")[0]]

        codes = await asyncio.to_thread(talk, listener.port, protocol == "lmtp")
        assert codes == [550, 550, 550, 550, 250, 250]
        stop.set()
        await running
    person = await subscriptions.subscriber(EMAIL, "aru@example.kz")
    assert person is not None
    assert person.state is Standing.STOPPED
