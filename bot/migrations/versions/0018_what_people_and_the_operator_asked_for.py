"""Short alerts, who agreed to announcements, topics of filters; announcements and bans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("short", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("subscribers", sa.Column("news", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("subscribers", sa.Column("posts", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("subscriptions", sa.Column("topic", big_id, nullable=True))
    op.create_table(
        "announcements",
        sa.Column("id", big_id, nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_table(
        "bans",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_bans")),
    )


def downgrade() -> None:
    op.drop_table("bans")
    op.drop_table("announcements")
    op.drop_column("subscriptions", "topic")
    op.drop_column("subscribers", "posts")
    op.drop_column("subscribers", "news")
    op.drop_column("subscribers", "short")
