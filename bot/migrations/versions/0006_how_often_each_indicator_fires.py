"""How often each indicator fires, week by week."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator_weeks",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("indicator", sa.String(length=16), nullable=False),
        *(
            sa.Column(status, sa.Integer(), server_default="0", nullable=False)
            for status in ("fired", "clear", "not_computable", "not_applicable")
        ),
        sa.Column("told", sa.String(length=16), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("week", "indicator", name=op.f("pk_indicator_weeks")),
    )


def downgrade() -> None:
    op.drop_table("indicator_weeks")
