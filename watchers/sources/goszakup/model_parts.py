"""What the portal's records share: the base of their structs, code list rows, participants, plan points, files."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

import msgspec
from msgspec import field

__all__ = ["Address", "Codes", "File", "Named", "Place", "Plan", "PlanAct", "Row", "Subject", "codes_of", "each"]

Codes = tuple[str | int, ...] | str | int | None
_T = TypeVar("_T")


class Row(msgspec.Struct, frozen=True, rename="camel", gc=False, kw_only=True):
    """Base of all: camelCase on the wire."""


def each(value: tuple[_T, ...] | _T | None) -> tuple[_T, ...]:
    """A list that the portal writes as a list, as one value or as null."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def codes_of(value: Codes) -> tuple[str | int, ...]:
    """A list of codes, in whatever way it is written."""
    return each(value)


class Named(Row, frozen=True):
    """A row of a code list."""

    id: int | None = None
    code: str | None = None
    name_ru: str | None = None
    name_kz: str | None = None
    symbol_code: str | None = None


class Address(Row, frozen=True):
    """An address of a participant."""

    address: str | None = None
    kato_code: str | None = None


class Subject(Row, frozen=True):
    """A participant of the register. The IIN only finds it; telephone and e-mail are compared, as digests."""

    pid: int | None = None
    bin: str | None = None
    iin: str | None = None
    regdate: str | None = None
    name_ru: str | None = None
    name_kz: str | None = None
    phone: str | None = None
    email: str | None = None
    type_supplier: int | None = None
    kato_list: Codes = None
    addresses: tuple[Address, ...] | None = field(name="Address", default=None)


class Place(Row, frozen=True):
    """Where a plan point is delivered: nine digits of KATO."""

    ref_kato_code: str | int | None = None
    full_delivery_place_name_ru: str | None = None
    full_delivery_place_name_kz: str | None = None


class PlanAct(Row, frozen=True):
    """The act that approved a plan point."""

    date_approved: str | None = None
    plan_fin_year: int | None = None


class PlanSpec(Row, frozen=True):
    """The line of the budget that pays: the administrator's code and the programme's."""

    abp_code: str | int | None = None
    fkrb_program_code: str | int | None = None


class Plan(Row, frozen=True):
    """A point of the annual plan; sums without VAT."""

    id: int | None = None
    rootrecord_id: int | None = None
    subject_biin: str | None = None
    name_ru: str | None = None
    name_kz: str | None = None
    desc_ru: str | None = None
    desc_kz: str | None = None
    extra_desc_ru: str | None = None
    extra_desc_kz: str | None = None
    ref_trade_methods_id: int | None = None
    ref_units_code: str | int | None = None
    count: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    ref_months_id: int | None = None
    ref_pln_point_status_id: int | None = None
    ref_subject_type_id: int | None = None
    pln_point_year: int | None = None
    ref_enstru_code: str | None = None
    is_qvazi: int | None = None
    date_create: str | None = None
    supply_date_ru: str | None = None
    supply_date_kz: str | None = None
    prepayment: float | None = None
    ref_justification_id: int | None = None
    plan_acts: PlanAct | None = field(name="PlanActs", default=None)
    plans_kato: tuple[Place, ...] | None = field(name="PlansKato", default=None)
    plans_spec: tuple[PlanSpec, ...] | None = field(name="PlansSpec", default=None)
    ref_enstru: Named | None = field(name="RefEnstru", default=None)
    ref_units: Named | None = field(name="RefUnits", default=None)
    ref_pln_point_status: Named | None = field(name="RefPlnPointStatus", default=None)
    ref_finsource: Named | None = field(name="RefFinsource", default=None)
    ref_justification: Named | None = field(name="RefJustification", default=None)
    ref_trade_methods: Named | None = field(name="RefTradeMethods", default=None)
    ref_subject_type: Named | None = field(name="RefSubjectType", default=None)


class File(Row, frozen=True):
    """A published file; it is downloaded with the token."""

    file_path: str | None = None
    original_name: str | None = None
    name_ru: str | None = None
    name_kz: str | None = None
