"""The parts of an OpenProcurement tender that are mapped, named as the API names them.

Contact points, street addresses and signatures' details are not read: they are not needed, and personal.
"""

from __future__ import annotations

import msgspec

__all__ = [
    "OpAddress", "OpAward", "OpBid", "OpClassification", "OpContract", "OpDocument", "OpIdentifier", "OpItem", "OpLot",
    "OpLotValue", "OpOrganization", "OpPeriod", "OpTender", "OpUnit", "OpValue",
]  # fmt: skip

_NOTHING = msgspec.Raw(b"null")


class _Op(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Base of all: camelCase; fields that are not listed are passed over."""


class OpValue(_Op, frozen=True):
    """Money."""

    amount: msgspec.Raw = _NOTHING
    currency: str | None = None


class OpPeriod(_Op, frozen=True):
    """A stretch of time."""

    start_date: str | None = None
    end_date: str | None = None


class OpIdentifier(_Op, frozen=True):
    """A registration number."""

    scheme: str | None = None
    id: str | int | None = None
    legal_name: str | None = None


class OpAddress(_Op, frozen=True):
    """A place; no street."""

    locality: str | None = None
    region: str | None = None
    country_name: str | None = None


class OpOrganization(_Op, frozen=True):
    """A buyer, tenderer or supplier."""

    name: str | None = None
    name_en: str | None = msgspec.field(name="name_en", default=None)
    identifier: OpIdentifier | None = None
    additional_identifiers: tuple[OpIdentifier, ...] | None = None
    address: OpAddress | None = None


class OpClassification(_Op, frozen=True):
    """A code; ДК021 is the Ukrainian edition of CPV."""

    scheme: str | None = None
    id: str | None = None
    description: str | None = None


class OpUnit(_Op, frozen=True):
    """A unit of measure."""

    code: str | None = None
    name: str | None = None
    value: OpValue | None = None


class OpItem(_Op, frozen=True):
    """A thing to be bought."""

    id: str | None = None
    description: str | None = None
    quantity: msgspec.Raw = _NOTHING
    classification: OpClassification | None = None
    additional_classifications: tuple[OpClassification, ...] | None = None
    unit: OpUnit | None = None
    related_lot: str | None = None
    delivery_address: OpAddress | None = None
    delivery_date: OpPeriod | None = None


class OpLot(_Op, frozen=True):
    """A part awarded on its own."""

    id: str | None = None
    title: str | None = None
    description: str | None = None
    status: str | None = None
    value: OpValue | None = None


class OpDocument(_Op, frozen=True):
    """A file."""

    id: str | None = None
    title: str | None = None
    document_type: str | None = None
    format: str | None = None
    url: str | None = None
    date_published: str | None = None


class OpLotValue(_Op, frozen=True):
    """What a bid offers for one lot."""

    related_lot: str | None = None
    status: str | None = None
    value: OpValue | None = None
    date: str | None = None


class OpBid(_Op, frozen=True):
    """An offer, for the tender or for several lots at once."""

    id: str | None = None
    status: str | None = None
    date: str | None = None
    value: OpValue | None = None
    lot_values: tuple[OpLotValue, ...] | None = None
    tenderers: tuple[OpOrganization, ...] | None = None


class OpAward(_Op, frozen=True):
    """A decision about one bid."""

    id: str | None = None
    title: str | None = None
    status: str | None = None
    date: str | None = None
    value: OpValue | None = None
    bid_id: str | None = msgspec.field(name="bid_id", default=None)
    lot_id: str | None = msgspec.field(name="lotID", default=None)
    suppliers: tuple[OpOrganization, ...] | None = None
    items: tuple[OpItem, ...] | None = None


class OpContract(_Op, frozen=True):
    """A contract."""

    id: str | None = None
    award_id: str | None = msgspec.field(name="awardID", default=None)
    title: str | None = None
    status: str | None = None
    value: OpValue | None = None
    date_signed: str | None = None
    period: OpPeriod | None = None
    items: tuple[OpItem, ...] | None = None


class OpTender(_Op, frozen=True, kw_only=True):
    """A tender as `/tenders/{id}` answers."""

    id: str | None = None
    tender_id: str = msgspec.field(name="tenderID")
    date_modified: str | None = None
    date_created: str | None = None
    notice_publication_date: str | None = None
    status: str | None = None
    title: str | None = None
    title_en: str | None = msgspec.field(name="title_en", default=None)
    title_ru: str | None = msgspec.field(name="title_ru", default=None)
    description: str | None = None
    procurement_method: str | None = None
    procurement_method_type: str | None = None
    procurement_method_rationale: str | None = None
    cause_description: str | None = None
    main_procurement_category: str | None = None
    award_criteria: str | None = None
    submission_method: str | None = None
    value: OpValue | None = None
    procuring_entity: OpOrganization | None = None
    buyers: tuple[OpOrganization, ...] | None = None
    tender_period: OpPeriod | None = None
    enquiry_period: OpPeriod | None = None
    award_period: OpPeriod | None = None
    items: tuple[OpItem, ...] | None = None
    lots: tuple[OpLot, ...] | None = None
    documents: tuple[OpDocument, ...] | None = None
    bids: tuple[OpBid, ...] | None = None
    awards: tuple[OpAward, ...] | None = None
    contracts: tuple[OpContract, ...] | None = None
