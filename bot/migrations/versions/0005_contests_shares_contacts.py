"""What contests and decisions were like, who sold what a month, which contacts parties share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LOTS = {
    "ix_history_lots_margins": (["group", "currency", "decided_at", "margin", "ocid"], "margin"),
    "ix_history_lots_decisions": (["group", "currency", "decided_at", "decision_days", "ocid"], "decision_days"),
    "ix_history_lots_single": (["class_code", "region", "competitive", "decided_at", "bidders", "ocid"], "bidders"),
}
_SHARES = ["division_code", "region", "currency", "signed_at", "amount", "supplier", "ocid"]


def upgrade() -> None:
    op.add_column("history_lots", sa.Column("margin", sa.Float(), nullable=True))
    op.add_column("history_lots", sa.Column("decision_days", sa.Integer(), nullable=True))
    for name, (columns, known) in _LOTS.items():
        _create(name, "history_lots", columns, known)
    op.add_column(
        "history_contracts", sa.Column("division_code", sa.String(length=32), server_default="", nullable=False)
    )
    _create("ix_history_contracts_shares", "history_contracts", _SHARES, "amount")
    op.create_table(
        "history_supplier_months",
        sa.Column("supplier", sa.String(length=255), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("division_code", sa.String(length=32), nullable=False),
        sa.Column("things", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("supplier", "month", "division_code", name=op.f("pk_history_supplier_months")),
    )
    op.create_index("ix_history_supplier_months_month", "history_supplier_months", ["month"])
    op.create_table(
        "history_contacts",
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("party", sa.String(length=255), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "party", name=op.f("pk_history_contacts")),
    )


def _create(name: str, table: str, columns: list[str], known: str) -> None:
    where = sa.text(f"{known} IS NOT NULL")
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table("history_contacts")
    op.drop_table("history_supplier_months")
    op.drop_index("ix_history_contracts_shares", "history_contracts")
    op.drop_column("history_contracts", "division_code")
    for name in _LOTS:
        op.drop_index(name, "history_lots")
    op.drop_column("history_lots", "decision_days")
    op.drop_column("history_lots", "margin")
