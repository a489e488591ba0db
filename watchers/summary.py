"""The few facts of a release that lists, filters and messages need, taken once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from watchers.categories import category_keys
from watchers.ocds import Address, Classification, Organization, Release, Tender, parse_datetime
from watchers.places import find_region, place_of_kato, region_keys

__all__ = ["Summary", "organization_id", "summarise"]

_PAUSED = ("приостанов", "тоқтатыла", "suspend", "призупин")
_VOID = ("cancelled", "unsuccessful")  # OCDS statuses of an award
_COUNTRY_OF_SCHEME = {"KZ-BIN": "KZ", "KZ-IIN": "KZ", "UA-EDR": "UA"}


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a release says, ready for lists and filters. Moments are zone-aware; texts for search are case-folded."""

    title: str
    titles: dict[str, str]  # by language, where the publisher gives several
    text: str  # title, descriptions, items: for words and excluded words
    buyer_id: str  # KZ-BIN-000000000000, or the publisher's own id
    buyer_name: str
    buyer_names: dict[str, str]
    buyer_search: str
    region: str  # ISO 3166-2, '' if unknown
    region_keys: tuple[str, ...]
    category_keys: frozenset[str]
    amount: Decimal | None
    currency: str
    published_at: datetime | None
    closes_at: datetime | None
    status: str
    method: str  # the publisher's words, else the OCDS code
    suppliers: dict[str, str] = {}  # who was awarded: names by id, without private persons
    paused: bool = False  # the publisher's words for the status say so: OCDS has no code for it


def organization_id(organization: Organization | None) -> str:
    """One id for one body: SCHEME-id of its identifier, else the reference's own id, '' without either."""
    if organization is None:
        return ""
    identifier = organization.identifier
    if identifier is not None and identifier.key and identifier.scheme:
        return f"{identifier.scheme}-{identifier.key}"
    return organization.key


def _full(reference: Organization | None, release: Release) -> Organization | None:
    """The party a reference points at, which has the address; the reference itself if there is none."""
    if reference is None:
        return None
    if reference.address is None or reference.identifier is None:
        for party in release.parties:
            if party.key and party.key == reference.key:
                return party
    return reference


def _buyer(release: Release) -> Organization | None:
    """The buyer, else the procuring entity, else the party with that role (publishers leave out one or the other)."""
    entity = release.tender.procuring_entity if release.tender else None
    for reference in (release.buyer, entity):
        if reference is not None and (reference.key or reference.name or reference.identifier):
            return _full(reference, release)
    return next((party for party in release.parties if {"buyer", "procuringEntity"} & set(party.roles)), None)


def _addresses(buyer: Organization | None, release: Release) -> Iterator[Address]:
    """Where the thing is delivered goes before where the buyer sits."""
    for item in release.tender.items if release.tender else ():
        if item.delivery_address is not None:
            yield item.delivery_address
    if buyer is not None and buyer.address is not None:
        yield buyer.address


def _region(buyer: Organization | None, release: Release) -> str:
    scheme = (buyer.identifier.scheme or "") if buyer and buyer.identifier else ""
    country = _COUNTRY_OF_SCHEME.get(scheme)
    for address in _addresses(buyer, release):
        if address.region_code:
            return address.region_code
        for text in (address.region, address.locality):
            if text and (code := find_region(text, country)):
                return code
    return ""


def _place_keys(region: str, buyer: Organization | None, release: Release) -> tuple[str, ...]:
    """The region's keys from broad to narrow, then those of the districts in it that are named by their KATO codes."""
    keys = list(region_keys(region))
    for address in _addresses(buyer, release):
        if address.region_code == region and address.region and address.region.isdigit():
            keys += region_keys(place_of_kato(address.region))
    return tuple(dict.fromkeys(keys))


def _by_language(kk: str | None, ru: str | None, en: str | None) -> dict[str, str]:
    return {language: text for language, text in (("kk", kk), ("ru", ru), ("en", en)) if text}


def _texts(tender: Tender) -> Iterator[str]:
    yield from (t for t in (tender.title, tender.title_kk, tender.title_ru, tender.title_en, tender.description) if t)
    for lot in tender.lots:
        yield from (t for t in (lot.title, lot.title_kk, lot.title_ru, lot.description) if t)
    for item in tender.items:
        yield from (t for t in (item.description, item.description_kk, item.description_ru) if t)


def _classifications(release: Release) -> Iterator[Classification]:
    tender_items = release.tender.items if release.tender else ()
    for item in tender_items:
        yield from (item.classification,) if item.classification else ()
        yield from item.additional_classifications
    if not tender_items:
        awarded = [item for award in release.awards for item in award.items]
        awarded += [item for contract in release.contracts for item in contract.items]
        yield from (item.classification for item in awarded if item.classification)


def _money(release: Release) -> tuple[Decimal | None, str]:
    """The call's estimate; for a release without a call, what was awarded or contracted."""
    tender = release.tender
    values = [tender.value, tender.min_value] if tender else []
    values += [contract.value for contract in release.contracts] + [award.value for award in release.awards]
    for value in values:
        if value is not None and value.amount:
            return value.amount, value.currency or ""
    return None, ""


def _suppliers(release: Release) -> dict[str, str]:
    chosen = [one for award in release.awards if award.status not in _VOID for one in award.suppliers]
    full = [one for one in (_full(one, release) for one in chosen) if one is not None and not one.natural_person]
    return {id_: one.name or "" for one in full if (id_ := organization_id(one))}


def _title(release: Release) -> str:
    tender = release.tender
    candidates = [tender.title, tender.title_ru, tender.title_kk, tender.description] if tender else []
    candidates += [release.title, release.description]
    candidates += [award.title for award in release.awards] + [contract.title for contract in release.contracts]
    return next((text.strip() for text in candidates if text and text.strip()), release.ocid)


def summarise(release: Release) -> Summary:
    """Take the facts of one release. Missing ones are empty, never an error."""
    tender = release.tender or Tender()
    buyer = _buyer(release)
    amount, currency = _money(release)
    region = _region(buyer, release)
    period = tender.tender_period
    published = parse_datetime(tender.date_published) if tender.date_published else None
    names = _by_language(buyer.name_kk, buyer.name_ru, buyer.name_en) if buyer else {}
    name = (buyer.name if buyer else None) or next(iter(names.values()), "")
    title = _title(release)
    return Summary(
        title=title,
        titles=_by_language(tender.title_kk, tender.title_ru, tender.title_en),
        text="\n".join(dict.fromkeys((title, *_texts(tender)))).casefold(),
        buyer_id=organization_id(buyer),
        buyer_name=name,
        buyer_names=names,
        buyer_search="\n".join(dict.fromkeys((name, *names.values()))).casefold(),
        region=region,
        region_keys=_place_keys(region, buyer, release),
        category_keys=category_keys(_classifications(release)),
        amount=amount,
        currency=currency,
        published_at=published or (period.start if period else None) or release.released,
        closes_at=period.end if period else None,
        status=tender.status or "",
        method=tender.procurement_method_details or tender.procurement_method or "",
        suppliers=_suppliers(release),
        paused=any(word in (tender.status_details or "").casefold() for word in _PAUSED),
    )
