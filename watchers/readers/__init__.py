"""Reads OCDS in whatever shape publishers send it: packages, records, bare releases, lists, lines, pages of an API.

What cannot be used is set aside with its reason and its bytes, and reading goes on. Memory stays flat whatever the size
of a file: see the bounds in `model`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from watchers.readers.decode import decode_release
from watchers.readers.documents import cut
from watchers.readers.merge import compile_releases
from watchers.readers.model import MOST_USELESS, BadRecord, Found, Good, Read, SetAside
from watchers.readers.packages import find_releases
from watchers.readers.streams import StreamError, TextStream, expand, open_path, open_stream

__all__ = [
    "BadRecord", "Found", "Good", "Read", "SetAside", "compile_releases", "decode_release", "find_in_file",
    "find_in_stream", "read_body", "read_files",
]  # fmt: skip


def read_files(paths: Sequence[Path]) -> Iterator[Read]:
    """Read files and folders (`-` is standard input) one release after another, in order; raises OSError.

    Releases of one process are not merged: that is `compile_releases`.
    """
    for path in expand(paths):
        for found in find_in_file(path):
            yield _decoded(found)


def read_body(body: bytes, url: str, *, encoding: str | None = None) -> Iterator[Read]:
    """Read the body of an HTTP answer; `encoding` is what its headers say, if anything."""
    try:
        stream = open_stream(io.BytesIO(body), encoding)
    except LookupError:  # an encoding nobody knows
        stream = open_stream(io.BytesIO(body))
    except StreamError as error:
        yield SetAside(str(error), body, url)
        return
    for found in find_in_stream(stream, url):
        yield _decoded(found)


def find_in_file(path: Path, advance: Callable[[int], None] | None = None) -> Iterator[Found | SetAside]:
    """Find the releases of one file without decoding them; raises OSError where it cannot be opened.

    `advance` is told how many bytes of the file were read, each time some were.
    """
    url = str(path)
    file = open_path(path)
    try:
        yield from find_in_stream(open_stream(file, advance=advance), url)
    except StreamError as error:
        yield SetAside(str(error), b"", url)
    finally:
        file.close()


def find_in_stream(stream: TextStream, url: str) -> Iterator[Found | SetAside]:
    """Find the releases in a stream of UTF-8 without decoding them."""
    useless = 0
    for piece in cut(stream, url):
        for found in (piece,) if isinstance(piece, SetAside) else find_releases(piece, url):
            yield found
            useless = useless + 1 if isinstance(found, SetAside) else 0
            if useless >= MOST_USELESS:
                reason = f"not OCDS: {MOST_USELESS} records in a row were no releases, the rest was left unread"
                yield SetAside(reason, b"", url, found.offset)
                return


def _decoded(found: Found | SetAside) -> Read:
    if isinstance(found, SetAside):
        return found
    try:
        return Good(decode_release(found.raw), found.raw, found.url)
    except BadRecord as error:
        return SetAside(error.reason, found.raw, found.url, found.offset)
