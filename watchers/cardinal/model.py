"""What Cardinal reads of a release, and nothing else: a tenth of the work of reading it whole.

A value of another kind than OCDS asks for is as good as not there (a number as an id, an amount as text), as Cardinal
has it; the rest of the release counts.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

__all__ = ["Award", "Bid", "Release", "Tender", "read_release"]


class _Part(msgspec.Struct, gc=False, rename="camel"):
    """Base of all: OCDS names on the wire, unknown fields passed over."""


class Reference(_Part, gc=False):
    """An organisation or a classification by its id. Numbers as ids are common: they are read, and passed over."""

    raw_id: str | int | float | bool | None = msgspec.field(name="id", default=None)

    @property
    def id(self) -> str | None:
        """The id, if it is a text."""
        return self.raw_id if isinstance(self.raw_id, str) else None


class Amount(_Part, gc=False):
    """Money."""

    amount: float | int | None = None
    currency: str | None = None


class Bid(_Part, gc=False):
    """An element of bids/details."""

    status: str | None = None
    date: str | None = None
    value: Amount | None = None
    tenderers: list[Reference] | None = None


class Item(_Part, gc=False):
    """An awarded item."""

    classification: Reference | None = None


class Award(_Part, gc=False):
    """An award."""

    status: str | None = None
    suppliers: list[Reference] | None = None
    items: list[Item] | None = None


class Period(_Part, gc=False):
    """A period, dates as the publisher wrote them."""

    start_date: str | None = None
    end_date: str | None = None


class Tender(_Part, gc=False):
    """The tender."""

    status: str | None = None
    procurement_method: str | None = None
    procurement_method_details: str | None = None
    number_of_tenderers: int | float | None = None
    tender_period: Period | None = None
    procuring_entity: Reference | None = None


class Bids(_Part, gc=False):
    """The bids extension's block."""

    details: list[Bid] | None = None


class Release(_Part, gc=False):
    """One contracting process."""

    ocid: str | None = None
    buyer: Reference | None = None
    tender: Tender | None = None
    bids: Bids | None = None
    awards: list[Award] | None = None


_decode = msgspec.json.Decoder(Release).decode
_PARTS: dict[type[_Part], dict[str, type[_Part]]] = {
    Release: {"buyer": Reference, "tender": Tender, "bids": Bids, "awards": Award},
    Tender: {"tenderPeriod": Period, "procuringEntity": Reference},
    Bids: {"details": Bid},
    Bid: {"value": Amount, "tenderers": Reference},
    Award: {"suppliers": Reference, "items": Item},
    Item: {"classification": Reference},
}
_LISTS = {"awards", "details", "tenderers", "suppliers", "items"}


def read_release(raw: bytes) -> Release | None:
    """The release in UTF-8 JSON; None for what is no object or has no ocid. Raises ValueError for what is no JSON."""
    try:
        release = _decode(raw)
    except msgspec.ValidationError:
        plain = msgspec.json.decode(raw)
        if not isinstance(plain, dict):
            return None
        release = _lenient(plain, Release)
    return release if release.ocid is not None else None


_fields = cache(msgspec.structs.fields)


def _lenient(plain: Any, kind: type[_Part]) -> Any:
    """A part with every value of the wrong kind left out; what is no object at all is an empty part."""
    kept: dict[str, Any] = {}
    if not isinstance(plain, dict):
        return kind()
    parts = _PARTS.get(kind, {})
    for field in _fields(kind):
        value = plain.get(field.encode_name)
        part = parts.get(field.encode_name)
        if part is None:
            try:
                kept[field.name] = msgspec.convert(value, field.type)
            except msgspec.ValidationError:
                continue
        elif field.encode_name in _LISTS:
            kept[field.name] = [_lenient(one, part) for one in value] if isinstance(value, list) else None
        elif isinstance(value, dict):
            kept[field.name] = _lenient(value, part)
    return kind(**kept)
