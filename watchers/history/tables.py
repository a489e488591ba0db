"""The tables of history: rows by which later releases are compared, and counts a month that spare reading them.

Kept by `watchers.history.keeping` in the transaction that stores a snapshot; the rows of a process are replaced as a
whole. Names are those of `watchers.history.rows`. Moments are whole seconds since 1970, sums are hundredths, months are
counted from the year 0: numbers are compared and packed more quickly than text. `position` numbers a process's rows.
Every index begins with the key of one kind of question and ends with its moment; those of numbers hold the numbers too.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text, text

from watchers.database import BigId, metadata

__all__ = [
    "buyer_months", "class_months", "history_bids", "history_contacts", "history_contracts", "history_lots",
    "history_terms", "supplier_months",
]  # fmt: skip


def _name(name: str, length: int = 255) -> Column[str]:
    return Column(name, String(length), nullable=False, server_default="")


def _shared() -> list[Column[Any]]:
    columns: list[Column[Any]] = [
        Column("ocid", Text, primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("tender_id", Text, nullable=False, server_default=""),
        Column("lot", Text, nullable=False, server_default=""),
        _name("customer"),
        _name("code", 64),
        _name("class_code", 64),
        _name("unit", 64),
        Column("quantity", Float),
        Column("amount", BigInteger),
        _name("currency", 16),
        Column("unit_price", Float),
        _name("category", 32),
        _name("group", 64),
        _name("region", 16),
        _name("place", 64),
        Column("competitive", Boolean, nullable=False),
    ]
    return columns


def _partial(name: str, columns: tuple[str, ...], known: str) -> Index:
    """An index of the rows in which a column is known."""
    where = text(f"{known} IS NOT NULL")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


history_lots = Table(
    "history_lots",
    metadata,
    *_shared(),
    _name("organiser"),
    _name("buyer_kind", 32),
    _name("years", 64),  # with a comma between them
    _name("purchase_type", 32),
    _name("programme"),
    _name("plan_root", 64),
    _name("parent", 64),
    Column("published_at", BigInteger, nullable=False),
    Column("closes_at", BigInteger),
    Column("decided_at", BigInteger),
    _name("outcome", 16),
    Column("cancelled_at", BigInteger),
    _name("cancelled_by"),
    Column("bidders", Integer),
    Column("rejected", Integer),
    _name("winner"),
    Column("margin", Float),
    Column("decision_days", Integer),
    Column("link", Text, nullable=False, server_default=""),
    Index("ix_history_lots_customer", "customer", "published_at"),
    Index("ix_history_lots_alike", "customer", "class_code", "published_at"),
    Index("ix_history_lots_amounts", "code", "unit", "group", "currency", "published_at", "amount", "ocid"),
    Index("ix_history_lots_wanted", "buyer_kind", "class_code", "published_at", "customer", "ocid"),
    Index("ix_history_lots_tender", "tender_id", "published_at"),
    Index("ix_history_lots_plan", "plan_root", "published_at"),
    _partial("ix_history_lots_margins", ("group", "currency", "decided_at", "margin", "ocid"), "margin"),
    _partial(
        "ix_history_lots_decisions", ("group", "currency", "decided_at", "decision_days", "ocid"), "decision_days"
    ),
    _partial(
        "ix_history_lots_single", ("class_code", "region", "competitive", "decided_at", "bidders", "ocid"), "bidders"
    ),
)

history_contracts = Table(
    "history_contracts",
    metadata,
    *_shared(),
    _name("division_code", 32),
    _name("contract", 64),
    _name("supplier"),
    Column("total", BigInteger),
    Column("direct", Boolean, nullable=False),
    Column("signed_at", BigInteger, nullable=False),
    _name("years", 64),
    Column("link", Text, nullable=False, server_default=""),
    Index(
        "ix_history_contracts_prices",
        *("code", "unit", "currency", "competitive", "signed_at", "unit_price", "quantity", "region", "ocid"),
    ),
    Index("ix_history_contracts_bought", "customer", "class_code", "signed_at"),
    Index("ix_history_contracts_customer", "customer", "signed_at"),
    Index("ix_history_contracts_pair", "customer", "supplier", "signed_at"),
    Index("ix_history_contracts_supplied", "supplier", "signed_at"),
    _partial(
        "ix_history_contracts_shares",
        ("division_code", "region", "currency", "signed_at", "amount", "supplier", "ocid"),
        "amount",
    ),
)
history_bids = Table(
    "history_bids",
    metadata,
    *_shared(),
    _name("bidder"),
    Column("submitted_at", BigInteger),
    Column("decided_at", BigInteger, nullable=False),
    Column("won", Boolean, nullable=False),
    Column("rejected", Boolean, nullable=False),
    Index("ix_history_bids_bids", "bidder", "decided_at"),
)

history_terms = Table(
    "history_terms",
    metadata,
    Column("snapshot_id", BigId, primary_key=True, autoincrement=False),
    Column("ocid", Text, nullable=False),
    Column("released_at", BigInteger, nullable=False),
    Column("closes_at", BigInteger),
    Column("amount", BigInteger),
    Column("digests", Text, nullable=False),  # in the order of watchers.history.terms.PARTS
    Index("ix_history_terms_terms", "ocid", "released_at"),
)

buyer_months = Table(
    "history_buyer_months",
    metadata,
    Column("customer", String(255), primary_key=True),
    Column("currency", String(16), primary_key=True),
    Column("buyer_kind", String(32), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("lots", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("single_source", BigInteger, nullable=False),
    Column("bids", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Index("ix_history_buyer_months_kind", "buyer_kind", "month"),
)

class_months = Table(
    "history_class_months",
    metadata,
    Column("class_code", String(64), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("lots", Integer, nullable=False),
    Column("bidders", Integer, nullable=False),
)

supplier_months = Table(
    "history_supplier_months",
    metadata,
    Column("supplier", String(255), primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("division_code", String(32), primary_key=True),  # '' counts contracts, others the things of a division
    Column("things", Integer, nullable=False),
    Index("ix_history_supplier_months_month", "month"),
)

history_contacts = Table(
    "history_contacts",
    metadata,
    Column("contact", String(64), primary_key=True),
    Column("party", String(255), primary_key=True),
    Column("seen_at", BigInteger, nullable=False),  # for the first time
)
