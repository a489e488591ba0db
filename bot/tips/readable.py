"""Parts of tips that the server itself can read: of the less safe mode alone (`bot.tips.forwarding`)."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.tips.sealing import SealedPart
from bot.tips.secret import Purpose, Secret

__all__ = ["Readable", "hidden"]


class Readable(msgspec.Struct, frozen=True):
    """One part as the server can read it."""

    header: dict[str, Any]
    content: bytes


def hidden(secret: Secret, header: dict[str, Any], content: bytes) -> SealedPart:
    """A part under the server's own key instead of sealed to key holders."""
    return SealedPart(secret.hide(Purpose.FORWARD, Readable(header, content)), {})
