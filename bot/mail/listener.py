"""The listener for mails that come back: SMTP or LMTP, behind the operator's own mail server or beside it.

A mail is acted on before it is acknowledged, so that a crash has the other side send it again. Recipients that carry
no token of ours are refused at once: it is no open door, and it delivers nothing anywhere.
"""

from __future__ import annotations

import asyncio
from typing import Literal

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import SQLAlchemyError

from alerts.mail.coming_back import ComingBack

__all__ = ["BounceListener"]

log = structlog.get_logger("bounces")

_LARGEST = 2 * 1024 * 1024
_ONE_MAIL = 20  # recipients: a bounce has one


class BounceListener:
    """Listens until told to stop; `port` is the real one once `started` is set. `address`: email.bounce_address."""

    def __init__(
        self, coming_back: ComingBack, host: str, port: int, address: str, protocol: Literal["smtp", "lmtp"] = "smtp"
    ) -> None:
        self._coming_back = coming_back
        self.host, self.port = host, port
        local, _, self._domain = address.rpartition("@")
        self._local = local.lower()
        self._protocol = LMTP if protocol == "lmtp" else SMTP
        self.started = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Raises OSError where the address cannot be listened on."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._session, self.host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        self.started.set()
        log.info("listening for mails that come back", address=f"{self.host}:{self.port}")
        try:
            await stop.wait()
        finally:
            server.close()

    def _session(self) -> SMTP:
        return self._protocol(self, hostname=self._domain, ident="baqylau", data_size_limit=_LARGEST, timeout=60)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take what may be a bounce, a complaint or a wish to leave; nothing else."""
        local, _, domain = address.lower().rpartition("@")
        ours = domain == self._domain.lower() and local.partition("+")[0] == self._local
        if len(envelope.rcpt_tos) >= _ONE_MAIL:
            return "452 4.5.3 too many recipients"
        try:
            known = ours and await self._coming_back.knows(address)
        except (SQLAlchemyError, OSError):
            return "451 4.3.0 try again later"
        if not known:
            return "550 5.1.1 nobody reads mail here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Act on it, then say so."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        try:
            for recipient in envelope.rcpt_tos:
                verdict = await self._coming_back.take(recipient, content)
                log.info("a mail came back", verdict=verdict.value)
        except (SQLAlchemyError, OSError) as error:
            log.warning("a mail that came back could not be acted on", error=type(error).__name__)
            return "451 4.3.0 try again later"
        return "250 2.0.0 OK"

    async def handle_exception(self, error: Exception) -> str:
        """A bug here is in the log, and the other side comes again."""
        log.error("a session broke", error=f"{type(error).__name__}: {error}")
        return "451 4.3.0 try again later"
