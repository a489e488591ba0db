"""Who takes part: organisations, their numbers, and the registers that bar them."""

from __future__ import annotations

from msgspec import field

from watchers.ocds.parts import Address, Identified

__all__ = [
    "Debarment",
    "Identifier",
    "Organization",
]


class Identifier(Identified, frozen=True):
    """A registration number in a scheme of org-id.guide (KZ-BIN, UA-EDR)."""

    scheme: str | None = None


class Debarment(Identified, frozen=True):
    """Ours: an entry in a register of suppliers who may not take part. Dates with their zone.

    `register` says whose it is where a country keeps several (goszakup, mitwork, samruk).
    """

    start_date: str | None = None
    end_date: str | None = None
    register: str | None = None


class Organization(Identified, frozen=True):
    """A party, or a reference to one (then only `id` and `name`). Contact points are not read: not needed, personal.

    Ours: `registered_on`, the day of registration; `contact_keys`, digests by which equal telephones and addresses of
    two parties are seen without either being kept; `debarments`, and `debarments_listed`, whether the source asked the
    register, so that no entry means none; `natural_person`, whose name and number are not here.
    """

    name: str | None = None
    name_kk: str | None = field(name="name_kk", default=None)
    name_ru: str | None = field(name="name_ru", default=None)
    name_en: str | None = field(name="name_en", default=None)
    identifier: Identifier | None = None
    additional_identifiers: tuple[Identifier, ...] = ()
    address: Address | None = None
    roles: tuple[str, ...] = ()
    registered_on: str | None = None
    contact_keys: tuple[str, ...] = ()
    debarments: tuple[Debarment, ...] = ()
    debarments_listed: bool = False
    natural_person: bool = False
