"""Lots of the Unified Procurement Platform and the things in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from watchers.ocds import Address, Classification, Item, Lot, Organization, Unit, number
from watchers.sources.goszakup.lots import common_place
from watchers.sources.goszakup.parts import joined, money
from watchers.sources.goszakup.persons import clear_of_persons
from watchers.sources.quasi.words import region_in
from watchers.sources.unified.model import LotRow, Place, Thing

__all__ = ["each", "items_of", "lot_of", "order_of", "places_of"]

_ENSTRU = re.compile(r"\d{6}\.\d{3}\.\d{6}", re.ASCII)
_KPVED = re.compile(r"\d{2}(\.\d{1,2}){0,2}", re.ASCII)
_DESIGN = {1: ("designDocuments",), 2: ("preparesDesign",)}
_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 15


def order_of(lot: LotRow) -> tuple[int, str]:
    """Lots are kept in the order of their ids, however they were listed."""
    text = _lot_key(lot)
    return (int(text) if text.isdigit() else 0, text)


def each(value: tuple[int, ...] | int | None) -> tuple[int, ...]:
    """Several, one or none as several."""
    return value if isinstance(value, tuple) else (() if value is None else (value,))


def _lot_key(lot: LotRow) -> str:
    return str(lot.external_id or lot.id)


def lot_of(lot: LotRow, status: str | None, customer: Organization | None, method: str | None) -> Lot:
    """One lot; `method` is the announcement's, for a lot that does not say its own."""
    name_ru, name_kk = _names(lot)
    text_ru, text_kk = clear_of_persons(joined(lot.description_ru)), clear_of_persons(joined(lot.description_kk))
    return Lot(
        id=_lot_key(lot),
        title=name_ru or name_kk,
        title_ru=name_ru,
        title_kk=name_kk,
        description=text_ru or text_kk,
        description_ru=text_ru,
        description_kk=text_kk,
        status=status,
        status_details=joined(lot.status_words),
        value=money(lot.total_price),
        public_number=joined(lot.lot_number),
        method_details=joined(lot.purchase_method_name) or method,
        features=_DESIGN.get(lot.psd_sign or 0, ()),
        customer=customer,
    )


def _names(lot: LotRow) -> tuple[str | None, str | None]:
    """What a lot is called; without a name of its own, what its code of ENS TRU is called."""
    things = lot.enstrus or ()
    ru = joined(lot.name_ru) or joined(*(thing.name_ru or thing.name for thing in things))
    kk = joined(lot.name_kk) or joined(*(thing.name_kk for thing in things))
    return clear_of_persons(ru), clear_of_persons(kk)


def items_of(lot: LotRow) -> Iterator[Item]:
    """One item a code of ENS TRU; quantity and price are told only where there is one."""
    key, places = _lot_key(lot), tuple(places_of(lot.delivery_addresses or ()))
    things: tuple[Thing, ...] = lot.enstrus or (Thing(),)
    name_ru, name_kk = _names(lot)
    alone = len(things) == 1
    count = lot.quantity if alone and lot.quantity and lot.quantity > 0 else None
    price = (
        (lot.total_price / count).quantize(_CENT)
        if count and lot.total_price and 0 < lot.total_price < 10**15
        else None
    )
    for place, thing in enumerate(things, 1):
        text_ru = joined(thing.name_ru or thing.name or name_ru, lot.description_ru or thing.short_description_ru)
        text_kk = joined(thing.name_kk or name_kk, lot.description_kk or thing.short_description_kk)
        yield Item(
            id=key if alone else f"{key}-{place}",
            description=clear_of_persons(text_ru or text_kk),
            description_ru=clear_of_persons(text_ru),
            description_kk=clear_of_persons(text_kk),
            classification=_classification(thing),
            raw_quantity=number(count),
            unit=Unit(value=money(price)) if price is not None else None,
            related_lot=key,
            delivery_address=common_place(places),
            delivery_addresses=places if len(places) > 1 else (),
        )


def _classification(thing: Thing) -> Classification | None:
    """A whole code of ENS TRU; a shorter one is the class of products it begins with (KPVED)."""
    code = (thing.code or "").strip()
    if _ENSTRU.fullmatch(code):
        return Classification(scheme="ENSTRU", id=code, description=joined(thing.name_ru or thing.name))
    if _KPVED.fullmatch(code):
        return Classification(scheme="KPVED", id=code, description=joined(thing.name_ru or thing.name))
    return None


def places_of(places: Iterable[Place]) -> Iterator[Address]:
    """Each place with its region, where it is known."""
    for place in places:
        region = region_in(place.code, place.name_ru, place.name_kk)
        kato = str(place.code or "").strip()
        name = clear_of_persons(joined(place.name_ru or place.name_kk))
        if region or name:
            full = kato if region and len(kato) == 9 and kato.isdigit() else None
            yield Address(locality=name, country_name="Қазақстан", region=full, region_code=region or None)
