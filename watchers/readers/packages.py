"""Finds the releases in one whole JSON document, in whatever a publisher wraps them.

A record's compiled release stands for the process; without one its embedded releases do, then its versioned release. A
page of an API is searched by the names lists go by, then by where an `ocid` occurs.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from watchers.ocds import Release
from watchers.readers.decode import decode_plain, encode_plain, refuse_heavy
from watchers.readers.documents import LISTS
from watchers.readers.mend import mend
from watchers.readers.merge import latest_of
from watchers.readers.model import BadRecord, Found, Piece, SetAside
from watchers.readers.window import elements, fields

__all__ = ["find_releases"]

_DEEPEST = 8
_NONE = msgspec.Raw(b"")
_EMPTY = (b"", b"null", b"[]", b"{}")
_OF_A_PROCESS = frozenset({"tender", "awards", "contracts", "planning", "buyer", "tag"})
_LONGEST_LINK = 4096
_NAMES_KEPT = 100

# What else is sent in JSON, by a key that gives it away.
_OTHERS = {
    "statementID": "a beneficial ownership statement (BODS)",
    "statementId": "a beneficial ownership statement (BODS)",
    "$schema": "a JSON schema",
    "dateModified": "an OpenProcurement object, which the Prozorro source reads",
    "url": "a link",
}


class _Head(msgspec.Struct, gc=False, rename="camel"):
    """What is read of an object to know what it is; several times faster than the whole."""

    ocid: str | int | float | bool | None = None
    id: str | int | float | bool | None = None
    date: str | int | float | bool | None = None
    tag: str | list[str] | None = None
    records: msgspec.Raw = _NONE
    releases: msgspec.Raw = _NONE
    compiled_release: msgspec.Raw = _NONE
    versioned_release: msgspec.Raw = _NONE


_HEAD = msgspec.json.Decoder(_Head)


def find_releases(piece: Piece, url: str) -> Iterator[Found | SetAside]:
    """Yield the releases in a piece of UTF-8 JSON, and what in it is none with the reason."""
    raw = piece.raw.strip()
    try:
        yield from _Finder(url, piece.offset).search(raw, compiled=piece.compiled)
    except BadRecord as error:
        yield SetAside(error.reason, raw, url, piece.offset)
    except (ValueError, RecursionError) as error:
        yield SetAside(f"cannot be read: {error}", raw, url, piece.offset)


class _Finder:
    def __init__(self, url: str, offset: int) -> None:
        self.url = url
        self.offset = offset

    def search(
        self, raw: bytes, depth: int = 0, *, ocid: str = "", compiled: bool = False
    ) -> Iterator[Found | SetAside]:
        """The releases in one value; `ocid` is that of the record around it."""
        if depth > _DEEPEST:
            yield self._aside("nested too deeply: refused", raw)
        elif raw[:1] == b"[":
            yield from self._listed(raw, depth)
        elif raw[:1] != b"{":
            yield self._aside(f"not an OCDS release: {_shown(raw)}", raw)
        else:
            yield from self._object(raw, depth, ocid=ocid, compiled=compiled)

    def _listed(self, raw: bytes, depth: int, ocid: str = "") -> Iterator[Found | SetAside]:
        plain, first = 0, b""
        for element in elements(raw):
            if element[:1] in {b"{", b"["}:
                yield from self.search(element, depth + 1, ocid=ocid)
            else:
                plain, first = plain + 1, first or element
        if plain:
            more = f" and {plain - 1} more plain values" if plain > 1 else ""
            yield self._aside(f"not an OCDS release: {_shown(first)}{more}", first)

    def _object(self, raw: bytes, depth: int, *, ocid: str, compiled: bool) -> Iterator[Found | SetAside]:
        whole = raw
        try:
            head = _HEAD.decode(raw)
        except ValueError:  # an id out of range, a byte that is no UTF-8
            whole = _mended(raw)
            head = _HEAD.decode(whole)
        if bytes(head.records)[:1] in {b"[", b"{"}:
            yield from self._packed(bytes(head.records), depth)
        elif _holds(head.compiled_release) or _holds(head.versioned_release) or bytes(head.releases)[:1] == b"[":
            yield from self._record(whole, head, depth)
        elif isinstance(head.ocid, str) and head.ocid:
            yield self._found(raw, head, compiled=compiled, bare=depth == 0)
        elif ocid and head.ocid is None:
            yield from self.search(_with_ocid(whole, ocid), depth + 1, compiled=compiled)
        else:
            yield from self._wrapped(whole, head, depth)

    def _record(self, raw: bytes, head: _Head, depth: int) -> Iterator[Found | SetAside]:
        """A record, or a release package, which looks like a record without an ocid."""
        ocid = head.ocid if isinstance(head.ocid, str) else ""
        if _holds(head.compiled_release):
            yield from self.search(bytes(head.compiled_release), depth + 1, ocid=ocid, compiled=True)
            return
        embedded, linked = False, b""
        for release in elements(bytes(head.releases)) if bytes(head.releases)[:1] == b"[" else ():
            if _is_link(release):
                linked = linked or release
            else:
                embedded = True
                yield from self.search(release, depth + 1, ocid=ocid)
        if not embedded and _holds(head.versioned_release):
            latest = latest_of(decode_plain(bytes(head.versioned_release)))
            yield from self.search(encode_plain(latest), depth + 1, ocid=ocid, compiled=True)
        elif linked:
            reason = "linked releases only: the releases are elsewhere and are not fetched"
            yield self._aside(reason, linked if embedded else raw)
        elif ocid and not embedded:
            yield self._aside("a record without a release", raw)

    def _packed(self, raw: bytes, depth: int) -> Iterator[Found | SetAside]:
        if raw[:1] == b"[":
            yield from self._listed(raw, depth)
            return
        for _, record in fields(raw):  # records by their ocid
            yield from self.search(record, depth + 1)

    def _wrapped(self, raw: bytes, head: _Head, depth: int) -> Iterator[Found | SetAside]:
        """A page of an API, or no release at all."""
        opened = False
        names: list[str] = []
        for key, value in fields(raw):
            if len(names) < _NAMES_KEPT:
                names.append(key)
            if key in LISTS and value in _EMPTY:
                opened = True  # a page off the end
            elif value[:1] in {b"{", b"["} and (key in LISTS or b'"ocid"' in value):
                opened = True
                yield from self.search(value, depth + 1)
        if not opened:
            yield self._aside(_no_release(names, head), raw)

    def _found(self, raw: bytes, head: _Head, *, compiled: bool, bare: bool) -> Found:
        tags = head.tag if isinstance(head.tag, list) else [head.tag]
        return Found(
            raw=raw, url=self.url, offset=self.offset, ocid=str(head.ocid),
            id="" if head.id is None else str(head.id),
            date=head.date if isinstance(head.date, str) else "",
            compiled=compiled or "compiled" in tags, bare=bare,
        )  # fmt: skip

    def _aside(self, reason: str, raw: bytes) -> SetAside:
        return SetAside(reason, raw, self.url, self.offset)


def _holds(raw: msgspec.Raw) -> bool:
    return len(bytes(raw)) > 2 and bytes(raw)[:1] == b"{"


def _is_link(raw: bytes) -> bool:
    """A linked release is `{"url", "date", "tag"}`: no ocid and nothing of a process."""
    if len(raw) > _LONGEST_LINK or raw[:1] != b"{" or b'"url"' not in raw:
        return False
    keys = {key for key, _ in fields(raw)}
    return "url" in keys and "ocid" not in keys and not keys & (_OF_A_PROCESS - {"tag"})


def _with_ocid(raw: bytes, ocid: str) -> bytes:
    inner = raw[1:-1].rstrip().rstrip(b",")
    return b"{" + inner + (b"," if inner else b"") + b'"ocid":' + msgspec.json.encode(ocid) + b"}"


def _mended(raw: bytes) -> bytes:
    """The object with the types OCDS asks for, but an ocid that is no text is not made one."""
    refuse_heavy(raw)
    plain = decode_plain(raw)
    mended = mend(plain, Release)
    if isinstance(mended, dict) and not isinstance(plain.get("ocid"), str):
        mended.pop("ocid", None)
        if plain.get("ocid") is not None:
            mended["ocid"] = 0
    return encode_plain(mended)


def _no_release(names: list[str], head: _Head) -> str:
    for key, what in _OTHERS.items():
        if key in names:
            return f"not an OCDS release: {what}"
    if head.ocid is not None and head.ocid != "":
        return "no ocid: it is not a text"
    if _OF_A_PROCESS.intersection(names):
        return "no ocid"
    if not names:
        return "not an OCDS release: an empty object"
    return f"not an OCDS release: its keys are {', '.join(sorted(names)[:6])[:120]}"


def _shown(raw: bytes) -> str:
    text = raw[:40].decode("utf-8", "replace")
    return text if len(raw) <= 40 else text + "…"
