"""The topic a group hears in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("subscribers", sa.Column("topic", whole, server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("subscribers", "topic")
