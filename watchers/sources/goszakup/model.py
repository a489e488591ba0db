"""What the portal answers, as typed structs with the names of its GraphQL schema. Every field may be missing.

The portal writes ids as numbers and as text, lists of codes as numbers and as text, and one value where a list belongs:
`watchers.sources.goszakup.reading` reads all of it. Sums are exact decimals. Dates stay the portal's text: local time
without a zone. Names of persons, their bank accounts and the seats they sit in are not declared, so they are not read.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec import field

from watchers.sources.goszakup.model_deals import Act, Application, AppLot, Deal, DealUnit, Entry, Payment
from watchers.sources.goszakup.model_parts import Address, Codes, File, Named, Place, Plan, Row, Subject, codes_of, each

__all__ = [
    "Act", "Address", "Announcement", "AppLot", "Application", "Cancellation", "Codes", "Complaint", "Deal", "DealUnit",
    "Entry", "File", "Lot", "Named", "Pause", "Payment", "Place", "Plan", "Records", "Seat", "Subject", "codes_of",
    "each",
]  # fmt: skip


class Lot(Row, frozen=True):
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
    trd_buy_number_anno: str | None = None
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
    customer: Subject | None = field(name="Customer", default=None)
    ref_lots_status: Named | None = field(name="RefLotsStatus", default=None)
    ref_trade_methods: Named | None = field(name="RefTradeMethods", default=None)
    ref_buy_trade_methods: Named | None = field(name="RefBuyTradeMethods", default=None)


class Seat(Row, frozen=True):
    """A seat in the commission; the name of who sits in it is not asked for."""

    ref_comm_roles_id: int | None = None
    active: int | None = None
    bin: str | None = None


class Cancellation(Row, frozen=True):
    """A decision to cancel."""

    number_decision: str | None = None
    date_decision: str | None = None
    name_authority: str | None = None
    act_type_name_ru: str | None = None
    type_actions_name_ru: str | None = None
    type_actions_code: str | None = None


class Pause(Row, frozen=True):
    """A pause, and the decision behind it."""

    status: int | None = None
    date_pause: str | None = None
    decide_number: str | None = None
    decide_date: str | None = None
    status_name_ru: str | None = None
    solution_name_ru: str | None = None
    lots: Codes = None


class Complaint(Row, frozen=True):
    """A complaint to the portal."""

    id: int | None = None
    lot_id: int | None = None
    date_apply: str | None = None
    status_name_ru: str | None = None
    subject_ru: str | None = None
    decision_ru: str | None = None
    date_decision: str | None = None


class Announcement(Row, frozen=True):
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
    discus_start_date: str | None = ""  # '' was not asked for; None was, and there is none
    discus_end_date: str | None = ""
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
    organizer: Subject | None = field(name="Organizer", default=None)
    plans: tuple[Plan, ...] | None = field(name="Plans", default=None)
    ref_type_trade: Named | None = field(name="RefTypeTrade", default=None)
    ref_trade_methods: Named | None = field(name="RefTradeMethods", default=None)
    ref_buy_status: Named | None = field(name="RefBuyStatus", default=None)
    ref_subject_type: Named | None = field(name="RefSubjectType", default=None)


class Records(msgspec.Struct, frozen=True, gc=False):
    """All that is known of one purchase: what is stored as its raw answer and what `check --as goszakup` takes.

    None: not asked for yet (bids are not shown before the results); empty: asked for, and there is nothing.
    """

    announcement: Announcement | None = field(name="TrdBuy", default=None)
    applications: tuple[Application, ...] | None = field(name="TrdApp", default=None)
    deals: tuple[Deal, ...] | None = field(name="Contract", default=None)
    entries: tuple[Entry, ...] | None = field(name="Rnu", default=None)
    subjects: tuple[Subject, ...] | None = field(name="Subjects", default=None)
