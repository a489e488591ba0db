"""Keys of the server itself, derived from one secret that is not in the database.

They open nothing that a sealed tip says. They hide which chat a tip came from, hold drafts' places, and make the keyed
hashes by which floods are counted. Whoever has the whole running server has this secret as well: docs/threat-model.md.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import Any, TypeVar

import msgspec
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

__all__ = ["Purpose", "Secret"]

T = TypeVar("T")


class Purpose(Enum):
    """What a derived key is good for; at most 16 bytes each."""

    DRAFT = b"tip draft"
    ROUTE = b"tip route"
    SENDER = b"tip sender"
    BUCKET = b"tip bucket"
    REPEAT = b"tip repeat"
    FORWARD = b"tip forward"  # what tips say, in the mode that is not sealed


class Secret:
    """Derives a key a purpose. `root` is `tips.secret`, or the bot's token where that is not set."""

    def __init__(self, root: str) -> None:
        self._root = hashlib.blake2b(root.encode(), person=b"baqylau tips").digest()

    def mark(self, purpose: Purpose, *parts: str | int | bytes) -> str:
        """A keyed hash, 64 letters and digits; parts are framed, so that "1", "23" is not "12", "3"."""
        raw = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
        framed = b"".join(len(part).to_bytes(8, "big") + part for part in raw)
        return hashlib.blake2b(framed, key=self._key(purpose, b"mark"), digest_size=32).hexdigest()

    def hide(self, purpose: Purpose, value: Any) -> bytes:
        """A struct under the key of a purpose."""
        return bytes(SecretBox(self._key(purpose, b"box")).encrypt(msgspec.msgpack.encode(value)))

    def show(self, purpose: Purpose, hidden: bytes, kind: type[T]) -> T | None:
        """What was hidden; None where the secret was changed since, or an older version wrote it otherwise."""
        try:
            opened = SecretBox(self._key(purpose, b"box")).decrypt(hidden)
            return msgspec.msgpack.decode(opened, type=kind)
        except (CryptoError, ValueError, msgspec.MsgspecError):
            return None

    def _key(self, purpose: Purpose, use: bytes) -> bytes:
        return hashlib.blake2b(use, key=self._root, digest_size=32, person=purpose.value).digest()

    def __repr__(self) -> str:
        return "Secret()"
