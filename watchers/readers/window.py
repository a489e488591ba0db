"""A bounded window on a stream, out of which whole JSON values are cut.

msgspec finds the end of a value at about 1 GB/s without building it: decoding to `Raw` either takes the whole buffer or
says at which byte something else begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

import msgspec

from watchers.readers.model import CHUNK, KEPT, LARGEST
from watchers.readers.streams import StreamError, TextStream
from watchers.readers.structure import Structure

__all__ = ["SPACE", "Trouble", "Window", "elements", "fields"]

# Between documents: JSON's white space, the record separator of RFC 7464, byte order marks of joined files, padding.
SPACE = b" \t\r\n\x1e\x00\xef\xbb\xbf"
_SOLID = re.compile(rb"[^ \t\r\n\x1e\x00\xef\xbb\xbf]")
_AT_BYTE = re.compile(r"trailing characters \(byte (\d+)\)")
_NEW_LINE = re.compile(rb"\n[{\[]")
_STRETCH = 8 * 1024  # bytes scanned by their brackets before looking whether the line ended
_ELEMENT = re.compile(rb"[^ \t\r\n,:]")
_SCALAR_END = re.compile(rb"[,\]}\n]")
_CLOSE_LIST, _CLOSE_OBJECT = 0x5D, 0x7D
_KEY = msgspec.json.Decoder(str)
_SKIP = msgspec.json.Decoder(msgspec.Raw)


class Trouble(Enum):
    """Why a value could not be cut out whole; the text is the reason a person reads."""

    CUT = "the file ends in the middle of this record"
    TOO_LARGE = f"larger than {LARGEST // 2**20} MiB: refused"
    TOO_DEEP = "nested too deeply: refused"
    MALFORMED = "not valid JSON"


class Window:
    """The bytes of a stream around the reading position. `offset` is the position counted from the stream's start."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self.held = bytearray()
        self.at = 0
        self._gone = 0
        self._pinned: list[int] = []
        self.ended = False
        self.error: StreamError | None = None

    @property
    def offset(self) -> int:
        """Where the reading position is, in bytes from the start of the (unpacked) stream."""
        return self._gone + self.at

    def seek(self, offset: int) -> bool:
        """Go back to an offset; False if it is no longer held."""
        if offset < self._gone:
            return False
        self.at = offset - self._gone
        return True

    def pin(self) -> int:
        """Keep what follows the position from being let go, as long as it is not larger than a record may be."""
        self._pinned.append(self.offset)
        return self.offset

    def unpin(self) -> None:
        """Forget the last pin."""
        self._pinned.pop()

    def let_go(self) -> None:
        """Move all pins here: nothing before the position is needed again."""
        self._pinned = [self.offset] * len(self._pinned)

    def fill(self, size: int = CHUNK) -> bool:
        """Read on; False at the end. A stream that breaks ends there, and `error` says how."""
        if self.ended:
            return False
        keep = min(self._pinned[0] - self._gone if self._pinned else self.at, self.at)
        if self.at - keep > LARGEST:
            keep = self.at
        if keep > CHUNK:
            del self.held[:keep]
            self.at -= keep
            self._gone += keep
        try:
            chunk = self._stream.read(size)
        except StreamError as error:
            self.error, chunk = error, b""
        except OSError as error:
            self.error, chunk = StreamError(f"cannot be read on: {error.strerror or error}"), b""
        self.held += chunk
        self.ended = not chunk
        return bool(chunk)

    def peek(self) -> int:
        """Skip white space and give the next byte without taking it, -1 at the end."""
        while True:
            solid = _SOLID.search(self.held, self.at)
            if solid:
                self.at = solid.start()
                return self.held[self.at]
            self.at = len(self.held)
            if not self.fill():
                return -1

    def take(self, end: int) -> bytes:
        """The bytes up to index `end` of the window, and go there."""
        raw = bytes(memoryview(self.held)[self.at : end])
        self.at = end
        return raw

    def line_end(self) -> int:
        """The index of the next line feed or of the end; -1 if it is farther than a record may reach."""
        searched = self.at
        while (found := self.held.find(b"\n", searched)) < 0:
            searched_from = len(self.held) - self.at
            if searched_from > LARGEST:
                return -1
            if not self.fill():
                return len(self.held)
            searched = self.at + searched_from
        return found

    def value_end(self) -> int | Trouble:
        """The index after the value at the position, or why it cannot be cut out."""
        while True:
            with memoryview(self.held) as whole, whole[self.at : self.at + LARGEST] as view:
                room = len(view) < LARGEST
                end = _end_in(view)
            if isinstance(end, int):
                return self.at + end
            if end is not Trouble.CUT:
                return end
            if not room:
                return Trouble.TOO_LARGE
            if not self.fill(max(CHUNK, min(len(self.held) - self.at, LARGEST))):
                return Trouble.CUT

    def broken_end(self) -> int:
        """The index after a value that is no valid JSON, by its brackets or by the next line; -1 if it has no end.

        A line that begins with a bracket begins a new document where this one began a line too.
        """
        begins_line = self.at == 0 or self.held[self.at - 1] == 0x0A
        structure, scanned = Structure(), self.at
        while True:
            stop = min(scanned + _STRETCH, len(self.held))
            end = structure.feed(self.held, scanned, stop)
            if begins_line and (
                line := _NEW_LINE.search(self.held, max(self.at, scanned - 1), end if end >= 0 else stop)
            ):
                return line.start() + 1
            if end >= 0 or stop - self.at > LARGEST:
                return end
            done = stop - self.at
            if stop == len(self.held) and not self.fill():
                return -1
            scanned = self.at + done

    def skip_broken(self, depth: int = 0) -> bytes:
        """Go past a value of any size by its brackets, or to the end; the first `KEPT` bytes of it.

        With `depth` 1 the position is inside the object or list that is to be left.
        """
        kept = bytes(self.held[self.at : self.at + KEPT])
        structure = Structure(depth)
        while (end := structure.feed(self.held, self.at, len(self.held))) < 0:
            self.at = len(self.held)
            if not self.fill():
                return kept
        self.at = end
        return kept

    def skip_scalar(self) -> bytes:
        """Go past what is no object or list, up to a comma, bracket or line end; at most `KEPT` bytes of it."""
        kept = b""
        while True:
            end = _SCALAR_END.search(self.held, self.at + (not kept))
            stop = end.start() if end else len(self.held)
            kept += bytes(self.held[self.at : min(stop, self.at + KEPT - len(kept))])
            self.at = stop
            if end or not self.fill():
                return kept

    def skip_line(self) -> bytes:
        """Go past the rest of the line, however long; the first `KEPT` bytes of it."""
        kept = b""
        while True:
            found = self.held.find(b"\n", self.at)
            stop = found + 1 if found >= 0 else len(self.held)
            kept += bytes(self.held[self.at : min(stop, self.at + KEPT - len(kept))])
            self.at = stop
            if found >= 0 or not self.fill():
                return kept


def elements(raw: bytes) -> Iterator[bytes]:
    """The elements of a sound JSON list, one at a time: a list of millions takes no more memory than one of them."""
    at = 1
    with memoryview(raw) as view:
        while raw[at := _next(raw, at)] != _CLOSE_LIST:
            end = at + _sound_end(view, at)
            yield raw[at:end]
            at = end


def fields(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """The keys and values of a sound JSON object, one at a time."""
    at = 1
    with memoryview(raw) as view:
        while raw[at := _next(raw, at)] != _CLOSE_OBJECT:
            end = at + _sound_end(view, at)
            key = _KEY.decode(raw[at:end])
            at = _next(raw, end)
            end = at + _sound_end(view, at)
            yield key, raw[at:end]
            at = end


def _next(raw: bytes, at: int) -> int:
    found = _ELEMENT.search(raw, at)
    if found is None:
        raise ValueError("not valid JSON")
    return found.start()


def _sound_end(view: memoryview, at: int) -> int:
    with view[at:] as rest:
        end = _end_in(rest)
    if isinstance(end, Trouble):
        raise ValueError(end.value)  # noqa: TRY004 - it is the bytes that are wrong
    return end


def _end_in(view: memoryview) -> int | Trouble:
    try:
        _SKIP.decode(view)
    except msgspec.DecodeError as error:
        message = str(error)
        if trailing := _AT_BYTE.search(message):
            return int(trailing[1]) - 1  # msgspec counts the byte it has just looked at
        return Trouble.CUT if "truncated" in message else Trouble.MALFORMED
    except RecursionError:
        return Trouble.TOO_DEEP
    return len(view)
