"""Mends what publishers send in place of the right thing, driven by the types of `watchers.ocds`.

Only a release that could not be decoded comes here. Nothing is guessed: a value is put into the shape that is wanted
(a lone object becomes a list of one, a number in quotes a number, a list of bids `{"details": [...]}`) or left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from watchers.ocds import Address, Bids, Classification, Identifier, Organization, Period, Unit, Value

__all__ = ["mend", "mend_text"]

_CONTROL = bytes(max(byte, 32) for byte in range(256))
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|,(?=[ ]*[}\]])|[^"{}\[\],:]+', re.DOTALL)
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LOOSE_NUMBER = re.compile(rb"[+-]?[0-9]*\.?[0-9]*")
_SURROGATE = re.compile(
    rb"\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\\\)|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
_ESCAPE = re.compile(rb"\\(?:\\|[^\"\\/bfnrtu]|u(?![0-9a-fA-F]{4}))")
_LONGEST_NUMBER = 64  # digits; nobody counts further, and long ones cost quadratic time
_LITERALS = frozenset({b"true", b"false", b"null"})
_WORDS = {b"True": b"true", b"False": b"false", b"None": b"null"}


def mend_text(raw: bytes) -> bytes:
    """Make JSON of what nearly is: Latin-1 bytes, control characters, `000`, `12 000`, `NaN`, a comma too many.

    What still is no JSON afterwards is for the caller to find out.
    """
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raw = raw.decode("cp1252", "replace").encode()
    raw = raw.translate(_CONTROL)
    raw = _SURROGATE.sub(_surrogate, raw)
    return _TOKEN.sub(_token, raw)


def _surrogate(match: re.Match[bytes]) -> bytes:
    return match[0] if match[1] or len(match[0]) == 12 else b"\\ufffd"


def _token(match: re.Match[bytes]) -> bytes:
    token = match[0]
    if token[0] == 0x22:
        return _ESCAPE.sub(_escape, token) if b"\\" in token else token
    if token == b",":
        return b""
    word = token.strip()
    if not word or word in _LITERALS or (len(word) < _LONGEST_NUMBER and _NUMBER.fullmatch(word)):
        return token
    close = word.replace(b" ", b"")
    if len(close) < _LONGEST_NUMBER and close.strip(b"+-.") and _LOOSE_NUMBER.fullmatch(close):
        return format(Decimal(close.decode()), "f").encode()
    return _WORDS.get(word, b"null")


def _escape(match: re.Match[bytes]) -> bytes:
    return match[0] if match[0] == b"\\\\" else b"\\\\" + match[0][1:]


def mend(value: Any, wanted: Any) -> Any:
    """The decoded JSON `value` in a shape that fits the type `wanted`, or None where nothing of it fits."""
    return _mender(wanted)(value)


Mender = Callable[[Any], Any]


@lru_cache(maxsize=256)
def _mender(wanted: Any) -> Mender:
    if get_origin(wanted) in {Union, UnionType}:
        options = [option for option in get_args(wanted) if option is not type(None)]
        if set(options) <= {str, int, float}:
            return _text if str in options else _number(whole=float not in options)
        if str in options:  # a list of texts or one text
            options.remove(str)
        return _mender(options[0])
    if get_origin(wanted) is tuple:
        return _list_of(get_args(wanted)[0])
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _object_of(wanted)
    if wanted is msgspec.Raw:
        return lambda value: None if isinstance(value, (dict, list, bool)) else value
    return _text if wanted is str else _number(whole=wanted is int)


def _text(value: Any) -> Any:
    """A text or an id: numbers become text, a map of languages gives its first text, a list its texts joined."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict):
        return next((text for text in value.values() if isinstance(text, str)), None)
    if isinstance(value, list):
        return "; ".join(text for text in value if isinstance(text, str)) or None
    return None


def _number(*, whole: bool) -> Mender:
    def number(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
            return None
        try:
            exact = Decimal(str(value).strip().replace(" ", "").replace(",", "."))
        except InvalidOperation:
            return None
        if not exact.is_finite() or abs(exact) >= 2**53:
            return None
        if exact == exact.to_integral_value():
            return int(exact)
        return None if whole else float(exact)

    return number


def _list_of(wanted: Any) -> Mender:
    def items(value: Any) -> Any:
        if value is None:
            return []
        if isinstance(value, dict) and wanted is not str and value and all(isinstance(v, dict) for v in value.values()):
            value = list(value.values())  # {"1": {...}, "2": {...}}: PHP's list with holes
        listed = value if isinstance(value, list) else [value]
        mended = (_mender(wanted)(item) for item in listed)
        return [item for item in mended if item is not None]

    return items


# What a bare text or number stands for where an object belongs.
_LONE: dict[type, str] = {
    Organization: "name", Value: "amount", Classification: "id", Unit: "name", Identifier: "id", Address: "region",
    Period: "startDate",
}  # fmt: skip


def _object_of(wanted: type[msgspec.Struct]) -> Mender:
    hints = get_type_hints(wanted)
    names = dict(zip(wanted.__struct_encode_fields__, wanted.__struct_fields__, strict=True))

    def mended(value: Any) -> Any:
        if isinstance(value, list):
            if wanted is Bids:
                value = {"details": value}
            else:
                value = next((item for item in value if isinstance(item, dict)), None)
        elif wanted in _LONE and isinstance(value, (str, int, float, Decimal)) and not isinstance(value, bool):
            value = {_LONE[wanted]: value}
        if not isinstance(value, dict):
            return None
        result = {}
        for name, inner in value.items():
            if name not in names:
                result[name] = inner
                continue
            fitting = _mender(hints[names[name]])(inner)
            if fitting is not None:
                result[name] = fitting
        return result

    return mended
