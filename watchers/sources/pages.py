"""Reads JSON answers without losing the publisher's own bytes: JSON Pointers, and what is wrong with a 200.

Publishers answer 200 with an empty body, with an HTML maintenance page, with `{"error": ...}`, or with half a document.
None of these is an empty page: taking them for one would lose records without a trace.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from watchers.http import Answer, UnusableAnswer

__all__ = ["Fixup", "mend", "raw_at", "raw_list", "require_json", "text_at"]

Fixup = Literal["nul", "numbers"]

# A string is matched first, so that nothing inside one is taken for a number.
_STRING_OR_NUMBER = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9][0-9eE+.-]*', re.DOTALL)
_JSON_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ERROR_KEYS = ("error", "errors", "fault", "exception")


def mend(body: bytes, fixups: Sequence[Fixup], encoding: str) -> bytes:
    """Repair what would keep a body from being JSON: another encoding, NUL bytes, numbers JSON does not have."""
    if encoding and encoding.lower() not in {"utf-8", "utf8"}:
        body = body.decode(encoding, "replace").encode()
    if body.startswith(b"\xef\xbb\xbf"):
        body = body[3:]
    if "nul" in fixups:
        body = body.replace(b"\x00", b"").replace(b"\\u0000", b"")
    if "numbers" in fixups:
        body = _STRING_OR_NUMBER.sub(lambda found: _mend_number(found[0]), body)
    return body


def _mend_number(token: bytes) -> bytes:
    """Null for an amount nobody pays (1e9999), `0` for `000`: both are sent by real publishers."""
    if token.startswith(b'"'):
        return token
    if _JSON_NUMBER.fullmatch(token):
        return token if math.isfinite(float(token)) else b"null"
    unpadded = token.lstrip(b"0") or b"0"
    return unpadded if _JSON_NUMBER.fullmatch(unpadded) else b"null"


def require_json(answer: Answer, body: bytes) -> None:
    """Raise UnusableAnswer unless the body is a whole JSON document that is not an error in disguise."""
    start = body.lstrip()[:1]
    if not start:
        raise UnusableAnswer("an empty body")
    if start == b"<":
        raise UnusableAnswer("HTML or XML instead of JSON")
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        raise UnusableAnswer(f"a body that is not JSON ({answer.content_type or 'no content type'}): {error}") from None
    if start == b"{":
        _refuse_error_object(body)


def _refuse_error_object(body: bytes) -> None:
    try:
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnusableAnswer(f"a body that is not UTF-8 JSON: {error}") from None
    said = next((key for key in _ERROR_KEYS if _is_set(members.get(key))), "")
    named = bytes(members.get("name", b"")) == b'"Error"'
    status = bytes(members.get("status", b"")).strip(b'"')
    failed = re.fullmatch(rb"[45]\d\d|error", status) is not None and len(members) <= 5
    if (said and not {"releases", "records", "data", "ocid"} & members.keys()) or named or failed:
        raise UnusableAnswer(f"an error: {body[:200].decode('utf-8', 'replace')}")


def _is_set(raw: msgspec.Raw | None) -> bool:
    return raw is not None and bytes(raw) not in {b"null", b"false", b'""', b"[]", b"{}", b"0"}


def raw_at(body: bytes | msgspec.Raw, pointer: str) -> bytes | None:
    """The bytes of the value a JSON Pointer (RFC 6901) leads to; None if nothing is there. "" is the whole body."""
    found: bytes | msgspec.Raw = body
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        try:
            if bytes(found).lstrip()[:1] == b"[":
                found = msgspec.json.decode(found, type=list[msgspec.Raw])[int(key)]
            else:
                found = msgspec.json.decode(found, type=dict[str, msgspec.Raw])[key]
        except (KeyError, IndexError, ValueError, msgspec.DecodeError):
            return None
    return bytes(found)


def raw_list(body: bytes, pointer: str) -> list[bytes] | None:
    """The elements of the array a JSON Pointer leads to, each as the publisher wrote it; None if it is no array."""
    found = raw_at(body, pointer)
    if found is None:
        return None
    try:
        return [bytes(element) for element in msgspec.json.decode(found, type=list[msgspec.Raw])]
    except msgspec.DecodeError:
        return None


def text_at(body: bytes | msgspec.Raw, pointer: str) -> str:
    """The string or number a JSON Pointer leads to, as text; "" for null, false, nothing, an object or an array."""
    found = raw_at(body, pointer)
    if found is None:
        return ""
    value: Any = msgspec.json.decode(found)
    if isinstance(value, str):
        return value
    return found.decode() if isinstance(value, int | float) and not isinstance(value, bool) else ""
