"""Natural persons have neither name nor number in anything that people can see."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.watchers.sources.goszakup.raw import BIN, announcement, lot, mapped, plan
from watchers.sources.goszakup.mapping import link_of
from watchers.sources.goszakup.parties import PERSON_SCHEME
from watchers.sources.goszakup.persons import clear_of_persons, is_person
from watchers.sources.goszakup.privacy import for_people
from watchers.sources.goszakup.reading import read

IIN, NAME, PHONE = "850101300123", "ИП Ахметова Айгуль", "+7 701 123 45 67"


def records(**supplier: Any) -> dict[str, Any]:
    who = {"bin": "", "iin": IIN, "nameRu": NAME, "nameKz": NAME, "phone": PHONE, "email": "a@example.kz", **supplier}
    return {
        "TrdBuy": announcement(
            nameRu=f"Услуги, исполнитель {IIN}",
            biinSupplier=IIN,
            idSupplier=77,
            itogiDatePublic="2026-11-12 10:00:00",
            Files=[{"originalName": f"справка {IIN}.pdf", "nameRu": f"{IIN}"}],
            Cancel=[{"nameAuthority": f"по заявлению {IIN}", "actTypeNameRu": f"{IIN}"}],
            Lots=[
                lot(
                    nameRu=f"Стол для {IIN}",
                    descriptionRu="ИИН 850101 300123",
                    Plans=[plan(extraDescRu=IIN, supplyDateRu=IIN)],
                )
            ],
        ),
        "TrdApp": [
            {
                "id": 1,
                "supplierId": 77,
                "supplierBinIin": IIN,
                "crFio": NAME,
                "Supplier": who,
                "AppLots": [{"id": 2, "lotId": 43600001, "amount": 5, "RefAppStatus": {"nameRu": "Победитель"}}],
            }
        ],
        "Contract": [
            {
                "id": 5,
                "rootId": 5,
                "supplierId": 77,
                "supplierBiin": IIN,
                "supplierFio": NAME,
                "contractSum": 5,
                "contractNumberSys": f"{BIN}/260007/00",
                "signDate": "2026-11-20 10:00:00",
                "descriptionRu": IIN,
            }
        ],
        "Rnu": [{"id": 3, "pid": 77, "supplierBiin": IIN, "supplierNameRu": NAME, "startDate": "2026-01-05 08:09:17"}],
        "Subjects": [{"pid": 77, "typeSupplier": 3, "regdate": "2019-03-01 00:00:00", **who}],
    }


def test_a_sole_trader_is_a_number_of_the_portals_register() -> None:
    release = mapped(**records())
    [person] = [party for party in release.parties if party.natural_person]
    assert person.key == f"{PERSON_SCHEME}-77"
    assert person.roles == ("invitedSupplier", "tenderer", "supplier")
    assert person.name_ru == "Индивидуальный предприниматель"
    assert person.registered_on == "2019-03-01T00:00:00+06:00"
    assert person.debarments[0].id == "3"
    assert len(person.contact_keys) == 2


def test_no_release_no_link_and_no_shown_answer_names_a_person() -> None:
    raw = json.dumps(records(), ensure_ascii=False).encode()
    release = mapped(**records())
    for seen in (msgspec.json.encode(release), for_people(raw), link_of(release, "https://portal.example").encode()):
        text = seen.decode()
        for secret in (IIN, "850101 300123", "Ахметова", "701", "a@example.kz"):
            assert secret not in text, secret
    assert read(for_people(raw)).records.announcement is not None
    assert BIN in for_people(raw).decode()
    assert "КГУ «Школа № 12»" in for_people(raw).decode()


@pytest.mark.parametrize(
    "supplier",
    [
        {"supplierBinIin": IIN, "supplierId": None, "Supplier": None},
        {
            "supplierBinIin": "",
            "supplierId": 77,
            "Supplier": {"pid": 77, "bin": "", "typeSupplier": 3, "nameRu": "Ахметова"},
        },
        {"supplierBinIin": None, "supplierId": None, "Supplier": {"nameRu": NAME}},
        {"supplierBinIin": int("1" + IIN[1:]), "supplierId": None, "Supplier": {"nameRu": "Ахметова"}},
    ],
)
def test_a_person_is_known_by_number_register_or_name(supplier: dict[str, Any]) -> None:
    bid = {"id": 1, "AppLots": [{"lotId": 43600001, "amount": 5}], **supplier}
    release = mapped(TrdBuy=announcement(itogiDatePublic="2026-11-12 10:00:00"), TrdApp=[bid])
    assert release.tender is not None
    [person] = release.tender.tenderers
    assert person.natural_person
    assert "Ахметова" not in msgspec.json.encode(release).decode()


def test_a_person_with_and_without_the_registers_number_is_one() -> None:
    win = {"lotId": 43600001, "amount": 5, "RefAppStatus": {"nameRu": "Победитель"}}
    bid = {"id": 1, "supplierBinIin": IIN, "AppLots": [win]}
    deal = {"id": 5, "rootId": 5, "supplierBiin": IIN, "contractSum": 5, "contractNumberSys": f"{BIN}/260007/00"}
    for numbers in ({}, {"supplierId": 77}):
        head = announcement(itogiDatePublic="2026-11-12 10:00:00")
        release = mapped(TrdBuy=head, TrdApp=[bid | numbers], Contract=[deal])
        assert len(release.awards) == 1
        assert [party.roles for party in release.parties if party.natural_person] == [("tenderer", "supplier")]


def test_a_body_has_the_place_where_it_sits() -> None:
    for subject in ({"katoList": ["711310000"]}, {"katoList": [], "Address": [{"katoCode": "711310000"}]}):
        release = mapped(TrdBuy=announcement(), Subjects=[{"bin": BIN, "typeSupplier": 1, **subject}])
        assert release.buyer is not None
        assert release.buyer.address is not None
        assert (release.buyer.address.region_code, release.buyer.address.region) == ("KZ-71", "711310000")


def test_only_what_looks_like_an_iin_is_hidden() -> None:
    assert clear_of_persons(f"ИИН:{IIN}, БИН {BIN}") == f"ИИН:************, БИН {BIN}"
    for kept in ("000140000018", "859901300123", "8501013001234", "850101900123", "20260101", None, ""):
        assert (clear_of_persons(kept) or None) == (kept or None)
    assert is_person(IIN)
    assert not is_person(BIN)
    assert not is_person("85010130012")


def test_what_is_no_json_is_searched_as_text() -> None:
    assert for_people(f"<html>{IIN}\xff".encode()) == "<html>************ÿ".encode()
    deep = b'{"a":' * 100 + f'"{IIN}"'.encode() + b"}" * 100
    assert IIN.encode() not in for_people(deep)
