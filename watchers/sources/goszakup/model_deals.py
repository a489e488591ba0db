"""Bids, contracts with acts and payments, the register of unscrupulous suppliers, as the portal writes them."""

from __future__ import annotations

from decimal import Decimal

from msgspec import field

from watchers.sources.goszakup.model_parts import Codes, Named, Plan, Row, Subject

__all__ = ["Act", "AppLot", "Application", "Deal", "DealUnit", "Entry", "Payment"]


class AppLot(Row, frozen=True):
    """A bid for one lot: `price` is per unit, `amount` the whole."""

    id: int | None = None
    lot_id: int | None = None
    status_id: int | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    ref_app_status: Named | None = field(name="RefAppStatus", default=None)


class Application(Row, frozen=True):
    """What one supplier handed in, for one or more lots."""

    id: int | None = None
    supplier_id: int | None = None
    supplier_bin_iin: str | None = None
    date_apply: str | None = None
    app_lots: tuple[AppLot, ...] | None = field(name="AppLots", default=None)
    supplier: Subject | None = field(name="Supplier", default=None)


class DealUnit(Row, frozen=True):
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


class Act(Row, frozen=True):
    """An act of acceptance."""

    id: int | None = None
    akt_date: str | None = None
    approve_date: str | None = None
    sum_transfer: Decimal | None = None
    sum_fine: Decimal | None = None
    day_overdue: int | None = None


class Payment(Row, frozen=True):
    """A payment by the treasury."""

    id: int | None = None
    pay_amount: Decimal | None = None
    pay_date: str | None = None


class Deal(Row, frozen=True):
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
    supplier: Subject | None = field(name="Supplier", default=None)
    customer: Subject | None = field(name="Customer", default=None)
    fakt_trade_methods: Named | None = field(name="FaktTradeMethods", default=None)


class Entry(Row, frozen=True):
    """An entry in the register of unscrupulous suppliers."""

    id: str | int | None = None
    pid: int | None = None
    supplier_biin: str | None = None
    system_id: int | None = None
    start_date: str | None = None
    end_date: str | None = None
