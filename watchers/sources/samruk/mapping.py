"""Maps an advert of zakup.sk.kz to an OCDS release. The table is in docs/quasi_state.md.

Samruk-Kazyna buys under rules of its own: every release carries the feature `quasiState`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache

from watchers.ocds import Address, Classification, Item, Lot, Organization, Period, Release, Tender, Unit, number
from watchers.ocds import Document as OcdsDocument
from watchers.sources.goszakup.codes import report_once
from watchers.sources.goszakup.identity import SAMRUK, ocid_of
from watchers.sources.goszakup.model import Records
from watchers.sources.goszakup.parties import Participants, merge_parties
from watchers.sources.goszakup.parts import joined, money
from watchers.sources.goszakup.persons import clear_of_persons
from watchers.sources.quasi.words import QUASI_STATE, moment_of, quasi_rows, region_in
from watchers.sources.samruk import model

__all__ = ["map_advert"]

_ENSTRU = re.compile(r"\d{6}\.\d{3}\.\d{6}", re.ASCII)
_FILES = "eprocfilestorage/open-api/files/download"
_SUBJECTS = {"GOODS": "goods", "WORKS": "works", "SERVICES": "services"}


def map_advert(advert: model.Advert, lots: Sequence[model.Lot], base_url: str) -> Release:
    """The present state of an advert as one compiled release; files are under `base_url`.

    Raises ValueError for an advert without a number.
    """
    people = Participants(Records())
    lots = sorted(lots, key=lambda lot: (len(str(lot.id)), str(lot.id)))
    organiser = _party(people, advert.organizer) or _party(people, advert.customer)
    customers = {who.key or who.name: who for lot in lots if (who := _party(people, lot.customer)) is not None}
    buyer = _party(people, advert.customer) or (next(iter(customers.values())) if len(customers) == 1 else organiser)
    printed = joined(advert.number) or str(advert.id)
    changed = moment_of(advert.last_modified_date)
    return Release(
        ocid=ocid_of(SAMRUK, printed),
        id=f"{printed}-{changed.isoformat()}" if changed else printed,
        date=changed.isoformat() if changed else None,
        tag=("compiled",),
        language="ru",
        initiation_type="tender",
        buyer=buyer,
        parties=merge_parties(
            [*_roles(organiser, "procuringEntity"), *_roles(buyer, "buyer")]
            + [party for who in customers.values() for party in _roles(who, "buyer")]
        ),
        tender=_tender(advert, lots, people, organiser, base_url),
    )


def _tender(
    advert: model.Advert,
    lots: Sequence[model.Lot],
    people: Participants,
    organiser: Organization | None,
    base_url: str,
) -> Tender:
    title_ru, title_kk = clear_of_persons(joined(advert.name_ru)), clear_of_persons(joined(advert.name_kk))
    kind = _types().get(advert.tender_type or "")
    published = moment_of(advert.published_date) or moment_of(advert.acceptance_begin_date_time)
    talk = advert.advert_requirement or model.Requirement()
    files = [*(advert.documents or ()), *(file for lot in lots for file in lot.lot_documents or ())]
    subjects = {_SUBJECTS.get(lot.tender_subject_type or "") for lot in lots}
    return Tender(
        id=str(advert.id),
        title=title_ru or title_kk,
        title_ru=title_ru,
        title_kk=title_kk,
        title_en=clear_of_persons(joined(advert.name_en)),
        status=_status(advert.advert_status) or _status(advert.simple_status),
        status_code=advert.advert_status,
        value=money(advert.sum_tru_no_nds),
        procurement_method=kind["ocds"] if kind else None,
        procurement_method_details=kind["name_ru"] if kind else advert.tender_type,
        main_procurement_category=subjects.pop() if len(subjects) == 1 else None,
        date_published=published.isoformat() if published else None,
        tender_period=_period(moment_of(advert.acceptance_begin_date_time), moment_of(advert.acceptance_end_date_time)),
        enquiry_period=_period(moment_of(talk.discussion_begin_date_time), moment_of(talk.discussion_end_date_time)),
        procuring_entity=organiser,
        items=tuple(_item(lot) for lot in lots),
        lots=tuple(_lot(lot, people, kind["name_ru"] if kind else advert.tender_type) for lot in lots),
        documents=tuple(_documents(files, base_url)),
        documents_listed=advert.documents is not None,
        features=(QUASI_STATE,),
    )


@cache
def _types() -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in quasi_rows("samruk_tender_types")}


def _status(code: str | None) -> str | None:
    if not code:
        return None
    plain = code.upper()
    exact = {row["code"]: row["ocds"] for row in quasi_rows("samruk_statuses")}
    if plain in exact:
        return exact[plain]
    found = next((ocds for word, ocds in sorted(exact.items(), key=lambda row: -len(row[0])) if word in plain), None)
    if found is None:
        report_once("samruk_code_unknown", "status", code[:40], "the status is left open")
    return found


def _party(people: Participants, party: model.Party | None) -> Organization | None:
    if party is None or not (party.bin or party.name_ru or party.name_kk):
        return None
    plain = "".join(str(party.bin or "").split())
    return people.party(plain.zfill(12) if plain else None, name_ru=party.name_ru, name_kk=party.name_kk)


def _roles(who: Organization | None, role: str) -> list[Organization]:
    if who is None:
        return []
    return [
        Organization(
            id=who.id, identifier=who.identifier, name=who.name, name_ru=who.name_ru, name_kk=who.name_kk,
            roles=(role,), natural_person=who.natural_person,
        )
    ]  # fmt: skip


def _period(start: datetime | None, end: datetime | None) -> Period | None:
    if start is None and end is None:
        return None
    return Period(start_date=start.isoformat() if start else None, end_date=end.isoformat() if end else None)


def _lot(lot: model.Lot, people: Participants, method: str | None) -> Lot:
    good = lot.tru_history or model.Good()
    title_ru = clear_of_persons(joined(lot.name_ru) or joined(good.ru))
    title_kk = clear_of_persons(joined(lot.name_kk) or joined(good.kk))
    text = clear_of_persons(joined(good.brief_ru))
    return Lot(
        id=None if lot.id is None else str(lot.id),
        title=title_ru or title_kk,
        title_ru=title_ru,
        title_kk=title_kk,
        description=text if text != title_ru else None,
        description_ru=text if text != title_ru else None,
        status=_status(lot.lot_status),
        status_details=lot.lot_status,
        value=money(lot.sum_tru_no_nds),
        public_number=joined(lot.number),
        method_details=method,
        customer=_party(people, lot.customer),
    )


def _item(lot: model.Lot) -> Item:
    good = lot.tru_history or model.Good()
    code = (good.code or "").strip()
    known = Classification(scheme="ENSTRU", id=code, description=joined(good.ru)) if _ENSTRU.fullmatch(code) else None
    key = None if lot.id is None else str(lot.id)
    text_ru = clear_of_persons(joined(good.ru or lot.name_ru))
    text_kk = clear_of_persons(joined(good.kk or lot.name_kk))
    price = money(lot.price)
    return Item(
        id=key,
        description=text_ru or text_kk,
        description_ru=text_ru,
        description_kk=text_kk,
        classification=known,
        raw_quantity=number(lot.count if lot.count is not None and lot.count > 0 else None),
        unit=Unit(value=price) if price is not None else None,
        related_lot=key,
        delivery_address=_place(lot),
    )


def _place(lot: model.Lot) -> Address | None:
    where = lot.delivery_kato or lot.kato
    name = clear_of_persons(joined(lot.delivery_location_ru) or (joined(where.ru) if where else None))
    region = region_in(where.code if where else None, lot.delivery_location_ru, where.ru if where else None)
    if not region and not name:
        return None
    kato = str(where.code).strip() if where and where.code else ""
    full = kato if region and len(kato) == 9 and kato.isdigit() else None
    return Address(locality=name, country_name="Қазақстан", region=full, region_code=region or None)


def _documents(files: Iterable[model.Document], base_url: str) -> Iterator[OcdsDocument]:
    seen: set[str] = set()
    for file in files:
        key = file.file_uid or file.file_name or ""
        if not key or key in seen:
            continue
        seen.add(key)
        category = file.document_category or ""
        kinds = (row["document_type"] for row in quasi_rows("samruk_documents") if row["category"] in category)
        yield OcdsDocument(
            id=file.file_uid,
            document_type=next(kinds, "x_other"),
            title=clear_of_persons(joined(file.file_name)),
            url=f"{base_url.rstrip('/')}/{_FILES}/{file.file_uid}" if file.file_uid else None,
        )
