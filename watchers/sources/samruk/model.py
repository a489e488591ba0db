"""What zakup.sk.kz answers: adverts and their lots. Nothing of it is documented, so every field may be missing.

Telephones, addresses of mail and the names of persons are not declared, so they are not read.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.sources.quasi.words import Moment

__all__ = [
    "Advert",
    "Document",
    "Good",
    "Lot",
    "Party",
    "Place",
    "Requirement",
    "read_advert",
    "read_lots",
    "read_page",
]


class _Row(msgspec.Struct, frozen=True, rename="camel", gc=False, kw_only=True):
    """Base of all: camelCase on the wire."""


class Party(_Row, frozen=True):
    """A customer or an organiser."""

    bin: str | int | None = None
    name_ru: str | None = None
    name_kk: str | None = None


class Place(_Row, frozen=True):
    """A place by its KATO code."""

    code: str | int | None = None
    ru: str | None = None
    kk: str | None = None


class Good(_Row, frozen=True):
    """A code of ENS TRU with its names."""

    code: str | None = None
    ru: str | None = None
    kk: str | None = None
    brief_ru: str | None = None
    category: str | None = None


class Document(_Row, frozen=True):
    """A file."""

    document_category: str | None = None
    file_uid: str | None = None
    file_name: str | None = None


class Requirement(_Row, frozen=True):
    """When the documents are discussed."""

    discussion_begin_date_time: Moment = None
    discussion_end_date_time: Moment = None


class Lot(_Row, frozen=True):
    """A lot; sums are without VAT."""

    id: int | str | None = None
    number: str | None = None
    name_ru: str | None = None
    name_kk: str | None = None
    tru_history: Good | None = None
    customer: Party | None = None
    tender_subject_type: str | None = None
    lot_status: str | None = None
    kato: Place | None = None
    delivery_kato: Place | None = None
    delivery_location_ru: str | None = None
    count: Decimal | None = None
    price: Decimal | None = None
    sum_tru_no_nds: Decimal | None = None
    lot_documents: tuple[Document, ...] | None = None


class Advert(_Row, frozen=True):
    """An announcement."""

    id: int | str | None = None
    number: str | None = None
    name_ru: str | None = None
    name_kk: str | None = None
    name_en: str | None = None
    tender_type: str | None = None
    sum_tru_no_nds: Decimal | None = None
    acceptance_begin_date_time: Moment = None
    acceptance_end_date_time: Moment = None
    last_modified_date: Moment = None
    published_date: Moment = None
    advert_status: str | None = None
    simple_status: str | None = None
    customer: Party | None = None
    organizer: Party | None = None
    documents: tuple[Document, ...] | None = None
    advert_requirement: Requirement | None = None


class _Wrapped(msgspec.Struct, frozen=True):
    content: list[msgspec.Raw]


def read_page(body: bytes) -> list[msgspec.Raw]:
    """The rows of a list, which comes bare or under `content`. Raises msgspec.DecodeError for anything else."""
    if body.lstrip()[:1] == b"[":
        return msgspec.json.decode(body, type=list[msgspec.Raw])
    return msgspec.json.decode(body, type=_Wrapped).content


def read_advert(body: bytes | msgspec.Raw) -> Advert:
    """Read one advert. Raises msgspec.DecodeError or ValueError for anything else."""
    found = msgspec.json.decode(body, type=Advert, strict=False)
    if found.id is None:
        raise ValueError("it has no id")
    return found


def read_lots(body: bytes) -> tuple[Lot, ...]:
    """Read a list of lots. Raises msgspec.DecodeError for anything else."""
    return tuple(msgspec.json.decode(row, type=Lot, strict=False) for row in read_page(body))
