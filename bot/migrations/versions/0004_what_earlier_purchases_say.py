"""What earlier purchases say: rows by which later ones are compared, and counts a month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "history_bids",
        sa.Column("ocid", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tender_id", sa.Text(), server_default="", nullable=False),
        sa.Column("lot", sa.Text(), server_default="", nullable=False),
        sa.Column("customer", sa.String(length=255), server_default="", nullable=False),
        sa.Column("code", sa.String(length=64), server_default="", nullable=False),
        sa.Column("class_code", sa.String(length=64), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=64), server_default="", nullable=False),
        sa.Column("quantity", sa.Float(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=16), server_default="", nullable=False),
        sa.Column("unit_price", sa.Float(), nullable=True),
        sa.Column("category", sa.String(length=32), server_default="", nullable=False),
        sa.Column("group", sa.String(length=64), server_default="", nullable=False),
        sa.Column("region", sa.String(length=16), server_default="", nullable=False),
        sa.Column("place", sa.String(length=64), server_default="", nullable=False),
        sa.Column("competitive", sa.Boolean(), nullable=False),
        sa.Column("bidder", sa.String(length=255), server_default="", nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("won", sa.Boolean(), nullable=False),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("ocid", "position", name=op.f("pk_history_bids")),
    )
    op.create_index("ix_history_bids_bids", "history_bids", ["bidder", "decided_at"])

    op.create_table(
        "history_buyer_months",
        sa.Column("customer", sa.String(length=255), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("buyer_kind", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lots", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("single_source", sa.BigInteger(), nullable=False),
        sa.Column("bids", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("customer", "currency", "buyer_kind", "month", name=op.f("pk_history_buyer_months")),
    )
    op.create_index("ix_history_buyer_months_kind", "history_buyer_months", ["buyer_kind", "month"])

    op.create_table(
        "history_class_months",
        sa.Column("class_code", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lots", sa.Integer(), nullable=False),
        sa.Column("bidders", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("class_code", "month", name=op.f("pk_history_class_months")),
    )
    op.create_table(
        "history_contracts",
        sa.Column("ocid", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tender_id", sa.Text(), server_default="", nullable=False),
        sa.Column("lot", sa.Text(), server_default="", nullable=False),
        sa.Column("customer", sa.String(length=255), server_default="", nullable=False),
        sa.Column("code", sa.String(length=64), server_default="", nullable=False),
        sa.Column("class_code", sa.String(length=64), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=64), server_default="", nullable=False),
        sa.Column("quantity", sa.Float(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=16), server_default="", nullable=False),
        sa.Column("unit_price", sa.Float(), nullable=True),
        sa.Column("category", sa.String(length=32), server_default="", nullable=False),
        sa.Column("group", sa.String(length=64), server_default="", nullable=False),
        sa.Column("region", sa.String(length=16), server_default="", nullable=False),
        sa.Column("place", sa.String(length=64), server_default="", nullable=False),
        sa.Column("competitive", sa.Boolean(), nullable=False),
        sa.Column("contract", sa.String(length=64), server_default="", nullable=False),
        sa.Column("supplier", sa.String(length=255), server_default="", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("years", sa.String(length=64), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("ocid", "position", name=op.f("pk_history_contracts")),
    )
    op.create_index("ix_history_contracts_bought", "history_contracts", ["customer", "class_code", "signed_at"])
    op.create_index("ix_history_contracts_market", "history_contracts", ["class_code", "signed_at"])
    op.create_index("ix_history_contracts_pair", "history_contracts", ["customer", "supplier", "signed_at"])
    op.create_index(
        "ix_history_contracts_prices",
        "history_contracts",
        ["code", "unit", "currency", "competitive", "signed_at", "unit_price", "quantity", "region", "ocid"],
    )
    op.create_index("ix_history_contracts_supplied", "history_contracts", ["supplier", "signed_at"])

    op.create_table(
        "history_lots",
        sa.Column("ocid", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tender_id", sa.Text(), server_default="", nullable=False),
        sa.Column("lot", sa.Text(), server_default="", nullable=False),
        sa.Column("customer", sa.String(length=255), server_default="", nullable=False),
        sa.Column("code", sa.String(length=64), server_default="", nullable=False),
        sa.Column("class_code", sa.String(length=64), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=64), server_default="", nullable=False),
        sa.Column("quantity", sa.Float(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=16), server_default="", nullable=False),
        sa.Column("unit_price", sa.Float(), nullable=True),
        sa.Column("category", sa.String(length=32), server_default="", nullable=False),
        sa.Column("group", sa.String(length=64), server_default="", nullable=False),
        sa.Column("region", sa.String(length=16), server_default="", nullable=False),
        sa.Column("place", sa.String(length=64), server_default="", nullable=False),
        sa.Column("competitive", sa.Boolean(), nullable=False),
        sa.Column("organiser", sa.String(length=255), server_default="", nullable=False),
        sa.Column("buyer_kind", sa.String(length=32), server_default="", nullable=False),
        sa.Column("years", sa.String(length=64), server_default="", nullable=False),
        sa.Column("purchase_type", sa.String(length=32), server_default="", nullable=False),
        sa.Column("programme", sa.String(length=255), server_default="", nullable=False),
        sa.Column("plan_root", sa.String(length=64), server_default="", nullable=False),
        sa.Column("parent", sa.String(length=64), server_default="", nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), server_default="", nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=255), server_default="", nullable=False),
        sa.Column("bidders", sa.Integer(), nullable=True),
        sa.Column("rejected", sa.Integer(), nullable=True),
        sa.Column("winner", sa.String(length=255), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("ocid", "position", name=op.f("pk_history_lots")),
    )
    op.create_index("ix_history_lots_alike", "history_lots", ["customer", "class_code", "published_at"])
    op.create_index(
        "ix_history_lots_amounts",
        "history_lots",
        ["code", "unit", "group", "currency", "published_at", "amount", "ocid"],
    )
    op.create_index("ix_history_lots_plan", "history_lots", ["plan_root", "published_at"])
    op.create_index("ix_history_lots_tender", "history_lots", ["tender_id", "published_at"])
    op.create_index(
        "ix_history_lots_wanted", "history_lots", ["buyer_kind", "class_code", "published_at", "customer", "ocid"]
    )

    op.create_table(
        "history_terms",
        sa.Column(
            "snapshot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("ocid", sa.Text(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_history_terms")),
    )
    op.create_index("ix_history_terms_terms", "history_terms", ["ocid", "released_at"])


def downgrade() -> None:
    op.drop_table("history_terms")
    op.drop_table("history_lots")
    op.drop_table("history_contracts")
    op.drop_table("history_class_months")
    op.drop_table("history_buyer_months")
    op.drop_table("history_bids")
