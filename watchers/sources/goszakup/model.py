"""What the portal answers, as typed structs with the names of its GraphQL schema. Every field may be missing.

Read leniently (`strict=False`): the portal writes ids as numbers and as text, lists of codes as numbers and as text,
and one value where a list belongs. Sums are exact decimals. Dates stay the portal's text: local time without a zone.
Fields that name persons, their numbers of telephone or their bank accounts are not declared, so they are not read.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

import msgspec
from msgspec import field

__all__ = [
    "Act", "Announcement", "AppLot", "Application", "Cancellation", "Codes", "Complaint", "Deal", "DealUnit", "Entry",
    "File", "Lot", "Named", "Pause", "Payment", "Place", "Plan", "Records", "Seat", "Subject", "each", "read_records",
]  # fmt: skip

Codes = tuple[str | int, ...] | str | int | None
_T = TypeVar("_T")


class _Row(msgspec.Struct, frozen=True, rename="camel", gc=False, kw_only=True):
    """Base of all: camelCase on the wire."""


class Named(_Row, frozen=True):
    """A row of a code list."""

    id: int | None = None
    code: str | None = None
    name_ru: str | None = None
    name_kz: str | None = None
    symbol_code: str | None = None


class Place(_Row, frozen=True):
    """Where a plan point is delivered: nine digits of KATO."""

    ref_kato_code: str | int | None = None
    full_delivery_place_name_ru: str | None = None
    full_delivery_place_name_kz: str | None = None


class _PlanAct(_Row, frozen=True):
    date_approved: str | None = None
    plan_fin_year: int | None = None


class Plan(_Row, frozen=True):
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
    plan_acts: _PlanAct | None = field(name="PlanActs", default=None)
    plans_kato: tuple[Place, ...] | None = field(name="PlansKato", default=None)
    ref_enstru: Named | None = field(name="RefEnstru", default=None)
    ref_units: Named | None = field(name="RefUnits", default=None)
    ref_pln_point_status: Named | None = field(name="RefPlnPointStatus", default=None)
    ref_finsource: Named | None = field(name="RefFinsource", default=None)
    ref_justification: Named | None = field(name="RefJustification", default=None)
    ref_trade_methods: Named | None = field(name="RefTradeMethods", default=None)
    ref_subject_type: Named | None = field(name="RefSubjectType", default=None)


class File(_Row, frozen=True):
    """A published file; it is downloaded with the token."""

    file_path: str | None = None
    original_name: str | None = None
    name_ru: str | None = None
    name_kz: str | None = None


class Lot(_Row, frozen=True):
    """A lot. `ref_trade_methods_id` is the planned method, `ref_buy_trade_methods_id` the actual one."""

    id: int | None = None
    lot_number: str | None = None
    ref_lot_status_id: int | None = None
    last_update_date: str | None = None
    union_lots: int | None = None
    count: Decimal | None = None
    amount: Decimal | None = None
    name_ru: str | None = None
    name_kz: str | None = None
    description_ru: str | None = None
    description_kz: str | None = None
    customer_id: int | None = None
    customer_bin: str | None = None
    customer_name_ru: str | None = None
    customer_name_kz: str | None = None
    trd_buy_id: int | None = None
    dumping: int | None = None
    ref_trade_methods_id: int | None = None
    ref_buy_trade_methods_id: int | None = None
    psd_sign: int | None = None
    consulting_services: int | None = None
    point_list: Codes = None
    pln_point_kato_list: Codes = None
    singl_org_sign: int | None = None
    is_light_industry: int | None = None
    is_construction_work: int | None = None
    disable_person_id: int | None = None
    is_deleted: int | None = None
    plans: tuple[Plan, ...] | None = field(name="Plans", default=None)
    files: tuple[File, ...] | None = field(name="Files", default=None)
    ref_lots_status: Named | None = field(name="RefLotsStatus", default=None)
    ref_trade_methods: Named | None = field(name="RefTradeMethods", default=None)
    ref_buy_trade_methods: Named | None = field(name="RefBuyTradeMethods", default=None)


class Seat(_Row, frozen=True):
    """A seat in the commission; the name of who sits in it is not asked for."""

    ref_comm_roles_id: int | None = None
    active: int | None = None
    bin: str | None = None


class Cancellation(_Row, frozen=True):
    """A decision to cancel."""

    number_decision: str | None = None
    date_decision: str | None = None
    name_authority: str | None = None
    act_type_name_ru: str | None = None
    type_actions_name_ru: str | None = None
    type_actions_code: str | None = None


class Pause(_Row, frozen=True):
    """A pause, and the decision behind it."""

    status: int | None = None
    date_pause: str | None = None
    decide_number: str | None = None
    decide_date: str | None = None
    status_name_ru: str | None = None
    solution_name_ru: str | None = None
    lots: Codes = None


class Complaint(_Row, frozen=True):
    """A complaint to the portal."""

    id: int | None = None
    lot_id: int | None = None
    date_apply: str | None = None
    status_name_ru: str | None = None
    subject_ru: str | None = None
    decision_ru: str | None = None
    date_decision: str | None = None


class Announcement(_Row, frozen=True):
    """An announcement with what hangs on it. Its customer is often null: lots carry theirs."""

    id: int | None = None
    number_anno: str | None = None
    name_ru: str | None = None
    name_kz: str | None = None
    total_sum: Decimal | None = None
    count_lots: int | None = None
    ref_trade_methods_id: int | None = None
    ref_subject_type_id: int | None = None
    customer_bin: str | None = None
    customer_pid: int | None = None
    customer_name_ru: str | None = None
    customer_name_kz: str | None = None
    org_bin: str | None = None
    org_pid: int | None = None
    org_name_ru: str | None = None
    org_name_kz: str | None = None
    ref_buy_status_id: int | None = None
    start_date: str | None = None
    end_date: str | None = None
    repeat_start_date: str | None = None
    repeat_end_date: str | None = None
    publish_date: str | None = None
    itogi_date_public: str | None = None
    ref_type_trade_id: int | None = None
    disable_person_id: int | None = None
    discus_start_date: str | None = None
    discus_end_date: str | None = None
    id_supplier: int | None = None
    biin_supplier: str | None = None
    parent_id: int | None = None
    singl_org_sign: int | None = None
    is_light_industry: int | None = None
    is_construction_work: int | None = None
    ref_spec_purchase_type_id: int | None = None
    last_update_date: str | None = None
    fin_year: tuple[int, ...] | int | None = None
    kato: Codes = None
    lots: tuple[Lot, ...] | None = field(name="Lots", default=None)
    commission: tuple[Seat, ...] | None = field(name="Commission", default=None)
    cancel: tuple[Cancellation, ...] | Cancellation | None = field(name="Cancel", default=None)
    pause: Pause | None = field(name="Pause", default=None)
    complaints: tuple[Complaint, ...] | Complaint | None = field(name="ComplaintAppeal", default=None)
    files: tuple[File, ...] | None = field(name="Files", default=None)
    plans: tuple[Plan, ...] | None = field(name="Plans", default=None)
    ref_type_trade: Named | None = field(name="RefTypeTrade", default=None)
    ref_trade_methods: Named | None = field(name="RefTradeMethods", default=None)
    ref_buy_status: Named | None = field(name="RefBuyStatus", default=None)
    ref_subject_type: Named | None = field(name="RefSubjectType", default=None)


class Address(_Row, frozen=True):
    """An address of a participant."""

    address: str | None = None
    kato_code: str | None = None


class Subject(_Row, frozen=True):
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


class AppLot(_Row, frozen=True):
    """A bid for one lot: `price` is per unit, `amount` the whole."""

    id: int | None = None
    lot_id: int | None = None
    status_id: int | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    ref_app_status: Named | None = field(name="RefAppStatus", default=None)


class Application(_Row, frozen=True):
    """What one supplier handed in, for one or more lots."""

    id: int | None = None
    supplier_id: int | None = None
    supplier_bin_iin: str | None = None
    date_apply: str | None = None
    app_lots: tuple[AppLot, ...] | None = field(name="AppLots", default=None)
    supplier: Subject | None = field(name="Supplier", default=None)


class DealUnit(_Row, frozen=True):
    """What of a plan point a contract buys; `lot_id` is 0 where there was no announcement."""

    id: int | None = None
    lot_id: int | None = None
    pln_point_id: int | None = None
    item_price: Decimal | None = None
    quantity: Decimal | None = None
    total_sum: Decimal | None = None
    deleted: int | None = None
    ref_enstru_code: Codes = None
    plan: Plan | None = field(name="Plans", default=None)


class Act(_Row, frozen=True):
    """An act of acceptance."""

    id: int | None = None
    akt_date: str | None = None
    approve_date: str | None = None
    sum_transfer: Decimal | None = None
    sum_fine: Decimal | None = None
    day_overdue: int | None = None


class Payment(_Row, frozen=True):
    """A payment by the treasury."""

    id: int | None = None
    pay_amount: Decimal | None = None
    pay_date: str | None = None


class Deal(_Row, frozen=True):
    """A contract or an addendum to one (`root_id` is the first version). `contract_sum` is without VAT."""

    id: int | None = None
    parent_id: int | None = None
    root_id: int | None = None
    trd_buy_id: int | None = None
    trd_buy_number_anno: str | None = None
    trd_buy_itogi_date_public: str | None = None
    ref_amendm_agreem_justif_id: Codes = None
    ref_contract_status_id: int | None = None
    deleted: int | None = None
    crdate: str | None = None
    last_update_date: str | None = None
    supplier_id: int | None = None
    supplier_biin: str | None = None
    customer_id: int | None = None
    customer_bin: str | None = None
    contract_number: str | None = None
    contract_number_sys: str | None = None
    ref_subject_type_id: int | None = None
    fin_year: int | None = None
    ref_currency_code: str | None = None
    contract_sum: Decimal | None = None
    contract_sum_wnds: Decimal | None = None
    sign_date: str | None = None
    ec_end_date: str | None = None
    plan_exec_date: str | None = None
    fakt_exec_date: str | None = None
    fakt_sum: Decimal | None = None
    fakt_sum_wnds: Decimal | None = None
    contract_end_date: str | None = None
    ref_contract_type_id: int | None = None
    description_ru: str | None = None
    description_kz: str | None = None
    fakt_trade_methods_id: int | None = None
    contract_ms: float | None = None
    units: tuple[DealUnit, ...] | None = field(name="ContractUnits", default=None)
    acts: tuple[Act, ...] | None = field(name="Acts", default=None)
    payments: tuple[Payment, ...] | None = field(name="TreasuryPay", default=None)


class Entry(_Row, frozen=True):
    """An entry in the register of unscrupulous suppliers."""

    id: str | int | None = None
    pid: int | None = None
    supplier_biin: str | None = None
    system_id: int | None = None
    start_date: str | None = None
    end_date: str | None = None


class Records(msgspec.Struct, frozen=True, gc=False):
    """All that is known of one purchase: what is stored as its raw answer and what `check --as goszakup` takes.

    None: not asked for yet (bids are not shown before the results); empty: asked for, and there is nothing.
    """

    announcement: Announcement | None = field(name="TrdBuy", default=None)
    applications: tuple[Application, ...] | None = field(name="TrdApp", default=None)
    deals: tuple[Deal, ...] | None = field(name="Contract", default=None)
    entries: tuple[Entry, ...] | None = field(name="Rnu", default=None)
    subjects: tuple[Subject, ...] | None = field(name="Subjects", default=None)


def each(value: tuple[_T, ...] | _T | None) -> tuple[_T, ...]:
    """A list that the portal writes as a list, as one value or as null."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


_decoder = msgspec.json.Decoder(Records, strict=False)


def read_records(raw: bytes) -> Records:
    """Read the records of one purchase. Raises msgspec.DecodeError, which says where it does not fit."""
    return _decoder.decode(raw)
