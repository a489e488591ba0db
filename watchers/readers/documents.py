"""Cuts a stream into pieces: whole documents where they are of a bearable size, list elements where they are not.

A document that is too large, cut short or broken somewhere is walked into, so that everything sound inside is still
read and only what is broken is set aside. Nothing here knows OCDS but the names by which lists of releases are sent.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import msgspec

from watchers.readers.mend import mend_text
from watchers.readers.model import LARGEST, Piece, SetAside
from watchers.readers.streams import TextStream
from watchers.readers.window import SPACE, Trouble, Window

__all__ = ["LISTS", "cut"]

# Names under which publishers send releases, packages or records, alone or in a list.
LISTS = frozenset({
    "releases", "records", "compiledRelease", "data", "results", "result", "content", "payload", "response",
    "body", "hits", "docs", "release", "record",
})  # fmt: skip
_DEEPEST = 8
_BAD_IN_A_ROW = 100  # without one sound document between them: this is no file of records
_OPEN_OBJECT, _OPEN_LIST = 0x7B, 0x5B
_CLOSING = frozenset(b"}]")
_COMMA, _COLON, _QUOTE, _ANGLE = 0x2C, 0x3A, 0x22, 0x3C
_WHOLE = msgspec.json.Decoder(msgspec.Raw)
_TEXT = msgspec.json.Decoder(str)

Cut = Generator[Piece | SetAside, None, None]
Opened = Generator[Piece | SetAside, None, bool]


class _GivenUpError(Exception):
    """So many bad records in a row that the rest is not worth reading. Raised and caught in this module."""


def cut(stream: TextStream, url: str) -> Iterator[Piece | SetAside]:
    """Yield the pieces of a stream in order; what is no JSON, or ends before it should, is set aside."""
    window = Window(stream)
    if window.peek() < 0 and window.error is None:
        yield SetAside("empty: there is nothing in it", b"", url)
        return
    try:
        yield from _Walker(window, url).documents()
    except _GivenUpError:
        reason = f"not JSON: {_BAD_IN_A_ROW} bad records in a row, the rest of the file was left unread"
        yield SetAside(reason, b"", url, window.offset)
    if window.error is not None:
        yield SetAside(str(window.error), b"", url, window.offset)


class _Walker:
    def __init__(self, window: Window, url: str) -> None:
        self.window = window
        self.url = url
        self._bad = 0  # records in a row
        self._told = False  # that the file ends too early
        self._line_tried = 0  # up to which offset a line was found not to be one document

    def documents(self) -> Cut:
        """The documents of the stream: one, or several one after another."""
        window = self.window
        while (mark := window.peek()) >= 0:
            if mark in {_OPEN_OBJECT, _OPEN_LIST}:
                line = self._line()
                if line is None:
                    yield from self._value(0)
                else:
                    self._bad = 0
                    yield line
            elif mark == _COMMA:
                window.at += 1
            else:
                yield self._no_document(mark)
                if mark == _ANGLE:
                    return

    def _line(self) -> Piece | None:
        """The rest of the line where that is one whole document: nearly always so, and the fastest way."""
        window = self.window
        if window.offset < self._line_tried:
            return None
        end = window.line_end()
        raw = b"" if end < 0 else bytes(memoryview(window.held)[window.at : end])
        if not raw or raw.rstrip(SPACE)[-1:] not in {b"}", b"]"} or not _is_whole(raw):
            self._line_tried = window.offset + (LARGEST if end < 0 else end - window.at)
            return None
        piece = Piece(raw, window.offset)
        window.at = end
        return piece

    def _aside(self, reason: str, raw: bytes, offset: int) -> SetAside:
        self._bad += 1
        if self._bad > _BAD_IN_A_ROW:
            raise _GivenUpError
        return SetAside(reason, raw, self.url, offset)

    def _no_document(self, mark: int) -> SetAside:
        offset = self.window.offset
        raw = self.window.skip_line()
        text = raw.strip(SPACE)
        if mark == _ANGLE:
            reason = "not JSON: an HTML or XML page"
        else:
            reason = f"not an OCDS release: {_shown(text)}" if _is_whole(text) else f"not JSON: {_shown(text)}"
        return self._aside(reason, raw, offset)

    def _value(self, depth: int, *, compiled: bool = False) -> Cut:
        """The pieces in the object or list at the position: one if it is sound and of bearable size."""
        window = self.window
        start = window.pin()
        end = window.value_end()
        if isinstance(end, int):
            self._bad = 0
            yield Piece(window.take(end), start, compiled=compiled)
            window.unpin()
            return
        opened = False
        if depth < _DEEPEST:
            is_list = window.held[window.at] == _OPEN_LIST
            opened = yield from (self._list(depth) if is_list else self._object(depth))
        window.unpin()
        if not opened:
            yield from self._broken(end, start, compiled=compiled)

    def _list(self, depth: int) -> Opened:
        window = self.window
        window.at += 1
        while (mark := window.peek()) >= 0:
            if mark in _CLOSING:
                window.at += 1
                return True
            if mark in {_OPEN_OBJECT, _OPEN_LIST}:
                window.let_go()
                yield from self._value(depth + 1)
            elif mark == _COMMA:
                window.at += 1
            else:
                offset = window.offset
                raw = window.skip_scalar()
                yield self._aside(f"not an OCDS release: {_shown(raw)}", raw, offset)
        if window.error is None and not self._told:
            self._told = True
            yield self._aside("the file ends in the middle of a list of records", b"", window.offset)
        return True

    def _object(self, depth: int) -> Opened:
        """Look for lists of records among the object's keys; False if it has none."""
        window = self.window
        window.at += 1
        opened = is_release = False
        skipped: list[tuple[bytes, int]] = []  # broken values; said alone only where the rest of the object is read
        while (mark := window.peek()) >= 0 and mark not in _CLOSING:
            if mark == _COMMA:
                window.at += 1
                continue
            key = self._key() if mark == _QUOTE else None
            if key is None:
                break
            is_release = is_release or key == "ocid"
            mark = window.peek()
            end = window.value_end()
            inside = mark in {_OPEN_OBJECT, _OPEN_LIST}
            if inside and (key in LISTS or (end is Trouble.TOO_LARGE and not is_release)):
                opened = True
                window.let_go()
                yield from self._value(depth + 1, compiled=key == "compiledRelease")
            elif isinstance(end, int):
                window.at = end
            elif inside:
                offset = window.offset
                skipped.append((window.skip_broken(), offset))
            elif mark != _QUOTE:
                window.skip_scalar()
            else:
                break
        if opened:
            window.skip_broken(depth=1)
            for raw, offset in skipped:
                yield self._aside(Trouble.MALFORMED.value, raw, offset)
        return opened

    def _key(self) -> str | None:
        window = self.window
        end = window.value_end()
        if not isinstance(end, int):
            return None
        try:
            key = _TEXT.decode(window.take(end))
        except ValueError:
            return None
        if window.peek() != _COLON:
            return None
        window.at += 1
        return key

    def _broken(self, trouble: Trouble, start: int, *, compiled: bool) -> Cut:
        window = self.window
        if not window.seek(start):  # so large that its beginning is gone: out of it by its brackets
            yield self._aside(Trouble.TOO_LARGE.value, window.skip_broken(depth=1), start)
            return
        end = window.broken_end()
        if end < 0 and not window.ended:
            reason = trouble if trouble is Trouble.TOO_DEEP else Trouble.TOO_LARGE
            yield self._aside(reason.value, window.skip_broken(), start)
            return
        raw = window.take(end if end >= 0 else len(window.held))
        mended = mend_text(raw.rstrip(b", \r\n\t"))
        if _is_whole(mended):
            self._bad = 0
            yield Piece(mended, start, compiled=compiled)
            return
        if trouble is Trouble.CUT and end >= 0:
            trouble = Trouble.MALFORMED  # to the parser a bad escape looks like a cut
        self._told = self._told or end < 0
        yield self._aside(trouble.value, raw, start)


def _is_whole(raw: bytes) -> bool:
    try:
        _WHOLE.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _shown(raw: bytes) -> str:
    text = raw[:60].decode("utf-8", "replace").strip()
    return text if len(raw) <= 60 else text + "…"
