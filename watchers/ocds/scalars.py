"""Reads the dates and numbers of a release from the publisher's own text.

Both come millions of times and often repeat: what was read is remembered.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import msgspec

__all__ = ["NOTHING", "decimal", "moment", "number", "parse_datetime"]

NOTHING = msgspec.Raw(b"null")
"""The wire form of a number that is not there."""

_DATETIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$"
)
_YEARS = range(1900, 2200)
_LONGEST = 64
"""Characters of a date or number at most: a megabyte that calls itself one is neither read nor remembered."""


def parse_datetime(text: str) -> datetime | None:
    """Read an ISO 8601 date or date-time; None if it is not one.

    A text without a zone is taken as UTC (OCDS asks for a zone; publishers that leave it out mean their own, and a
    source that knows it adds it when mapping). A date alone is its first moment. Digits after the sixth of a
    fraction are cut. A year before 1900 or after 2199 is a placeholder ("0001-01-01", "9999-12-31"), not a date.
    """
    return _parse_datetime(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _parse_datetime(text: str) -> datetime | None:
    text = text.strip()
    if len(text) >= 19 and text[4] == text[7] == "-" and text[10] in "T ":  # the usual shape: read in C
        try:
            usual = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            if usual.year not in _YEARS:
                return None
            return usual if usual.tzinfo else usual.replace(tzinfo=UTC)
    match = _DATETIME.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if int(year) not in _YEARS:
        return None
    try:
        offset: timezone = UTC
        if zone and zone not in "Zz":
            sign = -1 if zone[0] == "-" else 1
            digits = zone[1:].replace(":", "")
            offset = timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0)))
        return datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "0").ljust(6, "0")[:6]), tzinfo=offset,
        )  # fmt: skip
    except ValueError:
        return None


_LARGEST = Decimal(10) ** 18


def decimal(raw: msgspec.Raw) -> Decimal | None:
    """The exact number of a wire form; None if it is none, not finite or beyond 10**18."""
    return _parse_decimal(bytes(raw)) if len(memoryview(raw)) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _parse_decimal(raw: bytes) -> Decimal | None:
    text = raw.strip().strip(b'"').decode("ascii", "replace").strip()
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < _LARGEST else None


def number(value: Decimal | float | str | None) -> msgspec.Raw:
    """The wire form of a number, exact: what `Value.raw_amount` and `Item.raw_quantity` hold."""
    return NOTHING if value is None else msgspec.Raw(format(Decimal(str(value)), "f").encode())


def moment(text: str | None) -> datetime | None:
    """The moment a field holds, zone-aware; None if the field is empty or no date."""
    return parse_datetime(text) if text else None
