"""What people write in confidence never lies on the disk as it came: it is sealed on arrival.

The key pair is made by the process that answers people, and its private half never leaves the memory of that process.
Whoever receives an update (this process, or one that serves the webhook) seals it to the public half, which stands in
`inbox_keys` for as long as the process renews it. If the process dies before it handled the update, nobody can read it
any more: the person is asked to send it again. So the database, its log, its backups and dead rows hold nothing.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from sqlalchemy import Column, LargeBinary, String, Table

from watchers.database import UTCDateTime, metadata

__all__ = ["ArrivalKey", "NoReader", "inbox_keys", "is_private", "seal"]

inbox_keys = Table(
    "inbox_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("public", LargeBinary, nullable=False),  # X25519, 32 bytes
    Column("alive_until", UTCDateTime, nullable=False),  # renewed by the process that holds the other half
)

_OPENERS = ("/tip", "/mytips", "/start tip", "/start@", "/ask", "/answer", "/status", "/close", "/decline")
_SHORT = 80
"""Characters of a private message that may be a search word, a name of a buyer, a number: longer ones are sealed."""
_DIGITS = 12
"""From so many digits on, a short message may be the code of a tip."""
_PLAIN = frozenset(
    {"message_id", "from", "chat", "date", "text", "entities", "message_thread_id", "is_topic_message"}
    | {"link_preview_options"}
)


class NoReader(ConnectionError):  # noqa: N818 - it says what is the matter
    """No process that answers people is alive, so nothing can be sealed for it. Raised by `Inbox.put`; ask again."""


class ArrivalKey(msgspec.Struct, frozen=True):
    """A key pair of this process. It cannot be written anywhere: there is no way to get the private half out."""

    id: str
    _private: PrivateKey

    @classmethod
    def make(cls) -> ArrivalKey:
        """A new pair."""
        return cls(secrets.token_hex(8), PrivateKey.generate())

    @property
    def public(self) -> bytes:
        """The half that others seal to."""
        return bytes(self._private.public_key)

    def open(self, sealed: str) -> str | None:
        """The update as JSON; None if it was sealed for another process."""
        try:
            return SealedBox(self._private).decrypt(base64.b64decode(sealed)).decode()
        except (CryptoError, ValueError):
            return None

    def __repr__(self) -> str:
        return f"ArrivalKey({self.id})"


def seal(body: str, public: bytes) -> str:
    """A sealed box with the update in it, in base64."""
    return base64.b64encode(SealedBox(PublicKey(public)).encrypt(body.encode())).decode()


def is_private(update: Mapping[str, Any]) -> bool:
    """Whether an update is to be sealed whatever its chat is doing.

    What begins a tip or goes on with one; in a private chat also everything that is longer than other parts of the bot
    ask for, any file, anything that may be a receipt code. So somebody who writes a tip without being asked for one,
    or sends a second message before the first was handled, leaves nothing behind either.
    """
    query = update.get("callback_query")
    if isinstance(query, Mapping):
        return str(query.get("data", "")).startswith("tip")
    message = update.get("message", update.get("edited_message"))
    if not isinstance(message, Mapping):
        return False
    text = message.get("text", "")
    if isinstance(text, str) and text.startswith(_OPENERS):
        return True
    chat = message.get("chat")
    if not isinstance(chat, Mapping) or chat.get("type") != "private":
        return False
    if not isinstance(text, str) or not _PLAIN.issuperset(message):
        return True
    return len(text) > _SHORT or sum(map(str.isdigit, text)) >= _DIGITS
