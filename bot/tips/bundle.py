"""A tip as one file that only key holders can open: what the server hands out, and all it can hand out.

JSON, so that any language reads it: {"format": "baqylau-tip-1", "ref": ..., "parts": [{"body": base64, "keys":
{fingerprint: base64}}]}. docs/tips.md says how to open it with stock libsodium.
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from sqlalchemy import select

from bot.tips.sealing import SealedPart
from bot.tips.tables import tip_part_keys, tip_parts
from watchers.database import Database

__all__ = ["FORMAT", "BadBundle", "Bundle", "read_bundle", "sealed_tip", "write_bundle"]

FORMAT = "baqylau-tip-1"


class BadBundle(ValueError):  # noqa: N818 - it says what is the matter
    """No sealed tip, or one of another format. Raised where a file is read."""


class Bundle(msgspec.Struct, frozen=True):
    """A tip's name and its sealed parts in the order they came."""

    ref: str
    parts: tuple[SealedPart, ...]


async def sealed_tip(database: Database, tip_id: int, ref: str) -> Bundle:
    """All sealed parts of a tip."""
    query = select(tip_parts.c.id, tip_parts.c.body).where(tip_parts.c.tip_id == tip_id).order_by(tip_parts.c.id)
    async with database.read() as connection:
        parts = (await connection.execute(query)).all()
        sealed = select(tip_part_keys).where(tip_part_keys.c.part_id.in_([part.id for part in parts]))
        keys: dict[int, dict[str, bytes]] = {part.id: {} for part in parts}
        for key in (await connection.execute(sealed)).all():
            keys[key.part_id][key.recipient] = bytes(key.sealed)
    return Bundle(ref, tuple(SealedPart(bytes(part.body), keys[part.id]) for part in parts))


def write_bundle(bundle: Bundle) -> bytes:
    """The file."""
    parts = [
        {"body": _text(part.body), "keys": {to: _text(key) for to, key in part.keys.items()}} for part in bundle.parts
    ]
    return msgspec.json.encode({"format": FORMAT, "ref": bundle.ref, "parts": parts})


def read_bundle(content: bytes) -> Bundle:
    """Back from a file. Raises BadBundle."""
    try:
        read: dict[str, Any] = msgspec.json.decode(content, type=dict[str, Any])
        if read["format"] != FORMAT:
            raise BadBundle(f"tips: this file is of the format {read['format']!r}: this version reads {FORMAT}")
        parts = tuple(
            SealedPart(
                base64.b64decode(part["body"], validate=True),
                {to: base64.b64decode(key, validate=True) for to, key in part["keys"].items()},
            )
            for part in read["parts"]
        )
        return Bundle(str(read["ref"]), parts)
    except BadBundle:
        raise
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadBundle("tips: this is no sealed tip: take the .tip file from the monitors' group again") from error


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
