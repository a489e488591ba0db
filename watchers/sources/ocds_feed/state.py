"""What the cursors of an OCDS feed hold. To everyone else a cursor is an opaque text."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import TypeVar

import msgspec

__all__ = ["CursorState", "FullState", "NewestState", "WindowState", "load", "pack", "store", "unpack"]

_KEY_BYTES = 8


class _State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="style"):
    """Base of all; a cursor of another style (the configuration changed) is not understood and starts afresh."""


class CursorState(_State, frozen=True, tag="cursor"):
    """`at` is the publisher's pointer ("" is the first page), `since` the newest release date seen."""

    since: str
    at: str = ""


class WindowState(_State, frozen=True, tag="window"):
    """The window being read, the page in it that is next, and what of it was read; `until` is "" between windows."""

    since: str
    until: str = ""
    at: str = ""
    seen: str = ""


class NewestState(_State, frozen=True, tag="newest"):
    """`known`, `since`: keys read by the last whole descent, and their newest date. The rest: the descent under way."""

    known: tuple[str, ...] = ()
    since: str = ""
    newest: str = ""
    head: tuple[str, ...] = ()
    at: str = ""


class FullState(_State, frozen=True, tag="full"):
    """Keys of everything in the last listing, packed: 8 bytes each, base64."""

    seen: str = ""


_AnyState = TypeVar("_AnyState", CursorState, WindowState, NewestState, FullState)


def load(cursor: str, kind: type[_AnyState]) -> _AnyState | None:
    """Read a cursor back; None if there is none or another style wrote it."""
    try:
        return msgspec.json.decode(cursor, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def store(state: _State) -> str:
    """The text to keep."""
    return msgspec.json.encode(state).decode()


def pack(keys: Iterable[str]) -> str:
    """Keys (16 hexadecimal digits each) as one short text."""
    return base64.b64encode(b"".join(sorted(bytes.fromhex(key) for key in keys))).decode()


def unpack(text: str) -> frozenset[str]:
    """The keys back."""
    packed = base64.b64decode(text)
    return frozenset(packed[at : at + _KEY_BYTES].hex() for at in range(0, len(packed), _KEY_BYTES))
