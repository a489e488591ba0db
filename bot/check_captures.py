"""Cuts a file of captured records into pieces: a line each, or a whole document where it spans several lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from watchers.readers.model import CHUNK, LARGEST
from watchers.readers.streams import StreamError, TextStream, open_path, open_stream
from watchers.readers.window import elements

__all__ = ["Capture", "captures_in"]

_LARGEST_DOCUMENT = 16 * LARGEST
_SPACE = b" \t\r\n\x1e\x00\xef\xbb\xbf"
_WHOLE = msgspec.json.Decoder(msgspec.Raw)


class Capture(msgspec.Struct, frozen=True):
    """One piece: its bytes, where it was ("cases.jsonl, line 7"), and why it cannot be used, if it cannot."""

    raw: bytes
    place: str
    trouble: str = ""


def captures_in(path: Path) -> Iterator[Capture]:
    """The captured records of one file (`-` is standard input; gzip is unpacked), in order; never raises for content.

    A file whose first line is whole JSON is read line by line. Another one is read as one document if it is one, and
    line by line if not, so that a broken line costs itself only.
    """
    name = "standard input" if str(path) == "-" else str(path)
    try:
        file = open_path(path)
    except OSError as error:
        yield Capture(b"", name, f"cannot be opened: {error.strerror or error}")
        return
    with file:
        try:
            yield from _cut(open_stream(file), name)
        except (StreamError, OSError) as error:
            yield Capture(b"", name, str(error))


def _cut(stream: TextStream, name: str) -> Iterator[Capture]:
    lines = _lines(stream)
    first = next((line for line in lines if line[1].strip(_SPACE)), None)
    if first is None:
        yield Capture(b"", name, "empty: there is nothing in it")
        return
    if first[1].strip(_SPACE)[:1] in b"{[" and not _is_whole(first[1]):
        held, size = [first], len(first[1])
        for line in lines:
            held.append(line)
            size += len(line[1])
            if size > _LARGEST_DOCUMENT:
                break
        document = b"\n".join(line[1] for line in held).strip(_SPACE)
        if _is_whole(document):
            yield from _document(document, name, first[0])
            return
    else:
        held = [first]
    for number, text in held:
        yield from _line(text, name, number)
    for number, text in lines:
        yield from _line(text, name, number)


def _lines(stream: TextStream) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers, from 1. Of a line beyond all measure only the beginning is held."""
    held, number, over = b"", 1, False
    while chunk := stream.read(CHUNK):
        *whole, rest = chunk.split(b"\n")
        for end in whole:
            yield number, held if over else held + end
            held, number, over = b"", number + 1, False
        if not over:
            held += rest
            over = len(held) > LARGEST
    if held:
        yield number, held


def _line(line: bytes, name: str, number: int) -> Iterator[Capture]:
    raw, place = line.strip(_SPACE), f"{name}, line {number}"
    if not raw:
        return
    if len(raw) > LARGEST:
        yield Capture(raw[:CHUNK], place, f"larger than {LARGEST // 2**20} MiB: refused")
    elif raw[:1] == b"[" and _is_whole(raw):
        yield from _document(raw, name, number)
    elif raw in {b"[", b"]", b","}:
        return
    else:
        yield Capture(raw.removesuffix(b",") if not _is_whole(raw) else raw, place)


def _document(raw: bytes, name: str, number: int) -> Iterator[Capture]:
    if raw[:1] != b"[":
        yield Capture(raw, f"{name}, line {number}")
        return
    for place, element in enumerate(elements(raw), 1):
        where = f"{name}, line {number}, element {place}"
        trouble = f"larger than {LARGEST // 2**20} MiB: refused" if len(element) > LARGEST else ""
        yield Capture(element if not trouble else element[:CHUNK], where, trouble)


def _is_whole(raw: bytes) -> bool:
    try:
        _WHOLE.decode(raw.strip(_SPACE))
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
