"""Sealing with public keys: the only thing the server can do with what a tip says.

A part (a text, a file with its name and hash) is framed, padded and put into a libsodium secretbox under a key of its
own; that key goes into one sealed box a recipient. So several can read, a new recipient needs no file sealed again, and
stock libsodium opens everything: crypto_box_seal_open, crypto_secretbox_open_easy, sodium_unpad. docs/tips.md has the
format, tests/bot/tips/test_stock_libsodium.py opens it with the system's library.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from nacl import bindings, utils
from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox
from nacl.secret import SecretBox

__all__ = ["BadKey", "Recipient", "SealedPart", "frame", "padded_size", "seal", "unframe"]

SMALLEST = 16 * 1024
"""Bytes that every text is padded to, so that a sealed "no" looks like a sealed page."""


class BadKey(ValueError):  # noqa: N818 - it says what is the matter
    """No public key: 32 bytes in base64 that are a point of the curve. Raised where keys are read."""


class Recipient(msgspec.Struct, frozen=True):
    """A public key of the coalition. `fingerprint`: 16 letters and digits by which people tell keys apart."""

    key: bytes
    fingerprint: str

    @classmethod
    def read(cls, text: str) -> Recipient:
        """From base64. Raises BadKey; a key nobody can own (of a small order) is refused too."""
        try:
            key = base64.b64decode(text.strip(), validate=True)
            SealedBox(PublicKey(key)).encrypt(b"")
        except (binascii.Error, ValueError, TypeError, CryptoError, RuntimeError) as error:
            raise BadKey("tips: this is no public key: 32 bytes in base64, as baqylau tips keygen prints it") from error
        return cls(key, hashlib.blake2b(key, digest_size=8, person=b"baqylau tips").hexdigest())

    @property
    def text(self) -> str:
        """The key in base64."""
        return base64.b64encode(self.key).decode()


class SealedPart(msgspec.Struct, frozen=True):
    """`body`: nonce (24 bytes) and secretbox. `keys`: fingerprint of a recipient -> sealed box with the part's key."""

    body: bytes
    keys: dict[str, bytes]


def seal(header: dict[str, Any], content: bytes, recipients: Sequence[Recipient]) -> SealedPart:
    """Seal one part for everybody of `recipients`. Raises BadKey where there is none: nothing may be sealed to nobody.

    The SHA-256 of the content goes into the header, under the seal: outside it would betray a known document.
    """
    if not recipients:
        raise BadKey("tips: there is no public key to seal with: set tips.public_keys")
    header = header | {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    framed = frame(header, content)
    padded = bindings.sodium_pad(framed, padded_size(len(framed) + 1))
    key = utils.random(SecretBox.KEY_SIZE)
    body = bytes(SecretBox(key).encrypt(padded))
    return SealedPart(body, {one.fingerprint: bytes(SealedBox(PublicKey(one.key)).encrypt(key)) for one in recipients})


def frame(header: dict[str, Any], content: bytes) -> bytes:
    """Length of the header (4 bytes, big-endian), the header as JSON, the content."""
    head = msgspec.json.encode(header)
    return len(head).to_bytes(4, "big") + head + content


def unframe(framed: bytes) -> tuple[dict[str, Any], bytes]:
    """Back from `frame`. Raises ValueError for what is no frame."""
    length = int.from_bytes(framed[:4], "big")
    head = msgspec.json.decode(framed[4 : 4 + length], type=dict[str, Any])
    return head, framed[4 + length :]


def padded_size(size: int) -> int:
    """The length that `size` bytes are padded to: one of few, so that a length tells little.

    From 16 KiB up in steps of a sixteenth of the next lower power of two (Padmé's idea), at most 7 % more than needed.
    """
    if size <= SMALLEST:
        return SMALLEST
    step = max(1 << (size.bit_length() - 5), 1024)
    return -(-size // step) * step
