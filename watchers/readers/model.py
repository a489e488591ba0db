"""What a reader gives, and the bounds within which it reads.

The bounds keep memory flat whatever a file holds: a hostile or broken input is set aside with a reason, never loaded.
"""

from __future__ import annotations

import msgspec

from watchers.ocds import Release

__all__ = [
    "CHUNK",
    "KEPT",
    "LARGEST",
    "MOST_OBJECTS",
    "MOST_PARTS",
    "MOST_USELESS",
    "BadRecord",
    "Found",
    "Good",
    "Piece",
    "Read",
    "SetAside",
]

CHUNK = 256 * 1024  # bytes read from a stream at a time
LARGEST = 16 * 1024 * 1024  # bytes of one release, and of one document held whole
MOST_OBJECTS = 200_000  # objects in one release: each costs some 200 bytes once decoded, however short it is written
MOST_PARTS = 1_500_000  # commas in one release: the values of a list of numbers are as dear
MOST_USELESS = 10_000  # records in a row that are no releases: this is a file of something else
KEPT = 64 * 1024  # bytes kept of what is too large or is no JSON at all


class BadRecord(ValueError):  # noqa: N818 - it names the record, as in the field
    """A record that cannot be read; raised by `decode_release` and `compile_releases`, `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Good(msgspec.Struct, frozen=True):
    """A release that was read: the typed release, its own bytes (UTF-8 JSON) and where it came from."""

    release: Release
    raw: bytes
    url: str


class SetAside(msgspec.Struct, frozen=True):
    """A record that could not be used. `raw` holds its bytes (some, if too large), `offset` where it began."""

    reason: str
    raw: bytes
    url: str
    offset: int = 0


Read = Good | SetAside


class Piece(msgspec.Struct, frozen=True):
    """A whole JSON value cut out of a stream: a document, or an element of a list inside one."""

    raw: bytes
    offset: int
    compiled: bool = False


class Found(msgspec.Struct, frozen=True):
    """A release that was found but not decoded yet: its bytes and what is needed to tell releases apart."""

    raw: bytes
    url: str
    offset: int
    ocid: str
    id: str
    date: str
    compiled: bool
    bare: bool = False  # not inside a package or a list
