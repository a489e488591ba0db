"""What people follow without a filter, and what they say of flags."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)


def _pair(table: str) -> tuple[sa.Column[int] | sa.ForeignKeyConstraint, ...]:
    """A subscriber and a tender."""
    return tuple(
        part
        for name, of in (("subscriber_id", "subscribers"), ("tender_id", "tenders"))
        for part in (
            sa.Column(name, big_id, nullable=False),
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_{table}_{name}")),
        )
    )


def upgrade() -> None:
    op.create_table(
        "follows",
        *_pair("follows"),
        sa.Column("snapshot_id", big_id, nullable=False),
        sa.Column("followed_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "tender_id", name=op.f("pk_follows")),
    )
    op.create_index("ix_follows_tender_id", "follows", ["tender_id"])
    op.create_table(
        "flag_votes",
        *_pair("flag_votes"),
        sa.Column("indicator", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("voted_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "tender_id", "indicator", name=op.f("pk_flag_votes")),
    )
    op.create_index("ix_flag_votes_indicator", "flag_votes", ["indicator", "verdict"])


def downgrade() -> None:
    for name in ("flag_votes", "follows"):
        op.drop_table(name)
