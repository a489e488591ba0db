"""What opens a sealed tip. The only module that does: an import rule keeps the running bot from it.

It takes a secret key and sealed parts, and gives back what was told. It knows no database, no network and no file.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from bot.tips.bundle import Bundle
from bot.tips.keyholder.keys import SecretKey
from bot.tips.sealing import Recipient, SealedPart, padded_size, unframe

__all__ = ["CannotOpen", "Told", "open_bundle", "open_part", "part_key", "seal_key_for"]


class CannotOpen(Exception):  # noqa: N818 - it says what is the matter
    """A part was not sealed to this key, or was damaged or changed on the way. Raised where parts are opened."""


class Told(msgspec.Struct, frozen=True):
    """One part in the clear. `header`: its kind, for files name, type and hash; `content`: text in UTF-8, or bytes."""

    header: dict[str, Any]
    content: bytes

    @property
    def text(self) -> str:
        """The words of a text."""
        return self.content.decode("utf-8", "replace")


def part_key(part: SealedPart, key: SecretKey) -> bytes:
    """The key of one part. Raises CannotOpen."""
    sealed = part.keys.get(key.recipient.fingerprint)
    if sealed is None:
        raise CannotOpen(
            f"tips: this was sealed to {', '.join(sorted(part.keys)) or 'nobody'}, not to {key.recipient.fingerprint}: "
            "use one of those keys, or ask their holder for baqylau tips rekey"
        )
    try:
        return SealedBox(PrivateKey(key.raw)).decrypt(sealed)
    except CryptoError:
        raise CannotOpen("tips: the part's key is damaged: fetch the sealed tip again") from None


def open_part(part: SealedPart, key: SecretKey) -> Told:
    """Open one part and check its hash. Raises CannotOpen."""
    try:
        padded = SecretBox(part_key(part, key)).decrypt(part.body)
        header, content = unframe(bindings.sodium_unpad(padded, padded_size(len(padded))))
    except (CryptoError, ValueError, msgspec.MsgspecError):
        raise CannotOpen("tips: a part is damaged or was changed: fetch the sealed tip again") from None
    if hashlib.sha256(content).hexdigest() != header.get("sha256"):
        raise CannotOpen("tips: a part does not have the hash it was sealed with: fetch the sealed tip again")
    return Told(header, content)


def open_bundle(bundle: Bundle, key: SecretKey) -> list[Told]:
    """Open all parts. Raises CannotOpen."""
    return [open_part(part, key) for part in bundle.parts]


def seal_key_for(part: SealedPart, key: SecretKey, other: Recipient) -> bytes:
    """The part's key in a sealed box for somebody else: how a new key holder can read old tips. Raises CannotOpen."""
    return bytes(SealedBox(PublicKey(other.key)).encrypt(part_key(part, key)))
