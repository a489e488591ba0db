"""Reads the records of one purchase, whatever spelling and types the portal chose, and loses no more than it must.

What GraphQL answers is read at once. Anything else is read field by field: REST's snake_case, numbers as text, one
object where a list belongs, a page of a list (`items`), broken values. A value that fits nowhere is left out and named
in `Read.troubles`; the rest of the record goes on.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from watchers.sources.goszakup.mending import Mending, kind_of
from watchers.sources.goszakup.model import Records

__all__ = ["Read", "Unreadable", "loaded", "read", "records_from"]

_OTHERWISE = re.compile(rb'"([a-z0-9]+(?:_[a-z0-9]+)+|lots|plans|files|cancel|pause|commission|acts|items)"\s*:')
_NESTED = frozenset({"lots", "plans", "files", "cancel", "pause", "commission", "acts", "items"})


class Unreadable(ValueError):  # noqa: N818 - it says what is the matter
    """What was given holds no purchase: no JSON, no object, or one without a number. Raised by `read`."""


class Read(msgspec.Struct, frozen=True):
    """The records, and what of them had to be left out, each as "TrdBuy.Lots[3].amount: why"."""

    records: Records
    troubles: tuple[str, ...] = ()


_decoder = msgspec.json.Decoder(Records, strict=False)
_plain = msgspec.json.Decoder(float_hook=Decimal)


def read(raw: bytes) -> Read:
    """Read the records of one purchase from JSON. Raises Unreadable."""
    if not _spelled_otherwise(raw):
        try:
            records = _decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        else:
            if _named(records):
                return Read(records)
    return records_from(loaded(raw))


def _spelled_otherwise(raw: bytes) -> bool:
    """Whether a key is a field of ours in REST's spelling; GraphQL has a few keys with underscores of its own."""
    known = _rest_names()
    return any(key in known for key in _OTHERWISE.findall(raw))


@cache
def _rest_names() -> frozenset[bytes]:
    names: set[str] = set(_NESTED)
    waiting, seen = [Records], set[Any]()
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        for one in inspect.type_info(kind).fields:  # type: ignore[attr-defined]
            names.add(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", one.encode_name).lower())
            waiting += _structs(one.type)
    return frozenset(name.encode() for name in names if "_" in name or name in _NESTED)


def _structs(kind: Any) -> list[Any]:
    """The structs a field may hold."""
    options = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    items = [one.item_type if isinstance(one, inspect.VarTupleType) else one for one in options]
    return [one.cls for one in items if isinstance(one, inspect.StructType)]


def records_from(value: object) -> Read:
    """Read the records of one purchase from decoded JSON. Raises Unreadable."""
    if not isinstance(value, dict):
        raise Unreadable(f"records: an object was expected, {kind_of(value)} was given")
    mending = Mending()
    records = mending.struct(value, Records, "")
    if not _named(records):
        raise Unreadable("records: neither TrdBuy with an id or numberAnno nor a Contract with a number was given")
    return Read(records, tuple(mending.troubles))


def _named(records: Records) -> bool:
    one = records.announcement
    if one is not None:
        return bool(one.id or one.number_anno)
    return any(deal.contract_number_sys or deal.id for deal in records.deals or ())


def loaded(raw: bytes) -> object:
    """Decode JSON, also with lone surrogates and NaN; numbers stay exact. Raises Unreadable."""
    try:
        return _plain.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:  # lone surrogates, NaN, bytes that are no UTF-8
        text = raw.decode("utf-8-sig", "replace")
        return json.loads(text, parse_float=_decimal_or_none, parse_int=_int_or_none, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else "no JSON"
        raise Unreadable(f"records: {reason}") from None


def _decimal_or_none(text: str) -> Decimal | None:
    return Decimal(text) if len(text) <= 64 else None


def _int_or_none(text: str) -> int | None:
    return int(text) if len(text) <= 40 else None
