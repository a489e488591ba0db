"""From paths to streams of UTF-8 bytes: folders, standard input, gzip, byte order marks, UTF-16 and UTF-32."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from watchers.readers.model import CHUNK

__all__ = ["STDIN", "StreamError", "TextStream", "expand", "open_path", "open_stream"]

STDIN = Path("-")
_GZIP = b"\x1f\x8b"
_BOMB_RATIO = 200  # JSON packs 5 to 40 times; deflate's own ceiling is 1,032
_BOMB_FLOOR = 64 * 1024 * 1024  # below this many bytes unpacked the ratio says nothing
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive: unpack it first",
    b"BZh": "a bzip2 file: unpack it first",
    b"\xfd7zXZ": "an xz file: unpack it first",
    b"\x28\xb5\x2f\xfd": "a Zstandard file: unpack it first",
    b"%PDF": "a PDF",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class StreamError(Exception):
    """A stream that cannot be read on: a gzip cut short or damaged, a bomb, another format, a disk error."""


class TextStream(Protocol):
    """Anything with `read(size)` that gives UTF-8 bytes, and b"" at the end."""

    def read(self, size: int, /) -> bytes:
        """At most about `size` bytes."""


def expand(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files meant by `paths`, folders walked down in sorted order; hidden files in folders are left out."""
    for path in paths:
        if path != STDIN and path.is_dir():
            yield from sorted(
                inner
                for inner in path.rglob("*")
                if inner.is_file() and not any(part.startswith(".") for part in inner.relative_to(path).parts)
            )
        else:
            yield path


def open_path(path: Path) -> BinaryIO:
    """Open a file, or standard input for `-`; raises OSError."""
    return sys.stdin.buffer if path == STDIN else path.open("rb")


def open_stream(
    file: BinaryIO, encoding: str | None = None, *, advance: Callable[[int], None] | None = None
) -> TextStream:
    """Wrap a binary file so that it gives UTF-8, unpacked; raises `StreamError` where it is no text at all."""
    plain = _Counted(file, advance)
    start = plain.fill(8)
    source: TextStream = plain
    if start.startswith(_GZIP):
        unpacked = _Counted(_Gunzip(plain))
        start = unpacked.fill(8)
        source = plain = unpacked
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise StreamError(f"not JSON: {what}")
    if encoding is None:
        encoding, mark = _sniff(start)
        plain.drop(mark)
    return source if encoding in {"utf-8", "utf8"} else _Recoded(source, encoding)


def _sniff(start: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding, len(mark)
    # JSON begins with ASCII, so where the zero bytes stand tells the width (RFC 4627, section 3).
    zeros = bytes(byte == 0 for byte in start[:4])
    by_zeros = {
        b"\1\1\1\0": "utf-32-be",
        b"\0\1\1\1": "utf-32-le",
        b"\1\0\1\0": "utf-16-be",
        b"\0\1\0\1": "utf-16-le",
    }
    return by_zeros.get(zeros, "utf-8"), 0


class _Counted(io.RawIOBase):
    """A stream one can look into before reading, which counts what was read."""

    def __init__(self, inner: TextStream, advance: Callable[[int], None] | None = None) -> None:
        # read1 gives what a pipe has now; read would wait for a full chunk of a slow producer
        self._read: Callable[[int], bytes] = getattr(inner, "read1", inner.read)
        self._advance = advance
        self._ahead = b""
        self.count = 0

    def fill(self, size: int) -> bytes:
        while len(self._ahead) < size and (more := self._read(size - len(self._ahead))):
            self._ahead += more
        return self._ahead

    def drop(self, size: int) -> None:
        self._ahead = self._ahead[size:]

    def read(self, size: int = CHUNK, /) -> bytes:
        if self._ahead:
            chunk, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            chunk = self._read(size)
        self.count += len(chunk)
        if self._advance is not None and chunk:
            self._advance(len(chunk))
        return chunk


class _Gunzip:
    """Gzip unpacked with a bound on how far it may blow up."""

    def __init__(self, packed: _Counted) -> None:
        self._packed = packed
        self._file = gzip.GzipFile(fileobj=packed, mode="rb")
        self._given = 0

    def read(self, size: int, /) -> bytes:
        try:
            chunk: bytes = self._file.read1(size)
        except EOFError:
            raise StreamError("the gzip file is cut short") from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise StreamError(f"the gzip file is damaged: {error}") from None
        self._given += len(chunk)
        if self._given > _BOMB_FLOOR and self._given > _BOMB_RATIO * self._packed.count:
            raise StreamError(f"the gzip file unpacks to more than {_BOMB_RATIO} times its size: refused")
        return chunk


class _Recoded:
    """Another encoding given as UTF-8; what cannot be decoded becomes U+FFFD."""

    def __init__(self, source: TextStream, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._over = False

    def read(self, size: int, /) -> bytes:
        while not self._over:
            chunk = self._source.read(size)
            self._over = not chunk
            if text := self._decoder.decode(chunk, final=self._over):
                return text.encode("utf-8", "replace")
        return b""
