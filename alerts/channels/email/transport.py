"""Handing mails to an SMTP server, step by step, so that it is known how far each got.

Until the text of a mail was written, nothing was sent, whatever breaks. From then on only an answer tells: without one
the mail may have arrived, and it is not sent again. Connections are kept and used again; a connection whose
conversation broke is thrown away.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Literal

import msgspec
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
)

from alerts.channels.base import DeliveryError, Message, UncertainDelivery
from alerts.channels.email.composing import Composer
from alerts.channels.email.errors import Step, refusal
from alerts.channels.email.mail import Mail

__all__ = ["EmailChannel", "Server"]

_AGAIN = 30.0  # seconds that all wait while the server does not take mails
_CLOSED = 600.0  # while it does not take them from us: credentials, sender
_BUSY = 421


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where mails are handed over. Seconds; `connections` at once, each for at most `mails` mails."""

    host: str
    port: int = 587
    username: str = ""
    password: str = ""
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    timeout: float = 30.0
    connections: int = 4
    mails: int = 100
    idle: float = 20.0  # then a kept connection may be closed by the other side at any moment: a new one is made


class _Kept:
    """A connection that is used again."""

    def __init__(self, smtp: SMTP, now: float) -> None:
        self.smtp = smtp
        self.mails = 0
        self.used_at = now


class EmailChannel:
    """Reaches people by mail. One mail a call; errors say in data what happened."""

    name = "email"

    def __init__(self, server: Server, composer: Composer, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._composer = composer
        self._now = monotonic
        self._kept: list[_Kept] = []
        self._places = asyncio.Semaphore(server.connections)

    async def send(self, address: str, message: Message) -> str:
        """Hand one mail over; returns the server's answer.

        Raises DeliveryError (it was not sent, with what to do) or UncertainDelivery (the text went out, no answer).
        """
        if not isinstance(message, Mail):
            raise DeliveryError("email: this message was made for another channel", ours=True)
        content = await asyncio.to_thread(self._composer.compose, address, message)
        sender = message.return_path or self._composer.address
        async with self._places:
            return await self._send(sender, address, content)

    async def _send(self, sender: str, address: str, content: bytes) -> str:
        kept = self._waiting()
        if kept is not None:
            try:
                return await self._talk(kept, sender, address, content)
            except _Stale:
                pass  # closed by the other side while it was kept: nothing was sent
        try:
            return await self._talk(await self._connect(), sender, address, content)
        except _Stale as error:
            raise DeliveryError(f"email: {error}", retry_after=_AGAIN, everyone=True) from None

    def _waiting(self) -> _Kept | None:
        while self._kept:
            kept = self._kept.pop()
            fresh = kept.mails < self._server.mails and self._now() - kept.used_at < self._server.idle
            if fresh and kept.smtp.is_connected:
                return kept
            kept.smtp.close()
        return None

    async def _connect(self) -> _Kept:
        server = self._server
        smtp = SMTP(
            hostname=server.host, port=server.port, timeout=server.timeout, local_hostname=self._composer.domain,
            use_tls=server.tls == "implicit", start_tls=False,
        )  # fmt: skip
        try:
            await smtp.connect()
            await _introduce(smtp, server)
        except (SMTPAuthenticationError, SMTPNotSupported) as error:
            smtp.close()
            words = f"email: {server.host}:{server.port}: {error}"
            raise DeliveryError(words, retry_after=_CLOSED, everyone=True, mend=True) from None
        except (SMTPException, OSError) as error:
            smtp.close()
            words = f"{server.host}:{server.port} does not take mails now ({type(error).__name__}: {error})"
            raise DeliveryError(f"email: {words}", retry_after=_AGAIN, everyone=True) from None
        return _Kept(smtp, self._now())

    async def _talk(self, kept: _Kept, sender: str, address: str, content: bytes) -> str:
        """One mail over one connection. Raises _Stale where the connection broke before anything was sent."""
        smtp, whole = kept.smtp, False
        try:
            await _envelope(smtp, sender, address, len(content))
            answer = await _text(smtp, content)
            whole = True
        except DeliveryError as error:
            whole = not error.everyone and await _reset(smtp)
            raise
        finally:
            kept.mails += 1
            kept.used_at = self._now()
            if whole and smtp.is_connected:
                self._kept.append(kept)
            else:
                smtp.close()
        return answer

    async def close(self) -> None:
        """Say goodbye on every connection."""
        kept, self._kept = self._kept, []
        for one in kept:
            with contextlib.suppress(SMTPException, OSError):
                await one.smtp.quit(timeout=2.0)
            one.smtp.close()


async def _introduce(smtp: SMTP, server: Server) -> None:
    """Say hello, agree on TLS where it is asked for (never without it then), log in."""
    await smtp.ehlo()
    if server.tls == "starttls":
        if not smtp.supports_extension("starttls"):
            raise SMTPNotSupported("the server offers no TLS (STARTTLS): no mail is sent in the clear")
        await smtp.starttls()
        await smtp.ehlo()
    if server.username:
        await smtp.login(server.username, server.password)


class _Stale(Exception):  # noqa: N818
    """The connection broke before the text went out."""


@contextlib.asynccontextmanager
async def _before_the_text() -> AsyncIterator[None]:
    try:
        yield
    except SMTPResponseException:
        raise
    except (SMTPException, OSError) as error:
        raise _Stale(f"the connection broke ({type(error).__name__}: {error})") from None


async def _envelope(smtp: SMTP, sender: str, address: str, size: int) -> None:
    utf8 = not address.isascii()
    if utf8 and not smtp.supports_extension("smtputf8"):
        raise DeliveryError(
            "email: the server does not take addresses with letters outside ASCII before the @ (no SMTPUTF8)",
            permanent=True,
        )
    options = ["BODY=8BITMIME", "SMTPUTF8"] if utf8 else []
    options += [f"SIZE={size}"] if smtp.supports_extension("size") else []
    encoding = "utf-8" if utf8 else "ascii"
    async with _before_the_text():
        try:
            await smtp.mail(sender, options=options, encoding=encoding)
        except SMTPResponseException as error:
            raise _of_sender(error) from None
        try:
            await smtp.rcpt(address, encoding=encoding)
        except SMTPResponseException as error:
            raise _refused(error, Step.RCPT) from None


async def _text(smtp: SMTP, content: bytes) -> str:
    try:
        response = await smtp.data(content)
    except SMTPResponseException as error:
        raise _refused(error, Step.DATA) from None
    except (SMTPException, OSError) as error:
        words = f"email: no answer after the text went out ({type(error).__name__}: {error})"
        raise UncertainDelivery(words) from None
    return f"{response.code} {response.message}"[:500]


async def _reset(smtp: SMTP) -> bool:
    """Forget a half-made envelope; whether the connection can be used again."""
    try:
        await smtp.rset()
    except (SMTPException, OSError):
        return False
    return True


def _of_sender(error: SMTPResponseException) -> DeliveryError:
    """The server does not take our sender: nobody can be reached until it does."""
    wait, mend = (_AGAIN, False) if error.code < 500 else (_CLOSED, True)
    return DeliveryError(f"email: {error.code} {error.message}", retry_after=wait, everyone=True, mend=mend)


def _refused(error: SMTPResponseException, step: Step) -> DeliveryError:
    if error.code == _BUSY or error.code < 0:
        return DeliveryError(f"email: {error.code} {error.message}", retry_after=_AGAIN, everyone=True)
    return refusal(error.code, error.message, step)
