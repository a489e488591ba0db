"""The keys of sealed parts as one file, without the parts: what a key holder needs to let another key open them.

JSON: {"format": "baqylau-keys-1", "parts": [{"part": number, "body": hash, "keys": {fingerprint: base64}}]}. It goes
from the server to a key holder and back; each key in it is in a sealed box, so that the file tells nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from bot.tips.bundle import BadBundle

__all__ = ["KEYS_FORMAT", "PartKeys", "body_hash", "is_key_list", "read_key_list", "write_key_list"]

KEYS_FORMAT = "baqylau-keys-1"


class PartKeys(msgspec.Struct, frozen=True):
    """The keys of one part by fingerprint. `body`: a hash of the sealed part, so that they go to no other."""

    part: int
    body: str
    keys: dict[str, bytes]


def body_hash(body: bytes) -> str:
    """What a sealed part is known by in the file: 32 letters and digits."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def write_key_list(parts: Iterable[PartKeys]) -> bytes:
    """The file."""
    rows = [{"part": one.part, "body": one.body, "keys": _texts(one.keys)} for one in parts]
    return msgspec.json.encode({"format": KEYS_FORMAT, "parts": rows})


def is_key_list(content: bytes) -> bool:
    """Whether a file says that it is one."""
    return KEYS_FORMAT.encode() in content[:100]


def read_key_list(content: bytes) -> list[PartKeys]:
    """Back from a file. Raises BadBundle."""
    try:
        read: dict[str, Any] = msgspec.json.decode(content, type=dict[str, Any])
        if read["format"] != KEYS_FORMAT:
            raise ValueError(read["format"])
        return [
            PartKeys(
                int(one["part"]),
                str(one["body"]),
                {str(to): base64.b64decode(key, validate=True) for to, key in one["keys"].items()},
            )
            for one in read["parts"]
        ]
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadBundle("tips: this is no list of keys: take what baqylau tips keys-out wrote") from error


def _texts(keys: dict[str, bytes]) -> dict[str, str]:
    return {to: base64.b64encode(key).decode() for to, key in keys.items()}
