"""The mailbox: an SMTP server on loopback that keeps every mail and delivers none."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.sandbox.feed import Feed
from bot.sandbox.mail_faults import MailFaults, Stage

KEPT = 500
SIZE_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived. `received_at` is UTC; `raw` is the whole message in bytes."""

    number: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Return the parsed message."""
        return message_from_bytes(self.raw, policy=policy.default)

    def body(self, kind: str) -> str:
        """Return the plain or html part as text, or an empty string."""
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


class Mailbox:
    """Keeps the newest mails; `faults` decides what goes wrong."""

    def __init__(self, *, clock: Callable[[], datetime], feed: Feed | None = None, kept: int = KEPT) -> None:
        self.mails: deque[Mail] = deque(maxlen=kept)
        self.faults = MailFaults()
        self.port = 0
        self._clock, self._feed = clock, feed
        self._received = 0
        self._server: asyncio.Server | None = None
        self._sessions: set[SMTP] = set()
        self.sessions_opened = 0

    async def start(self, host: str, port: int = 0) -> None:
        """Listen; `port` 0 takes a free one."""
        self._server = await asyncio.get_running_loop().create_server(self._session, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the door and every open session."""
        if self._server is not None:
            self._server.close()
            self.hang_up()
            await self._server.wait_closed()

    def hang_up(self) -> None:
        """Close every open session, as servers do with those that say nothing for a while."""
        for session in list(self._sessions):
            _hang_up(session)
        self._sessions.clear()

    def to(self, address: str) -> list[Mail]:
        """Return the mails for one address, oldest first."""
        return [mail for mail in self.mails if address.lower() in {known.lower() for known in mail.recipients}]

    def get(self, number: int) -> Mail | None:
        """Return one mail by its number."""
        return next((mail for mail in self.mails if mail.number == number), None)

    def _session(self) -> SMTP:
        session = SMTP(
            self, hostname="sandbox.localhost", ident="sandbox", data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True
        )
        self._sessions.add(session)
        self.sessions_opened += 1
        return session

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse one recipient."""
        await self._dawdle(Stage.SLOW_RCPT, [address])
        if self.faults.strike(Stage.DROP_BEFORE_DATA, [address]) is not None:
            _hang_up(server)
        fault = self.faults.strike(Stage.RCPT, [address])
        if fault is not None:
            return fault.reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, or refuse it."""
        fault = self.faults.strike(Stage.DATA, envelope.rcpt_tos)
        if fault is not None:
            return fault.reply
        self._received += 1
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        recipients = tuple(envelope.rcpt_tos)
        mail = Mail(self._received, self._clock(), envelope.mail_from or "", recipients, content)
        self.mails.append(mail)
        if self._feed is not None:
            self._feed.publish("mail", number=mail.number)
        await self._dawdle(Stage.SLOW_DATA, envelope.rcpt_tos)
        if self.faults.strike(Stage.DROP_AFTER_DATA, envelope.rcpt_tos) is not None:
            _hang_up(server)
        return f"250 2.0.0 OK: kept as {mail.number}"

    async def _dawdle(self, stage: Stage, addresses: list[str]) -> None:
        fault = self.faults.strike(stage, addresses)
        if fault is not None:
            await asyncio.sleep(fault.seconds)

    async def handle_exception(self, error: Exception) -> str:
        """Answer what nobody foresaw; a closed connection is not worth a word."""
        return "451 4.3.0 sandbox: " + type(error).__name__


def _hang_up(session: SMTP) -> None:
    if isinstance(session.transport, asyncio.Transport):
        session.transport.abort()
