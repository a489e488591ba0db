"""Additions to tips that the monitors' group was not told of yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tips", sa.Column("unsaid", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("tips", "unsaid")
