"""When people are told: quiet hours, a day's limit, snooze, mutes, how often a filter speaks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PARTIAL = {
    "ix_outbox_held": (["due_at", "subscriber_id"], "state = 'held'"),
    "ix_outbox_released": (["subscriber_id", "released_at"], "released_at IS NOT NULL"),
}


def upgrade() -> None:
    for column in (
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("digest_at", sa.Integer(), server_default="540", nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("subscribers", column)
    op.add_column("subscriptions", sa.Column("mode", sa.String(length=16), server_default="instant", nullable=False))
    op.add_column("outbox", sa.Column("held_for", sa.String(length=16), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_outbox_tender_id", "outbox", ["tender_id"])
    for name, (columns, where) in _PARTIAL.items():
        op.create_index(name, "outbox", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "mutes",
        sa.Column("id", big_id, nullable=False),
        sa.Column("subscriber_id", big_id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name=op.f("fk_mutes_subscriber_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mutes")),
        sa.UniqueConstraint("subscriber_id", "kind", "value", name=op.f("uq_mutes_subscriber_id_kind_value")),
    )


def downgrade() -> None:
    op.drop_table("mutes")
    for name in ("ix_outbox_released", "ix_outbox_held", "ix_outbox_tender_id"):
        op.drop_index(name, "outbox")
    for table, columns in (
        ("outbox", ("released_at", "held_for")),
        ("subscriptions", ("mode",)),
        ("subscribers", ("snoozed_until", "digest_at", "per_day", "quiet_until", "quiet_from")),
    ):
        for column in columns:
            op.drop_column(table, column)
