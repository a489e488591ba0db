"""Signed tokens: what a link in a mail proves. They hold numbers, nothing about the person, and cannot be made up.

A token is purpose, number, expiry (0: never) and a keyed BLAKE2b over these and what it is bound to (the address, the
list), which is not in it: a token of one address is worth nothing for another that gets its number later.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum

import msgspec
from sqlalchemy import select

from alerts.mail.tables import keys
from watchers.database import Database

__all__ = ["BadToken", "Claim", "ExpiredToken", "Purpose", "Tokens", "secret_of"]

_BODY, _MAC = 12, 16


class Purpose(Enum):
    """What a token is good for."""

    CONFIRM = b"c"  # the number is an ask's
    MANAGE = b"m"  # from here on it is a subscriber's
    UNSUBSCRIBE = b"u"
    BOUNCE = b"b"  # a row of the outbox: in the address that bounces come back to


class BadToken(ValueError):  # noqa: N818 - it says what is the matter
    """No token of ours for this, or of another address. Raised wherever one is read."""


class ExpiredToken(BadToken):
    """It was good once. Raised wherever a token is checked."""


class Claim(msgspec.Struct, frozen=True):
    """What a token says; true only once it was checked."""

    purpose: Purpose
    number: int
    expires: datetime | None
    body: bytes
    mac: bytes


class Tokens:
    """Makes and checks tokens with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, purpose: Purpose, number: int, *bound: str, expires: datetime | None = None) -> str:
        """A token of 38 letters, digits, - and _."""
        until = int(expires.timestamp()) if expires is not None else 0
        body = purpose.value + number.to_bytes(6, "big") + until.to_bytes(5, "big")
        return _written(body + self._mac(body, bound))

    def read(self, token: str, purpose: Purpose) -> Claim:
        """What a token says, to be looked up and then checked. Raises BadToken for what is none."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_") if token.isascii() else b""
        except binascii.Error:
            raw = b""
        if len(raw) != _BODY + _MAC or raw[:1] != purpose.value or _written(raw) != token:
            raise BadToken("mail: this is none of our links: open the one in the mail, whole")
        until = int.from_bytes(raw[7:_BODY], "big")
        try:
            expires = datetime.fromtimestamp(until, UTC) if until else None
        except (OverflowError, ValueError, OSError):
            raise BadToken("mail: this is none of our links: open the one in the mail, whole") from None
        return Claim(purpose, int.from_bytes(raw[1:7], "big"), expires, raw[:_BODY], raw[_BODY:])

    def check(self, claim: Claim, *bound: str, now: datetime) -> None:
        """Raises BadToken where it was not made by us for this, ExpiredToken where its time is over."""
        self.prove(claim, *bound)
        if claim.expires is not None and claim.expires <= now:
            raise ExpiredToken("mail: this link is no longer good: ask for a new one")

    def prove(self, claim: Claim, *bound: str) -> None:
        """Raises BadToken where it was not made by us for this; its time may be over."""
        if not hmac.compare_digest(claim.mac, self._mac(claim.body, bound)):
            raise BadToken("mail: this is none of our links: open the one in the mail, whole")

    def _mac(self, body: bytes, bound: tuple[str, ...]) -> bytes:
        parts = [body, *(part.encode() for part in bound)]
        framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hashlib.blake2b(framed, key=self._secret, digest_size=_MAC, person=b"baqylau mail").digest()


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def secret_of(database: Database, name: str, clock: Callable[[], datetime]) -> bytes:
    """The secret of that name: made once, by whoever asks first, and kept in the database.

    Kept there and not derived from the bot's token, because a token is changed when it leaks, and links in mails of
    years ago must still unsubscribe.
    """
    query = select(keys.c.secret).where(keys.c.name == name)
    async with database.read() as connection:
        found = (await connection.execute(query)).scalar_one_or_none()
    if found is None:
        row = {"name": name, "secret": secrets.token_bytes(32), "made_at": clock()}
        async with database.write() as connection:
            await connection.execute(database.insert(keys).values(row).on_conflict_do_nothing())
            found = (await connection.execute(query)).scalar_one()
    return bytes(found)
