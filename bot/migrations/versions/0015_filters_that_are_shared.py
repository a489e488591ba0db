"""Filters that were shared by a link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "shares",
        sa.Column("id", big_id, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("subscriber_id", big_id, nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name=op.f("fk_shares_subscriber_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("token", name=op.f("uq_shares_token")),
    )
    op.create_index(op.f("ix_shares_subscriber_id"), "shares", ["subscriber_id"])


def downgrade() -> None:
    op.drop_table("shares")
