"""Small parts of a release: moments with their zone, money, places, parties without the numbers of persons."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo

import msgspec

from watchers.ocds import Address, Identifier, Organization, Period, Value
from watchers.places import region
from watchers.sources.goszakup.codes import report_once
from watchers.sources.goszakup.model import Codes, Subject, each

__all__ = [
    "CURRENCY", "PERSON_SCHEME", "ZONE", "contact_keys", "is_person", "joined", "local", "merge_parties", "moment",
    "money", "party", "period", "place", "region_of",
]  # fmt: skip

ZONE = ZoneInfo("Asia/Almaty")
"""The portal's clock: +05:00 since 2024-03-01, +06:00 before, by the tz database."""

CURRENCY = "KZT"
PERSON_SCHEME = "KZ-GOSZAKUP-PID"
"""A natural person is known by the number of the participant in the portal's register, never by the IIN."""

_NUMBER = re.compile(r"\d{12}")
_SOLE_TRADER_RU = "Индивидуальный предприниматель"
_SOLE_TRADER_KK = "Жеке кәсіпкер"
_SOLE_TRADER_EN = "Sole trader"


@lru_cache(maxsize=8192)
def local(text: str) -> datetime | None:
    """The portal's local text as a moment; None for what is no date."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZONE)


def moment(text: str | None) -> str | None:
    """The portal's local text with its zone; None for nothing and for what is no date."""
    if not text:
        return None
    parsed = local(text)
    if parsed is None:
        report_once("goszakup_date_unreadable", "date", text[:40], "taken as missing")
        return None
    return parsed.isoformat()


def period(start: str | None, end: str | None) -> Period | None:
    """A stretch of time; None without either end."""
    first, last = moment(start), moment(end)
    return Period(start_date=first, end_date=last) if first or last else None


def money(amount: Decimal | None, currency: str | None = CURRENCY) -> Value | None:
    """A sum, exact."""
    return None if amount is None else Value.of(amount, currency or CURRENCY)


def joined(*texts: str | None) -> str | None:
    """Different texts in one, each once; None if all are empty."""
    return ", ".join(dict.fromkeys(text.strip() for text in texts if text and text.strip())) or None


def region_of(kato: str | int | None) -> str:
    """The ISO 3166-2 code of a place by the first two digits of its KATO code; '' if there is none."""
    code = f"KZ-{str(kato).strip()[:2]}" if kato else ""
    if code and region(code) is None:
        report_once("goszakup_code_unknown", "kato", str(kato)[:12], "the region is left open")
        return ""
    return code


def place(katos: Codes, name: str | None = None) -> Address | None:
    """Where something is delivered. Several regions name none: one of them would be a guess."""
    several: tuple[str | int, ...] = each(katos)
    found = {region_of(kato) for kato in several} - {""}
    code = found.pop() if len(found) == 1 else None
    if code is None and not name:
        return None
    return Address(locality=joined(name), country_name="Қазақстан", region_code=code)


def is_person(number: str | None) -> bool:
    """Whether twelve digits are an IIN: the fifth is 0-3 there, and 4-6 in the BIN of a legal entity."""
    return bool(number and _NUMBER.fullmatch(number.strip()) and number.strip()[4] in "0123")


def _identifier(number: str | None, pid: int | None, otherwise: str) -> Identifier | None:
    plain = (number or "").strip()
    if _NUMBER.fullmatch(plain) and not is_person(plain):
        return Identifier(scheme="KZ-BIN", id=plain)
    if pid or otherwise:
        return Identifier(scheme=PERSON_SCHEME, id=str(pid) if pid else otherwise)
    if plain and not is_person(plain):
        report_once("goszakup_number_unreadable", "BIN", "not twelve digits", "the party goes by its name")
    return None


def party(
    number: str | None,
    pid: int | None,
    *,
    name_ru: str | None = None,
    name_kz: str | None = None,
    roles: tuple[str, ...] = (),
    otherwise: str = "",
    subject: Subject | None = None,
) -> Organization:
    """A party by its BIN; a natural person by the participant's number, without name and IIN.

    `otherwise` names a person whose participant number is missing, by the record that names them ("bid-1").
    """
    person = is_person(number) or (subject is not None and subject.type_supplier in (2, 3))
    identifier = _identifier(number if not person else None, pid, otherwise if person else "")
    ru = joined(name_ru) or (joined(subject.name_ru) if subject else None)
    kk = joined(name_kz) or (joined(subject.name_kz) if subject else None)
    return Organization(
        id=f"{identifier.scheme}-{identifier.id}" if identifier else None,
        identifier=identifier,
        roles=roles,
        natural_person=person,
        registered_on=moment(subject.regdate) if subject else None,
        contact_keys=contact_keys(subject) if subject else (),
        name=_SOLE_TRADER_RU if person else ru or kk,
        name_ru=_SOLE_TRADER_RU if person else ru,
        name_kk=_SOLE_TRADER_KK if person else kk,
        name_en=_SOLE_TRADER_EN if person else None,
    )


def _digest(kind: str, text: str) -> str:
    return f"{kind}:{blake2b(text.encode(), digest_size=8).hexdigest()}"


@lru_cache(maxsize=4096)
def contact_keys(subject: Subject) -> tuple[str, ...]:
    """Digests of a participant's telephone, e-mail and addresses, for comparing two participants with each other."""
    keys = []
    digits = re.sub(r"\D", "", subject.phone or "")[-10:]
    if len(digits) == 10 and len(set(digits)) > 2:
        keys.append(_digest("tel", digits))
    if "@" in (subject.email or ""):
        keys.append(_digest("mail", (subject.email or "").strip().casefold()))
    for one in subject.addresses or ():
        text = re.sub(r"\W+", " ", one.address or "").strip().casefold()
        if any(letter.isdigit() for letter in text):
            keys.append(_digest("address", text))
    return tuple(dict.fromkeys(keys))


def merge_parties(found: Iterable[Organization]) -> tuple[Organization, ...]:
    """Each party once, with all its roles."""
    merged: dict[str, Organization] = {}
    for one in found:
        key = one.key or one.name or ""
        if key and key in merged:
            roles = tuple(dict.fromkeys((*merged[key].roles, *one.roles)))
            merged[key] = msgspec.structs.replace(merged[key], roles=roles)
        elif key:
            merged[key] = one
    return tuple(merged.values())
