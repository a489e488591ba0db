"""Handing over to a real server that answers as servers do, or hangs up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from alerts.channels.base import DeliveryError, Message, UncertainDelivery
from alerts.channels.email.transport import EmailChannel, Server
from bot.sandbox.mail_faults import MailFault, Stage
from bot.sandbox.mailbox import Mailbox
from tests.alerts.channels.email.conftest import composer, mail, server

ARU = "aru@example.kz"


async def test_a_mail_arrives_with_its_envelope_and_the_answer_is_kept(channel: EmailChannel, mailbox: Mailbox) -> None:
    answer = await channel.send(ARU, mail(return_path="bounce+x@bounces.example"))
    assert answer == "250 2.0.0 OK: kept as 1"
    (kept,) = mailbox.mails
    assert (kept.sender, kept.recipients) == ("bounce+x@bounces.example", (ARU,))
    assert kept.body("plain").replace("\r\n", "\n") == mail().text


async def test_one_connection_carries_many_mails_and_no_more_than_it_may(mailbox: Mailbox) -> None:
    channel = EmailChannel(server(mailbox, mails=3), composer(key=None))
    for number in range(7):
        await channel.send(f"a{number}@example.kz", mail())
    assert mailbox.sessions_opened == 3
    await channel.close()


async def test_at_once_there_are_no_more_connections_than_allowed(mailbox: Mailbox) -> None:
    channel = EmailChannel(server(mailbox, connections=2), composer(key=None))
    await asyncio.gather(*(channel.send(f"a{number}@example.kz", mail()) for number in range(12)))
    assert len(mailbox.mails) == 12
    assert mailbox.sessions_opened == 2
    await channel.close()


@pytest.mark.parametrize(
    ("stage", "code", "words", "meant"),
    [
        (Stage.RCPT, 550, "5.1.1 No such user here", {"permanent": True}),
        (Stage.RCPT, 550, "no mailbox here by that name", {"permanent": True}),
        (Stage.RCPT, 550, "5.7.1 No such user!", {"permanent": True}),
        (Stage.RCPT, 550, "we do not want this", {"permanent": False, "suspected": True, "alone": True}),
        (Stage.RCPT, 550, "Requested action not taken: mailbox unavailable", {"permanent": False, "suspected": True}),
        (Stage.RCPT, 550, "JunkMail rejected - [192.0.2.1]:34032 is in an RBL", {"suspected": False, "mend": True}),
        (Stage.RCPT, 553, "sorry", {"permanent": False, "suspected": True}),
        (Stage.RCPT, 450, "Requested action not taken: mailbox unavailable", {"permanent": False, "suspected": False}),
        (Stage.RCPT, 450, "4.2.1 Mailbox temporarily unavailable", {"permanent": False, "retry_after": None}),
        (Stage.RCPT, 451, "4.7.1 Greylisted, try again later", {"permanent": False, "retry_after": None}),
        (Stage.RCPT, 452, "4.2.2 Mailbox full", {"permanent": False, "retry_after": None}),
        (Stage.RCPT, 552, "5.2.2 Mailbox full", {"permanent": False, "retry_after": None}),
        (Stage.RCPT, 421, "4.3.2 Service shutting down", {"everyone": True, "retry_after": 30.0}),
        (Stage.RCPT, 550, "5.7.1 blocked using bl.example", {"permanent": False, "mend": True, "retry_after": 3600.0}),
        (Stage.RCPT, 421, "4.7.0 [TSS04] Messages temporarily deferred due to unexpected volume", {"everyone": True}),
        (Stage.DATA, 554, "5.7.1 Message rejected", {"mend": True, "permanent": False}),
        (Stage.DATA, 552, "5.3.4 Message size exceeds fixed limit", {"ours": True}),
        (Stage.DATA, 554, "5.6.0 Message content rejected", {"ours": True}),
        (Stage.DATA, 451, "4.3.0 Try again later", {"permanent": False, "ours": False}),
        (Stage.DATA, 550, "5.7.28 Our system has detected an unusual rate of unsolicited mail", {"retry_after": 600.0}),
    ],
)  # fmt: skip
async def test_what_a_refusal_means(  # noqa: PLR0917
    channel: EmailChannel, mailbox: Mailbox, stage: Stage, code: int, words: str, meant: dict[str, Any]
) -> None:
    mailbox.faults.refuse(code, words, stage=stage, count=1)
    with pytest.raises(DeliveryError) as refused:
        await channel.send(ARU, mail())
    assert {name: getattr(refused.value, name) for name in meant} == meant
    assert str(refused.value).startswith(f"email: {code} ")
    assert not mailbox.mails
    await channel.send(ARU, mail())  # the next mail goes out
    assert len(mailbox.mails) == 1


async def test_a_server_that_hangs_up_before_the_text_got_nothing(channel: EmailChannel, mailbox: Mailbox) -> None:
    mailbox.faults.add(MailFault(stage=Stage.DROP_BEFORE_DATA, count=1))
    with pytest.raises(DeliveryError) as refused:
        await channel.send(ARU, mail())
    assert refused.value.everyone
    assert not mailbox.mails
    await channel.send(ARU, mail())


async def test_a_server_that_hangs_up_after_the_text_leaves_doubt(channel: EmailChannel, mailbox: Mailbox) -> None:
    mailbox.faults.drop_after_data(count=1)
    with pytest.raises(UncertainDelivery, match="no answer after the text went out"):
        await channel.send(ARU, mail())
    assert len(mailbox.mails) == 1  # it had arrived


async def test_an_answer_that_takes_too_long_leaves_doubt(mailbox: Mailbox) -> None:
    channel = EmailChannel(server(mailbox, timeout=2.0), composer(key=None))
    mailbox.faults.add(MailFault(stage=Stage.SLOW_DATA, count=1, seconds=30.0))
    with pytest.raises(UncertainDelivery):
        await channel.send(ARU, mail())
    mailbox.faults.add(MailFault(stage=Stage.SLOW_RCPT, count=1, seconds=30.0))
    with pytest.raises(DeliveryError):  # before the text: nothing was sent
        await channel.send(ARU, mail())
    await channel.close()


async def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure(
    channel: EmailChannel, mailbox: Mailbox
) -> None:
    await channel.send(ARU, mail())
    mailbox.hang_up()
    await channel.send(ARU, mail())
    assert len(mailbox.mails) == 2


async def test_a_server_that_is_not_there_makes_everybody_wait() -> None:
    channel = EmailChannel(Server(host="127.0.0.1", port=1, tls="none"), composer(key=None))
    with pytest.raises(DeliveryError) as refused:
        await channel.send(ARU, mail())
    assert (refused.value.everyone, refused.value.permanent) == (True, False)


async def test_a_server_without_tls_gets_no_mail_unless_that_is_configured(mailbox: Mailbox) -> None:
    channel = EmailChannel(server(mailbox, tls="starttls"), composer(key=None))
    with pytest.raises(DeliveryError) as refused:
        await channel.send(ARU, mail())
    assert (refused.value.everyone, refused.value.mend) == (True, True)
    assert not mailbox.mails


async def test_an_address_with_its_own_letters_before_the_at_goes_by_smtputf8(
    channel: EmailChannel, mailbox: Mailbox
) -> None:
    await channel.send("аружан@xn--80a1acn3a.xn--80ao21a", mail())
    assert mailbox.mails[0].recipients == ("аружан@xn--80a1acn3a.xn--80ao21a",)


async def test_what_was_made_for_another_channel_is_not_sent(channel: EmailChannel) -> None:
    with pytest.raises(DeliveryError) as refused:
        await channel.send(ARU, Message("<b>hello</b>"))
    assert refused.value.ours
