"""What is handed out of an answer: the publisher's own bytes, or a copy that names no person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from watchers.showing import Shown, shown

IIN, BIN = "850315300123", "120340001234"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"b": 1,  "a": [1.50, 1e3, null, "' + BIN.encode() + b'"]}\n',
        '{"supplierNameRu": "ТОО «Пример»", "supplierBiin": "120340001234"}'.encode(),
        '{"identifier": {"scheme": "UA-EDR", "id": "12345678"}, "name": "ТОВ «Приклад»"}'.encode(),
        b"<xml>nothing to hide</xml>",
        b"",
    ],
)
def test_what_names_nobody_is_handed_out_byte_for_byte(raw: bytes) -> None:
    assert shown(raw) == Shown(raw, whole=True)


def test_what_is_no_text_is_no_longer_whole_once_it_was_searched() -> None:
    assert shown(b"\xff\xfe " + IIN.encode()) == Shown("\ufffd\ufffd ************".encode(), whole=False)


PERSON = "Сейткали Айдана"


@pytest.mark.parametrize(
    "value",
    [
        {"TrdBuy": {"Commission": [{"fio": PERSON}]}},
        {"Contract": [{"supplierFio": PERSON, "supplierBiin": IIN, "supplierPhone": "+77010000000"}]},
        {"Supplier": {"iin": IIN, "bin": "", "nameRu": f"ИП {PERSON}", "typeSupplier": 3}},
        {"tender": {"procuringEntity": {"contactPoint": {"name": PERSON, "telephone": "+380000000000"}}}},
        {"signerInfo": {"name": PERSON, "telephone": "+380000000000", "email": "a@b.example"}},
        {"suppliers": [{"identifier": {"scheme": "UA-EDR", "id": "1234567890", "legalName": PERSON}, "name": PERSON}]},
        {"suppliers": [{"identifier": {"scheme": "UA-IPN", "id": "1234567890"}, "name": PERSON,
                        "address": {"streetAddress": f"вул. {PERSON}"}}]},
        {"suppliers": [{"id": "UA-EDR-1234567890", "name": PERSON}]},
        {"suppliers": [{"naturalPerson": True, "name": PERSON}]},
        {"note": f"ИИН {IIN}"},
        {"number": int(IIN)},
    ],
)  # fmt: skip
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [[value]], lambda value: {"records": [value]}])
def test_what_names_a_person_is_hidden_and_said_to_be(value: Any, wrap: Any) -> None:
    given = shown(json.dumps(wrap(value), ensure_ascii=False).encode())
    text = given.body.decode()
    assert not given.whole
    assert not any(secret in text for secret in (PERSON, IIN, "77010000000", "380000000000", "a@b", "1234567890"))
    json.loads(text)


def test_what_is_nested_without_end_is_hidden() -> None:
    deep = b'{"a":' * 70 + f'"{PERSON}"'.encode() + b"}" * 70
    assert PERSON.encode() not in shown(deep).body
    bottomless = b"[" * 100_000 + IIN.encode() + b"]" * 100_000
    assert IIN.encode() not in shown(bottomless).body
