"""The rules as answers: what held where, for which method, on which day. `load_rules()` reads the tables once."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

import msgspec

from watchers.ocds import Organization, Release
from watchers.rules.calendars import Calendar, calendar_of
from watchers.rules.law import Law, read_law
from watchers.rules.naming import named
from watchers.rules.tables import (
    BaseAmount,
    BuyerKind,
    JurisdictionKey,
    Method,
    PurchaseType,
    Regulated,
    Tax,
    Threshold,
    Window,
    read_table,
)

__all__ = ["Limit", "Rules", "load_rules"]

_SCHEME = re.compile(r"([A-Z]{2})-[A-Z]")
_NO_COUNTRY = {"XI", "XM", "XR"}  # org-id.guide prefixes of international registers
_NOISE = re.compile(r"[\s«»\"“”„]+")


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """A threshold worked out in money: `multiple` base amounts."""

    name: str
    amount: Decimal
    currency: str
    multiple: int
    act: str
    clause: str
    checked_on: date


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Every dated table, and the questions that can be put to them. The day asked about is always an argument."""

    methods: tuple[Method, ...]
    purchase_types: tuple[PurchaseType, ...]
    windows: tuple[Window, ...]
    base_amounts: tuple[BaseAmount, ...]
    thresholds: tuple[Threshold, ...]
    taxes: tuple[Tax, ...]
    regulated: tuple[Regulated, ...]
    buyer_kinds: tuple[BuyerKind, ...]
    law: Law
    names: dict[tuple[str, str], Method]  # (jurisdiction, folded name or code)
    types: dict[tuple[str, str], str]  # (jurisdiction, folded name) -> kind
    keys: dict[tuple[str, str], str]  # (by, key) -> jurisdiction

    def jurisdiction(self, release: Release) -> str:
        """Whose law a release is under: ISO 3166-1 alpha-2, '' if it cannot be told.

        By the register of the buyer or procuring entity (KZ-BIN), else the ocid prefix, else the currency.
        """
        tender = release.tender
        for organization in (release.buyer, tender.procuring_entity if tender else None):
            country = _country(organization)
            if country:
                return country
        by_prefix = self.keys.get(("ocid_prefix", release.ocid[:11]))
        if by_prefix:
            return by_prefix
        value = tender.value if tender else None
        return self.keys.get(("currency", (value.currency if value else None) or ""), "")

    def method(self, jurisdiction: str, details: str | None) -> Method | None:
        """The method a publisher's `procurementMethodDetails` (a name in any language, or a code) stands for."""
        return self.names.get((jurisdiction, _fold(details))) if details else None

    def purchase_type(self, jurisdiction: str, rationale: str | None) -> str:
        """The kind of purchase a publisher's `procurementMethodRationale` states, '' if none."""
        return self.types.get((jurisdiction, _fold(rationale)), "") if rationale else ""

    def has_windows(self, jurisdiction: str) -> bool:
        """Whether any minimum to hand in bids is known there."""
        return any(row.jurisdiction == jurisdiction for row in self.windows)

    def window(self, jurisdiction: str, group: str, *, repeat: bool, on: date) -> Window | None:
        """The minimum time to hand in a bid that held on that day for that group of methods."""
        for row in self.windows:
            if row.group == group and row.repeat == repeat and row.jurisdiction == jurisdiction and row.holds(on):
                return row
        return None

    def base_amount(self, jurisdiction: str, on: date, name: str = "mrp") -> BaseAmount | None:
        """The base amount of that day's year (the MRP of Kazakhstan)."""
        for row in self.base_amounts:
            if row.jurisdiction == jurisdiction and row.name == name and row.holds(on):
                return row
        return None

    def limit(self, jurisdiction: str, name: str, on: date, budget: date | None = None) -> Limit | None:
        """A threshold in money on that day; None if it or the base amount is not known.

        `budget` is a day of the financial year whose base amount holds, where that is another year than the day's.
        """
        for row in self.thresholds:
            if row.jurisdiction == jurisdiction and row.name == name and row.holds(on):
                base = self.base_amount(jurisdiction, budget or on, row.base)
                if base is None:
                    return None
                return Limit(
                    name=name,
                    amount=base.amount * row.multiple,
                    currency=base.currency,
                    multiple=row.multiple,
                    act=row.act,
                    clause=row.clause,
                    checked_on=row.checked_on,
                )
        return None

    def vat(self, jurisdiction: str, on: date) -> Decimal | None:
        """Value added tax in percent on that day; None where we keep no rate."""
        for row in self.taxes:
            if row.jurisdiction == jurisdiction and row.name == "vat" and row.holds(on):
                return row.percent
        return None

    def regulated_kind(self, scheme: str | None, code: str) -> str:
        """What a code is if usually one firm alone can supply it (utilities, communications, rent), else ''."""
        scheme, bare = (scheme or "").upper(), code.replace(".", "").replace("-", "")
        for row in self.regulated:
            if row.scheme == scheme and bare.startswith(row.prefix):
                return row.kind
        return ""

    def buyer_kind(self, jurisdiction: str, name: str) -> str:
        """The kind of body a name tells of (a school, a hospital, an akimat), '' if none; kinds are tried in order."""
        return _buyer_kind(self.buyer_kinds, jurisdiction, name) if name else ""

    def calendar(self, jurisdiction: str) -> Calendar:
        """The working days of a jurisdiction."""
        return calendar_of(jurisdiction)

    def working_days(self, begin: date, end: date, jurisdiction: str = "KZ") -> int:
        """Working days strictly after `begin`'s date up to and including `end`'s date, in local time."""
        return calendar_of(jurisdiction).working_days(begin, end)

    def is_working_day(self, day: date, jurisdiction: str = "KZ") -> bool:
        """Whether people work on that day."""
        return calendar_of(jurisdiction).is_working_day(day)

    def calendar_confirmed(self, year: int, jurisdiction: str = "KZ") -> bool:
        """Whether the days off of that year are known for certain."""
        return calendar_of(jurisdiction).confirmed(year)


@lru_cache(maxsize=16384)
def _buyer_kind(kinds: tuple[BuyerKind, ...], jurisdiction: str, name: str) -> str:
    return next((row.kind for row in kinds if row.jurisdiction == jurisdiction and named(row.words, name)), "")


def _country(organization: Organization | None) -> str:
    if organization is None:
        return ""
    scheme = organization.identifier.scheme if organization.identifier else None
    match = _SCHEME.match(scheme or organization.key)
    return match[1] if match and match[1] not in _NO_COUNTRY else ""


@lru_cache(maxsize=1024)
def _fold(name: str) -> str:
    return _NOISE.sub(" ", name).strip().casefold().replace("ё", "е")


@lru_cache(maxsize=1)
def load_rules() -> Rules:
    """Read every table, once. Raises ValueError naming the file and line that is wrong."""
    methods = read_table("methods", Method)
    types = read_table("purchase_types", PurchaseType)
    names: dict[tuple[str, str], Method] = {}
    for method in methods:
        for name in (method.code, method.name_ru, method.name_kk, method.name_en):
            if names.setdefault((method.jurisdiction, _fold(name)), method) is not method:
                raise ValueError(f"rules: methods.csv: {name!r} names two methods; tell them apart")
    return Rules(
        methods=methods,
        purchase_types=types,
        windows=read_table("windows", Window),
        base_amounts=read_table("base_amounts", BaseAmount),
        thresholds=read_table("thresholds", Threshold),
        taxes=read_table("taxes", Tax),
        regulated=read_table("regulated", Regulated),
        buyer_kinds=read_table("buyer_kinds", BuyerKind),
        law=read_law(),
        names=names,
        types={
            (row.jurisdiction, _fold(n)): row.kind for row in types for n in (row.name_ru, row.name_kk, row.name_en)
        },
        keys={(row.by, row.key): row.jurisdiction for row in read_table("jurisdictions", JurisdictionKey)},
    )
