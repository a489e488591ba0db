"""Who takes part: parties by BIN, natural persons by the number the portal gave them, never by name or IIN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

import msgspec

from watchers.ocds import Address, Debarment, Identifier, Organization
from watchers.sources.goszakup.codes import report_once
from watchers.sources.goszakup.model import Announcement, Entry, Records, Subject
from watchers.sources.goszakup.parts import joined, moment, number_text, places, shown
from watchers.sources.goszakup.persons import is_person

__all__ = ["PERSON_SCHEME", "Participants", "contact_keys", "merge_parties", "somebody", "with_role"]

PERSON_SCHEME = "KZ-GOSZAKUP-PID"
"""A natural person is known by the number of the participant in the portal's register, never by the IIN."""

_BIN = re.compile(r"\d{12}")
_TRADER = re.compile(r"\s*(ИП|ЖК|КХ|ШҚ|Индивидуальный предприниматель|Жеке кәсіпкер|физическое лицо)\b", re.IGNORECASE)
_REGISTERS = {1: "mitwork", 2: "samruk", 3: "goszakup"}
"""`Rnu.systemId`, since 17.07.2025; elsewhere in the interface systemId means something else."""


class Participants:
    """Builds the parties of one purchase from what the registers say of them."""

    def __init__(self, records: Records) -> None:
        self._subjects: dict[str, Subject] = {}
        for subject in (*_nested(records), *(records.subjects or ())):
            for key in (
                f"pid:{subject.pid}" if subject.pid else "",
                number_text(subject.bin),
                number_text(subject.iin),
            ):
                if key:
                    self._subjects[key] = subject
        self._persons: dict[str, str] = {}
        self._names: dict[str, tuple[str | None, str | None]] = {}
        self._register_asked = records.entries is not None
        for number, ru, kk in _mentions(records.announcement):
            known = self._names.get(number or "", (None, None))
            if number and not (known[0] and known[1]):
                self._names[number] = known[0] or ru, known[1] or kk
        self._entries: dict[str, list[Entry]] = {}
        for entry in records.entries or ():
            self._entries.setdefault(number_text(entry.supplier_biin) or f"pid:{entry.pid}", []).append(entry)

    def party(
        self,
        number: str | None,
        pid: int | None = None,
        *,
        name_ru: str | None = None,
        name_kk: str | None = None,
        roles: tuple[str, ...] = (),
        otherwise: str = "",
    ) -> Organization:
        """A party with all its registers say; `otherwise` names a person without a participant's number ("bid-1")."""
        plain = number_text(number)
        subject = self._subjects.get(f"pid:{pid}") if pid else None
        subject = subject or (self._subjects.get(plain) if plain else None)
        if subject is not None:
            pid = pid or subject.pid
            name_ru, name_kk = joined(name_ru) or subject.name_ru, joined(name_kk) or subject.name_kz
        if _is_trader(plain, name_ru or name_kk, subject):
            return self._person(plain, pid, roles, otherwise, subject)
        identifier = Identifier(scheme="KZ-BIN", id=plain) if _BIN.fullmatch(plain) else None
        if plain and identifier is None:
            report_once("goszakup_number_unreadable", "BIN", "not twelve digits", "the party goes by its name")
        if identifier is None and pid:
            identifier = Identifier(scheme=PERSON_SCHEME, id=str(pid))
        known = self._names.get(plain, (None, None))
        ru, kk = shown(name_ru) or shown(known[0]), shown(name_kk) or shown(known[1])
        return Organization(
            id=f"{identifier.scheme}-{identifier.id}" if identifier else None,
            identifier=identifier,
            roles=roles,
            registered_on=moment(subject.regdate) if subject else None,
            contact_keys=contact_keys(subject) if subject else (),
            debarments=self._debarments(plain, pid),
            debarments_listed=self._register_asked and bool(plain or pid),
            name=ru or kk,
            name_ru=ru,
            name_kk=kk,
            address=_seat(subject) if subject else None,
        )

    def _person(
        self, number: str, pid: int | None, roles: tuple[str, ...], otherwise: str, subject: Subject | None
    ) -> Organization:
        key = str(pid) if pid else self._persons.get(number, otherwise)
        if number and key:
            self._persons[number] = key  # the same person may be named with the number here and without it there
        identifier = Identifier(scheme=PERSON_SCHEME, id=key) if key else None
        return Organization(
            id=f"{PERSON_SCHEME}-{key}" if key else None,
            identifier=identifier,
            roles=roles,
            natural_person=True,
            registered_on=moment(subject.regdate) if subject else None,
            contact_keys=contact_keys(subject) if subject else (),
            debarments=self._debarments(number, pid),
            debarments_listed=self._register_asked and bool(number or pid),
            name="Индивидуальный предприниматель",
            name_ru="Индивидуальный предприниматель",
            name_kk="Жеке кәсіпкер",
            name_en="Sole trader",
        )

    def _debarments(self, number: str, pid: int | None) -> tuple[Debarment, ...]:
        entries = (self._entries.get(number) if number else None) or self._entries.get(f"pid:{pid}", [])
        return tuple(
            Debarment(
                id=None if entry.id is None else str(entry.id),
                start_date=moment(entry.start_date),
                end_date=moment(entry.end_date),
                register=_register(entry.system_id),
            )
            for entry in entries
        )


def _seat(subject: Subject) -> Address | None:
    """Where a body sits, by its KATO: the register's list, else its addresses. The street is not kept."""
    codes = subject.kato_list or tuple(one.kato_code or "" for one in subject.addresses or ())
    return next(iter(places(codes)), None)


def _mentions(one: Announcement | None) -> Iterator[tuple[str | None, str | None, str | None]]:
    """Numbers with their names: what one mention leaves out another says."""
    if one is None:
        return
    yield one.org_bin, one.org_name_ru, one.org_name_kz
    yield one.customer_bin, one.customer_name_ru, one.customer_name_kz
    for lot in one.lots or ():
        yield lot.customer_bin, lot.customer_name_ru, lot.customer_name_kz


def _nested(records: Records) -> Iterator[Subject]:
    """The participants that other records carry with them."""
    one = records.announcement
    found = [one.organizer] if one is not None else []
    found += [lot.customer for lot in (one.lots if one is not None else None) or ()]
    found += [application.supplier for application in records.applications or ()]
    found += [who for deal in records.deals or () for who in (deal.customer, deal.supplier)]
    yield from (who for who in found if who is not None)


def _register(system: int | None) -> str | None:
    if system is None:
        return None
    name = _REGISTERS.get(system)
    if name is None:
        report_once("goszakup_code_unknown", "Rnu.systemId", system, "the register is left open")
    return name


def _is_trader(number: str, name: str | None, subject: Subject | None) -> bool:
    """A person: by an IIN, by the register's word, or by a name that says so where no BIN says otherwise."""
    if number and is_person(number):
        return True
    if _BIN.fullmatch(number):
        return False
    return bool((subject is not None and subject.type_supplier in {2, 3}) or (name and _TRADER.match(name)))


def _digest(kind: str, text: str) -> str:
    return f"{kind}:{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


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


def somebody(party: Organization) -> Organization | None:
    """The party, if anything names it."""
    return party if party.key or party.name else None


def with_role(parties: Iterable[Organization | None], role: str) -> list[Organization]:
    """Those that are known, in this role."""
    return [msgspec.structs.replace(one, roles=(role,)) for one in parties if one is not None]


def merge_parties(found: Iterable[Organization]) -> tuple[Organization, ...]:
    """Each party once, with all its roles and what any mention of it knows."""
    merged: dict[str, Organization] = {}
    for one in found:
        key = one.key or one.name or ""
        if not key:
            continue
        known = merged.get(key)
        if known is None:
            merged[key] = one
        elif known is not one:
            roles = tuple(dict.fromkeys((*known.roles, *one.roles)))
            merged[key] = msgspec.structs.replace(
                known,
                roles=roles,
                name=known.name or one.name,
                name_ru=known.name_ru or one.name_ru,
                name_kk=known.name_kk or one.name_kk,
            )
    return tuple(merged.values())
