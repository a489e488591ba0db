"""The mailbox keeps what it takes, and goes wrong only when told."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage

import aiohttp
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.mail_faults import Stage
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.server import utc_now
from tests.bot.sandbox.pictures import png


def mail(subject: str = "Түркістан: 3 хабарландыру") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Baqylau <alerts@example.kz>", "reader@example.kz"
    message["List-Unsubscribe"] = "<https://example.kz/u/1>"
    message.set_content("Үш жаңа хабарландыру\n")
    message.add_alternative("<!doctype html><p>Үш <b>жаңа</b> <img src='cid:logo'></p>", subtype="html")
    message.get_payload()[1].add_related(png(2, 2), "image", "png", cid="<logo>")  # type: ignore[index, union-attr]
    message.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="list.csv")
    return message


async def send(port: int, message: EmailMessage, *to: str) -> None:
    def talk() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.send_message(message, "bounce+1@example.kz", list(to) or None)

    await asyncio.to_thread(talk)


async def test_a_mail_is_kept_with_its_envelope_and_parts(sandbox: Sandbox) -> None:
    await send(sandbox.smtp_port, mail())
    (kept,) = sandbox.mailbox.to("Reader@example.kz")
    assert (kept.sender, kept.recipients) == ("bounce+1@example.kz", ("reader@example.kz",))
    assert kept.body("plain").strip() == "Үш жаңа хабарландыру"
    async with aiohttp.ClientSession(sandbox.api_base) as session:
        async with session.get(f"/sandbox/mail/{kept.number}") as answer:
            shown = await answer.json()
        async with session.get(f"/sandbox/mail/{kept.number}/html") as answer:
            html, policy = await answer.text(), answer.headers["Content-Security-Policy"]
        async with session.get(f"/sandbox/mail/{kept.number}/raw") as answer:
            assert await answer.read() == kept.raw
        async with session.get(f"/sandbox/mail/{kept.number}/parts/0") as answer:
            assert await answer.read() == b"a,b\n"
        async with session.get("/sandbox/mail/99") as answer:
            assert answer.status == 404
    assert shown["subject"] == "Түркістан: 3 хабарландыру"
    assert ["List-Unsubscribe", "<https://example.kz/u/1>"] in shown["headers"]
    assert shown["attachments"] == [{"name": "list.csv", "type": "text/csv", "size": 4}]
    assert html.startswith('<!doctype html><base target="_blank"><p>')
    assert "data:image/png;base64," in html
    assert "sandbox" in policy
    assert "script" not in policy


@pytest.mark.parametrize("code", [421, 450, 451, 550])
async def test_a_recipient_is_refused_with_the_code_that_was_ordered(sandbox: Sandbox, code: int) -> None:
    sandbox.mailbox.faults.refuse(code, address="reader@example.kz", count=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await send(sandbox.smtp_port, mail())
    assert refused.value.recipients["reader@example.kz"][0] == code
    await send(sandbox.smtp_port, mail())
    assert len(sandbox.mailbox.mails) == 1


async def test_a_mail_is_refused_at_its_end(sandbox: Sandbox) -> None:
    sandbox.mailbox.faults.refuse(451, stage=Stage.DATA)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await send(sandbox.smtp_port, mail())
    assert refused.value.smtp_code == 451
    assert not sandbox.mailbox.mails


async def test_a_drop_after_the_data_keeps_the_mail(sandbox: Sandbox) -> None:
    sandbox.mailbox.faults.drop_after_data(count=1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        await send(sandbox.smtp_port, mail())
    assert len(sandbox.mailbox.mails) == 1


async def test_mail_faults_are_steered_over_http(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession(sandbox.api_base) as session:
        async with session.post("/sandbox/mail/faults", json={"stage": "rcpt", "code": 550}) as answer:
            assert answer.status == 200
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await send(sandbox.smtp_port, mail())
        await session.delete("/sandbox/mail/faults")
    await send(sandbox.smtp_port, mail())


async def test_only_the_newest_mails_are_kept() -> None:
    mailbox = Mailbox(clock=utc_now, kept=2)
    await mailbox.start("127.0.0.1")
    for subject in ("one", "two", "three"):
        await send(mailbox.port, mail(subject))
    await mailbox.stop()
    assert [str(kept.message["Subject"]) for kept in mailbox.mails] == ["two", "three"]
    assert [kept.number for kept in mailbox.mails] == [2, 3]
