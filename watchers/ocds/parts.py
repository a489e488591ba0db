"""The small parts that several sections of a release share, and the base of all structs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import field

from watchers.ocds.scalars import NOTHING, decimal, moment, number

__all__ = [
    "Address",
    "Amendment",
    "AwardedItem",
    "Classification",
    "Document",
    "Identified",
    "Period",
    "Struct",
    "Unit",
    "Value",
]


class Struct(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True, gc=False):
    """Base of all: camelCase on the wire, unset fields left out when written."""


class Identified(Struct, frozen=True):
    """Something with an id, which some publishers send as a number."""

    id: str | int | None = None

    @property
    def key(self) -> str:
        """The id as text, empty if there is none. Compare keys, never ids."""
        return "" if self.id is None else str(self.id)


class Value(Struct, frozen=True):
    """An amount of money; `currency` is ISO 4217, as the publisher wrote it."""

    raw_amount: msgspec.Raw = field(name="amount", default=NOTHING)
    currency: str | None = None

    @classmethod
    def of(cls, amount: Decimal | float | str | None, currency: str | None = None) -> Value:
        """Build one from a number (sources do; a decoded release brings the publisher's own text)."""
        return cls(raw_amount=number(amount), currency=currency)

    @property
    def amount(self) -> Decimal | None:
        """The exact amount; None if missing, not a number, not finite or beyond 10**18."""
        return decimal(self.raw_amount)


class Period(Struct, frozen=True):
    """A stretch of time. `start` and `end` are zone-aware; the publisher's text stays in `start_date`, `end_date`."""

    start_date: str | None = None
    end_date: str | None = None
    max_extent_date: str | None = None
    duration_in_days: int | float | None = None

    @property
    def start(self) -> datetime | None:
        """The first moment, zone-aware."""
        return moment(self.start_date)

    @property
    def end(self) -> datetime | None:
        """The last moment, zone-aware."""
        return moment(self.end_date)


class Classification(Identified, frozen=True):
    """A code in a scheme: CPV, UNSPSC, ENSTRU (Kazakhstan's ENS TRU)."""

    scheme: str | None = None
    description: str | None = None


class Unit(Identified, frozen=True):
    """A unit of measure with its price."""

    name: str | None = None
    value: Value | None = None


class Address(Struct, frozen=True):
    """Where something is; `region_code` (ours) is the ISO 3166-2 code where the source knows it, e.g. KZ-61."""

    locality: str | None = None
    region: str | None = None
    country_name: str | None = None
    region_code: str | None = None


class Document(Identified, frozen=True):
    """A file the publisher links to; `related_lots` where it belongs to some lots only."""

    document_type: str | None = None
    title: str | None = None
    url: str | None = None
    date_published: str | None = None
    related_lots: tuple[str | int, ...] = ()


class AwardedItem(Identified, frozen=True):
    """What of a thing was awarded or contracted: its code, how much, at what price a unit."""

    classification: Classification | None = None
    raw_quantity: msgspec.Raw = field(name="quantity", default=NOTHING)
    unit: Unit | None = None
    related_lot: str | int | None = None

    @property
    def quantity(self) -> Decimal | None:
        """How much, in `unit`s, exact."""
        return decimal(self.raw_quantity)


class Amendment(Identified, frozen=True):
    """A published change of a tender, award or contract. Ours: the value it leads to."""

    date: str | None = None
    rationale: str | None = None
    description: str | None = None
    amended_value: Value | None = None
