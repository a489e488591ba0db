"""Maps the small parts of an OpenProcurement tender to OCDS: organisations, places, money, periods, items, files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from watchers.ocds import (
    Address,
    AwardedItem,
    Classification,
    Document,
    Identifier,
    Item,
    Organization,
    Period,
    Unit,
    Value,
    parse_datetime,
)
from watchers.places import find_region
from watchers.sources.prozorro.codes import DOCUMENT_TYPES, translate
from watchers.sources.prozorro.model import (
    OpAddress,
    OpClassification,
    OpDocument,
    OpIdentifier,
    OpItem,
    OpOrganization,
    OpPeriod,
    OpValue,
)

__all__ = ["address", "awarded_item", "document", "item", "moment", "organization", "parties", "period", "value"]

_KYIV = ZoneInfo("Europe/Kyiv")
_ZONE = re.compile(r"(?:[Zz]|[+-]\d{2}:?\d{2})$")
_CPV = re.compile(r"(\d{8})-\d")
_PERSON = re.compile(r"\d{10}")
_UKRAINE = frozenset({"Україна", "Ukraine", "UA", "", None})


def moment(text: str | None) -> str | None:
    """A date as sent; one without a zone is Kyiv time, and gets it."""
    if not text or _ZONE.search(text):
        return text
    parsed = parse_datetime(text)
    return text if parsed is None else parsed.replace(tzinfo=_KYIV).isoformat()


def value(op: OpValue | None) -> Value | None:
    """Money, digit by digit."""
    return None if op is None else Value(raw_amount=op.amount, currency=op.currency)


def period(op: OpPeriod | None) -> Period | None:
    """A period with its zone."""
    if op is None or not (op.start_date or op.end_date):
        return None
    return Period(start_date=moment(op.start_date), end_date=moment(op.end_date))


def address(op: OpAddress | None) -> Address | None:
    """A place with its ISO 3166-2 code where the region (or the city that is one) is known."""
    if op is None:
        return None
    code = ""
    if op.country_name in _UKRAINE:
        code = find_region(op.region or "", "UA") or find_region(op.locality or "", "UA")
    return Address(
        locality=op.locality or None, region=op.region or None, country_name=op.country_name, region_code=code or None
    )


def _identifier(op: OpIdentifier) -> Identifier:
    """An identifier; ten digits under UA-EDR are the tax number of a natural person, and are said to be one."""
    number = None if op.id is None else str(op.id).strip()
    person = op.scheme == "UA-EDR" and _PERSON.fullmatch(number or "") is not None
    return Identifier(scheme="UA-IPN" if person else op.scheme, id=number)


def organization(op: OpOrganization, *roles: str) -> Organization:
    """A party; its id is SCHEME-number, e.g. UA-EDR-00000000."""
    known = _identifier(op.identifier) if op.identifier is not None else None
    return Organization(
        id=f"{known.scheme or 'UA'}-{known.id}" if known is not None and known.id else None,
        name=op.name or (op.identifier.legal_name if op.identifier else None),
        name_en=op.name_en,
        identifier=known,
        additional_identifiers=tuple(_identifier(other) for other in op.additional_identifiers or ()),
        address=address(op.address),
        roles=roles,
    )


def parties(found: Iterable[Organization]) -> tuple[Organization, ...]:
    """Each organisation once, with all its roles."""
    merged: dict[str, Organization] = {}
    for party in found:
        key = party.key or party.name or ""
        if key in merged:
            roles = tuple(dict.fromkeys((*merged[key].roles, *party.roles)))
            merged[key] = msgspec.structs.replace(merged[key], roles=roles)
        else:
            merged[key] = party
    return tuple(merged.values())


def _classification(op: OpClassification) -> Classification:
    """ДК021 is CPV in Ukrainian: its code is kept without the check digit, as CPV codes are compared."""
    if op.scheme in {"ДК021", "CPV"}:
        code = _CPV.fullmatch(op.id or "")
        return Classification(scheme="CPV", id=code[1] if code else op.id, description=op.description)
    return Classification(scheme=op.scheme, id=op.id, description=op.description)


def _unit(op: OpItem) -> Unit | None:
    return None if op.unit is None else Unit(id=op.unit.code, name=op.unit.name, value=value(op.unit.value))


def item(op: OpItem) -> Item:
    """A thing to be bought."""
    return Item(
        id=op.id,
        description=op.description,
        raw_quantity=op.quantity,
        classification=_classification(op.classification) if op.classification else None,
        additional_classifications=tuple(_classification(other) for other in op.additional_classifications or ()),
        unit=_unit(op),
        related_lot=op.related_lot,
        delivery_address=address(op.delivery_address),
    )


def awarded_item(op: OpItem) -> AwardedItem:
    """A thing awarded or contracted."""
    return AwardedItem(
        id=op.id,
        raw_quantity=op.quantity,
        classification=_classification(op.classification) if op.classification else None,
        unit=_unit(op),
    )


def document(op: OpDocument) -> Document:
    """A file. The electronic signature of a notice is filed as a notice; it is none, and gets a type of its own."""
    signed = op.format == "application/pkcs7-signature" or (op.title or "").lower().endswith(".p7s")
    return Document(
        id=op.id,
        document_type="x_signature" if signed else translate(DOCUMENT_TYPES, op.document_type, "documentType"),
        title=op.title,
        url=op.url,
        date_published=moment(op.date_published),
    )
