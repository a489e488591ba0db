"""Names of suppliers, and what profiles of buyers and pasted links are looked up by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_history_lots_customer", "history_lots", ["customer", "published_at"]),
    ("ix_history_contracts_customer", "history_contracts", ["customer", "signed_at"]),
    ("ix_snapshots_link", "snapshots", ["link"]),
)


def upgrade() -> None:
    op.create_table(
        "suppliers",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppliers")),
    )
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(name, table)
    op.drop_table("suppliers")
