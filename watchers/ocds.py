"""The OCDS 1.1 release that every source maps to, as typed structs.

Decoding is lenient where real publishers differ (numbers as ids, amounts as strings, dates without a zone) and the
struct keeps the publisher's own text; properties give the clean value, worked out when asked for: `Period.start`,
`Bid.submitted`, `Release.released` are zone-aware `datetime`s or None, `Value.amount` and `Item.quantity` are exact
`Decimal`s or None, `.key` is an id as text. What a struct cannot take at all (a list where an object belongs) is mended
by the reader before it comes here. Fields nobody judges by, and those that carry personal data (contact points, street
addresses), are not read; the raw answer is kept beside the release.

Names are OCDS names in snake case; extensions used: lots, bids, location, statusDetails. Fields that OCDS has no place
for say "ours" and have names no extension of OCDS uses. Source: standard.open-contracting.org 1.1.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import msgspec
from msgspec import field

__all__ = [
    "Acceptance",
    "Address",
    "Amendment",
    "Appeal",
    "Award",
    "AwardedItem",
    "Bid",
    "Bids",
    "Budget",
    "Classification",
    "CommitteeSeat",
    "Contract",
    "Debarment",
    "Document",
    "Identifier",
    "Implementation",
    "Item",
    "Lot",
    "OfficialDecision",
    "Organization",
    "Period",
    "PlanPoint",
    "Planning",
    "RelatedProcess",
    "Release",
    "Tender",
    "Transaction",
    "Unit",
    "Value",
    "number",
    "parse_datetime",
]

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
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            if moment.year not in _YEARS:
                return None
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
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


_NOTHING = msgspec.Raw(b"null")
_LARGEST = Decimal(10) ** 18


def _decimal(raw: msgspec.Raw) -> Decimal | None:
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
    return _NOTHING if value is None else msgspec.Raw(format(Decimal(str(value)), "f").encode())


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


class _Struct(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True, gc=False):
    """Base of all: camelCase on the wire, unset fields left out when written."""


class _Identified(_Struct, frozen=True):
    """Something with an id, which some publishers send as a number."""

    id: str | int | None = None

    @property
    def key(self) -> str:
        """The id as text, empty if there is none. Compare keys, never ids."""
        return "" if self.id is None else str(self.id)


class Value(_Struct, frozen=True):
    """An amount of money; `currency` is ISO 4217, as the publisher wrote it."""

    raw_amount: msgspec.Raw = field(name="amount", default=_NOTHING)
    currency: str | None = None

    @classmethod
    def of(cls, amount: Decimal | float | str | None, currency: str | None = None) -> Value:
        """Build one from a number (sources do; a decoded release brings the publisher's own text)."""
        return cls(raw_amount=number(amount), currency=currency)

    @property
    def amount(self) -> Decimal | None:
        """The exact amount; None if missing, not a number, not finite or beyond 10**18."""
        return _decimal(self.raw_amount)


class Period(_Struct, frozen=True):
    """A stretch of time. `start` and `end` are zone-aware; the publisher's text stays in `start_date`, `end_date`."""

    start_date: str | None = None
    end_date: str | None = None
    max_extent_date: str | None = None
    duration_in_days: int | float | None = None

    @property
    def start(self) -> datetime | None:
        """The first moment, zone-aware."""
        return _moment(self.start_date)

    @property
    def end(self) -> datetime | None:
        """The last moment, zone-aware."""
        return _moment(self.end_date)


class Classification(_Identified, frozen=True):
    """A code in a scheme: CPV, UNSPSC, ENSTRU (Kazakhstan's ENS TRU)."""

    scheme: str | None = None
    description: str | None = None


class Unit(_Identified, frozen=True):
    """A unit of measure with its price."""

    name: str | None = None
    value: Value | None = None


class Address(_Struct, frozen=True):
    """Where something is; `region_code` (ours) is the ISO 3166-2 code where the source knows it, e.g. KZ-61."""

    locality: str | None = None
    region: str | None = None
    country_name: str | None = None
    region_code: str | None = None


class Identifier(_Identified, frozen=True):
    """A registration number in a scheme of org-id.guide (KZ-BIN, UA-EDR)."""

    scheme: str | None = None


class Debarment(_Identified, frozen=True):
    """Ours: an entry in a register of suppliers who may not take part. Dates with their zone.

    `register` says whose it is where a country keeps several (goszakup, mitwork, samruk).
    """

    start_date: str | None = None
    end_date: str | None = None
    register: str | None = None


class Organization(_Identified, frozen=True):
    """A party, or a reference to one (then only `id` and `name`). Contact points are not read: not needed, personal.

    Ours: `registered_on`, the day of registration; `contact_keys`, digests by which equal telephones and addresses of
    two parties are seen without either being kept; `debarments`, and `debarments_listed`, whether the source asked the
    register, so that no entry means none; `natural_person`, whose name and number are not here.
    """

    name: str | None = None
    name_kk: str | None = field(name="name_kk", default=None)
    name_ru: str | None = field(name="name_ru", default=None)
    name_en: str | None = field(name="name_en", default=None)
    identifier: Identifier | None = None
    additional_identifiers: tuple[Identifier, ...] = ()
    address: Address | None = None
    roles: tuple[str, ...] = ()
    registered_on: str | None = None
    contact_keys: tuple[str, ...] = ()
    debarments: tuple[Debarment, ...] = ()
    debarments_listed: bool = False
    natural_person: bool = False


class Document(_Identified, frozen=True):
    """A file the publisher links to; `related_lots` where it belongs to some lots only."""

    document_type: str | None = None
    title: str | None = None
    url: str | None = None
    date_published: str | None = None
    related_lots: tuple[str | int, ...] = ()


class AwardedItem(_Identified, frozen=True):
    """What of a thing was awarded or contracted: its code, how much, at what price a unit."""

    classification: Classification | None = None
    raw_quantity: msgspec.Raw = field(name="quantity", default=_NOTHING)
    unit: Unit | None = None
    related_lot: str | int | None = None

    @property
    def quantity(self) -> Decimal | None:
        """How much, in `unit`s, exact."""
        return _decimal(self.raw_quantity)


class PlanPoint(_Identified, frozen=True):
    """Ours: the line of the buyer's annual plan an item comes from. Sums are without VAT, `prepayment` is per cent.

    `root_id` stays when the line is edited and gets a new id. `month` 1-12 is when the purchase was planned; `method`
    the planned way to buy and `justification` its legal ground, by the publisher's name or code; `programme` that of
    the budget that pays.
    """

    root_id: str | int | None = None
    year: int | None = None
    month: int | None = None
    method: str | None = None
    justification: str | None = None
    status_details: str | None = None
    value: Value | None = None
    prepayment: int | float | None = None
    delivery_term: str | None = None
    created: str | None = None
    approved: str | None = None
    quasi_state: bool = False
    funding: str | None = None
    programme: str | None = None


class Item(AwardedItem, frozen=True):
    """A thing to be bought. `delivery_addresses` are there where it is delivered to more than one place."""

    description: str | None = None
    description_kk: str | None = field(name="description_kk", default=None)
    description_ru: str | None = field(name="description_ru", default=None)
    additional_classifications: tuple[Classification, ...] = ()
    delivery_address: Address | None = None
    delivery_addresses: tuple[Address, ...] = ()
    plan_point: PlanPoint | None = None


class Lot(_Identified, frozen=True):
    """A part of a tender that is awarded on its own.

    Ours: `public_number`, as printed; `method_details` and `planned_method_details`, the actual and the planned way to
    buy; `features`, words such as `dumpingRules`, `united`, `disabledPersonsOnly`; `customer`, for whom it is bought.
    """

    title: str | None = None
    title_kk: str | None = field(name="title_kk", default=None)
    title_ru: str | None = field(name="title_ru", default=None)
    description: str | None = None
    description_kk: str | None = field(name="description_kk", default=None)
    description_ru: str | None = field(name="description_ru", default=None)
    status: str | None = None
    status_details: str | None = None
    value: Value | None = None
    contract_period: Period | None = None
    public_number: str | None = None
    method_details: str | None = None
    planned_method_details: str | None = None
    features: tuple[str, ...] = ()
    customer: Organization | None = None


class Amendment(_Identified, frozen=True):
    """A published change of a tender, award or contract. Ours: the value it leads to."""

    date: str | None = None
    rationale: str | None = None
    description: str | None = None
    amended_value: Value | None = None


class OfficialDecision(_Identified, frozen=True):
    """Ours: a decision that stops or cancels a tender: what (`cancelled`, `paused`), when, by whom, on what ground."""

    kind: str | None = None
    date: str | None = None
    authority: str | None = None
    ground: str | None = None
    related_lots: tuple[str | int, ...] = ()


class Appeal(_Identified, frozen=True):
    """Ours: a complaint about a tender; what it is about, where it stands, how it was decided."""

    date: str | None = None
    subject: str | None = None
    status_details: str | None = None
    decision: str | None = None
    date_decided: str | None = None
    related_lots: tuple[str | int, ...] = ()


class CommitteeSeat(_Struct, frozen=True):
    """Ours: a seat in the tender commission by its role and organisation; who sits in it is not kept."""

    role: str | None = None
    organization_id: str | None = None


class Tender(_Identified, frozen=True):
    """The call: what is bought, how, for how much, until when.

    Ours: `status_code`, the publisher's own; `features`, as of a lot; `invited_suppliers`, named where nobody else is
    asked; `additional_period`, in which bids may be completed; `budget_years`; `official_decisions`, `appeals`,
    `committee`; `documents_listed`, whether the source listed the documents, so that a missing one is missing.
    """

    title: str | None = None
    title_kk: str | None = field(name="title_kk", default=None)
    title_ru: str | None = field(name="title_ru", default=None)
    title_en: str | None = field(name="title_en", default=None)
    description: str | None = None
    status: str | None = None
    status_details: str | None = None
    value: Value | None = None
    min_value: Value | None = None
    procurement_method: str | None = None
    procurement_method_details: str | None = None
    procurement_method_rationale: str | None = None
    main_procurement_category: str | None = None
    additional_procurement_categories: tuple[str, ...] = ()
    award_criteria: str | None = None
    submission_method: tuple[str, ...] = ()
    date_published: str | None = None
    tender_period: Period | None = None
    enquiry_period: Period | None = None
    award_period: Period | None = None
    contract_period: Period | None = None
    number_of_tenderers: int | None = None
    tenderers: tuple[Organization, ...] = ()
    procuring_entity: Organization | None = None
    items: tuple[Item, ...] = ()
    lots: tuple[Lot, ...] = ()
    documents: tuple[Document, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    status_code: str | None = None
    features: tuple[str, ...] = ()
    invited_suppliers: tuple[Organization, ...] = ()
    additional_period: Period | None = None
    budget_years: tuple[int, ...] = ()
    official_decisions: tuple[OfficialDecision, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    committee: tuple[CommitteeSeat, ...] = ()
    documents_listed: bool = False


class Bid(_Identified, frozen=True):
    """An offer. OCDS statuses: invited, pending, valid, disqualified, withdrawn; none for what was never compared.

    `status_details` is the publisher's own word for it.
    """

    date: str | None = None
    status: str | None = None
    status_details: str | None = None
    value: Value | None = None
    tenderers: tuple[Organization, ...] = ()
    related_lots: tuple[str | int, ...] = ()

    @property
    def submitted(self) -> datetime | None:
        """When it was handed in, zone-aware."""
        return _moment(self.date)


class Bids(_Struct, frozen=True):
    """The bids extension's block."""

    details: tuple[Bid, ...] = ()


class Award(_Identified, frozen=True):
    """A decision for suppliers. OCDS statuses: pending, active, cancelled, unsuccessful."""

    title: str | None = None
    status: str | None = None
    date: str | None = None
    value: Value | None = None
    suppliers: tuple[Organization, ...] = ()
    items: tuple[AwardedItem, ...] = ()
    related_lots: tuple[str | int, ...] = ()
    related_bid: str | int | None = None

    @property
    def decided(self) -> datetime | None:
        """When the decision was taken, zone-aware."""
        return _moment(self.date)


class Transaction(_Identified, frozen=True):
    """A payment under a contract."""

    date: str | None = None
    value: Value | None = None


class Acceptance(_Identified, frozen=True):
    """Ours: an act by which a buyer takes what was delivered; `approved` is when the buyer signed it."""

    date: str | None = None
    approved: str | None = None
    value: Value | None = None
    fine: Value | None = None
    days_overdue: int | None = None


class Implementation(_Struct, frozen=True):
    """What happened under a contract."""

    transactions: tuple[Transaction, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()


class Contract(_Identified, frozen=True):
    """A signed contract. OCDS statuses: pending, active, cancelled, terminated.

    Ours: `public_number`; `method_details`, the way it was really concluded; `value_with_tax`; `performed_value` and
    `performed_value_with_tax`; `due` and `performed`, when it should have been and was carried out; `local_content`,
    per cent.
    """

    award_id: str | int | None = field(name="awardID", default=None)
    title: str | None = None
    status: str | None = None
    period: Period | None = None
    value: Value | None = None
    date_signed: str | None = None
    items: tuple[AwardedItem, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    implementation: Implementation | None = None
    status_details: str | None = None
    public_number: str | None = None
    method_details: str | None = None
    value_with_tax: Value | None = None
    performed_value: Value | None = None
    performed_value_with_tax: Value | None = None
    due: str | None = None
    performed: str | None = None
    local_content: int | float | None = None


class RelatedProcess(_Identified, frozen=True):
    """Another process this one follows from or belongs to."""

    relationship: tuple[str, ...] = ()
    scheme: str | None = None
    identifier: str | int | None = None


class Budget(_Identified, frozen=True):
    """Planned money."""

    description: str | None = None
    amount: Value | None = None


class Planning(_Struct, frozen=True):
    """What was planned before the call."""

    rationale: str | None = None
    budget: Budget | None = None


class Release(_Struct, frozen=True):
    """One process (compiled) or one step of it. `tag` and `date` follow OCDS; `ocid` is always there once read."""

    ocid: str = ""
    id: str | int | None = None
    date: str | None = None
    tag: tuple[str, ...] | str = ()
    language: str | None = None
    initiation_type: str | None = None
    title: str | None = None
    description: str | None = None
    buyer: Organization | None = None
    parties: tuple[Organization, ...] = ()
    planning: Planning | None = None
    tender: Tender | None = None
    bids: Bids | None = None
    awards: tuple[Award, ...] = ()
    contracts: tuple[Contract, ...] = ()
    related_processes: tuple[RelatedProcess, ...] = ()

    @property
    def released(self) -> datetime | None:
        """When this release was made, zone-aware."""
        return _moment(self.date)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags as a tuple, whatever the publisher sent."""
        return (self.tag,) if isinstance(self.tag, str) else self.tag
