"""Reads decoded JSON into the portal's structs, field by field, under any spelling of their names.

A number may come as text, a text as a number, one object where a list belongs, a page of a list (`items`). What fits
nowhere is left out and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from msgspec import inspect

from watchers.sources.goszakup.persons import clear_of_persons

__all__ = ["Mending", "kind_of", "plain_key"]

_MOST_TROUBLES = 50
_MOST_ROWS = 20_000
"""Rows of one list that are read: an announcement has at most some hundred lots."""
_LARGEST = 10**18
_BEYOND = 10**40
_LONGEST_NUMBER = 64
_BIN = re.compile(r"(^|_)(bin|biin)($|_)")


def kind_of(value: object) -> str:
    """What kind of JSON a value is, in words."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def plain_key(key: str) -> str:
    """One spelling for RefEnstru, refEnstru and ref_enstru."""
    return key.replace("_", "").casefold()


_Reader = Callable[["Mending", Any, str], Any]


class Mending:
    """Reads decoded JSON into structs, field by field; remembers what did not fit."""

    def __init__(self) -> None:
        self.troubles: list[str] = []

    def trouble(self, path: str, value: object, why: str) -> None:
        """Remember what was left out; never a person's number."""
        if len(self.troubles) < _MOST_TROUBLES:
            shown = (
                clear_of_persons(str(value)[:40]) if isinstance(value, str | int | float | Decimal) else kind_of(value)
            )
            self.troubles.append(f"{path}: {shown} is {why}, left out")

    def struct(self, value: Mapping[str, Any], kind: Any, path: str) -> Any:
        """Read an object as a struct of `kind`; `path` says where it is."""
        fields = _fields(kind)
        given: dict[str, Any] = {}
        nulls: dict[str, None] = {}
        for key, one in value.items():
            known = fields.get(plain_key(key))
            if known is None:
                continue
            name, read_one = known
            if one is None:
                nulls[name] = None
                continue
            found = read_one(self, one, f"{path}.{key}" if path else key)
            if found is not None and name not in given:
                given[name] = found
        return kind(**(nulls | given))


@cache
def _fields(kind: Any) -> dict[str, tuple[str, _Reader]]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - only structs are asked for
    found: dict[str, tuple[str, _Reader]] = {}
    for one in info.fields:
        for key in {plain_key(one.encode_name), plain_key(one.name)}:
            found.setdefault(key, (one.name, _reader(one.type, one.name)))
    return found


def _reader(kind: inspect.Type, name: str) -> _Reader:
    """The way a field is read, by its declared type (always with None)."""
    options = (
        [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if isinstance(kind, inspect.UnionType)
        else [kind]
    )
    lists = [one for one in options if isinstance(one, inspect.VarTupleType)]
    if lists:
        item = lists[0].item_type
        if isinstance(item, inspect.StructType):
            return _list_of(item.cls)
        return _numbers if isinstance(item, inspect.IntType) else _codes
    for one in options:
        if isinstance(one, inspect.StructType):
            return _one_of(one.cls)
    if any(isinstance(one, inspect.StrType) for one in options):
        return _bin if _BIN.search(name) else _text
    if any(isinstance(one, inspect.IntType) for one in options):
        return _whole
    return _float if any(isinstance(one, inspect.FloatType) for one in options) else _exact


def _list_of(kind: Any) -> _Reader:
    def read_list(mending: Mending, value: Any, path: str) -> Any:
        if isinstance(value, dict):
            value = _rows_in(value, kind)
        if not isinstance(value, list):
            mending.trouble(path, value, "no list")
            return None
        rows = []
        for place, row in enumerate(value[:_MOST_ROWS]):
            if isinstance(row, dict):
                rows.append(mending.struct(row, kind, f"{path}[{place}]"))
            elif row is not None:
                mending.trouble(f"{path}[{place}]", row, "no object")
        return tuple(rows)

    return read_list


def _rows_in(value: Mapping[str, Any], kind: Any) -> Any:
    """The rows of a page, of an object that holds them by a key of its own, or the one row that stands alone."""
    if isinstance(value.get("items"), list):
        return value["items"]
    if (
        value
        and all(isinstance(one, dict) for one in value.values())
        and not any(plain_key(key) in _fields(kind) for key in value)
    ):
        return list(value.values())
    return [value]


def _one_of(kind: Any) -> _Reader:
    def read_one(mending: Mending, value: Any, path: str) -> Any:
        if isinstance(value, list):
            value = next((one for one in value if isinstance(one, dict)), None)
        if isinstance(value, dict):
            return mending.struct(value, kind, path)
        if value is not None:
            mending.trouble(path, value, "no object")
        return None

    return read_one


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _text(mending: Mending, value: Any, path: str) -> str | None:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        whole = _integer(value)
        return str(value) if whole is None else str(whole)
    mending.trouble(path, value, "no text")
    return None


def _bin(mending: Mending, value: Any, path: str) -> str | None:
    """Twelve digits; a number has lost its leading zeros."""
    text = _text(mending, value, path)
    if text is not None and not isinstance(value, str) and text.isdigit() and 6 <= len(text) < 12:
        return text.zfill(12)
    return text


def _integer(value: Any) -> int | None:
    if isinstance(value, float | Decimal):
        try:
            value = int(value) if value == int(value) else None
        except (ValueError, OverflowError):
            return None
    return value if isinstance(value, int) and abs(value) < _LARGEST else None


def _number(value: Any) -> Decimal | None:
    """A number by whatever says it, ASCII digits only; None for what is none and for one beyond all measure."""
    if isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, int):
        return Decimal(value) if abs(value) < _BEYOND else None
    if not isinstance(value, str | float | Decimal):
        return None
    text = "".join(str(value).split()).replace(",", ".")
    try:
        number = Decimal(text) if len(text) <= _LONGEST_NUMBER and text.isascii() else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < _BEYOND else None


def _whole(mending: Mending, value: Any, path: str) -> int | None:
    if value == "":
        return None
    number = _number(value)
    whole = _integer(number) if number is not None else None
    if whole is None:
        mending.trouble(path, value, "no whole number")
    return whole


def _exact(mending: Mending, value: Any, path: str) -> Decimal | None:
    if value == "":
        return None
    number = _number(value)
    if number is None or isinstance(value, bool):
        mending.trouble(path, value, "no number")
        return None
    return number


def _float(mending: Mending, value: Any, path: str) -> float | None:
    number = _exact(mending, value, path)
    return None if number is None else float(number)


def _codes(mending: Mending, value: Any, path: str) -> tuple[str | int, ...]:
    """A list of codes; one alone makes a list of one."""
    found: list[str | int] = []
    for one in (value if isinstance(value, list) else [value])[:_MOST_ROWS]:
        whole = None if isinstance(one, bool | str) else _integer(one)
        if isinstance(one, str) and one.strip():
            found.append(_clean(one.strip()))
        elif whole is not None:
            found.append(whole)
        elif one not in (None, ""):
            mending.trouble(path, one, "no code")
    return tuple(found)


def _numbers(mending: Mending, value: Any, path: str) -> tuple[int, ...]:
    several = value if isinstance(value, list) else [value]
    numbers = (_whole(mending, one, path) for one in several[:_MOST_ROWS] if one is not None)
    return tuple(number for number in numbers if number is not None)
