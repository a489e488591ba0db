"""Who learned what: how far lessons were read, whether cards were clear, who somebody is, the weekly lesson."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)


def _person(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name=op.f(f"fk_{table}_subscriber_id"))
    return sa.Column("subscriber_id", big_id, autoincrement=False, nullable=False), key


def upgrade() -> None:
    op.create_table(
        "learners",
        *_person("learners"),
        sa.Column("role", sa.String(length=16), server_default="", nullable=False),
        sa.Column("weekly", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("weekly_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_learners")),
    )
    op.create_table(
        "lesson_progress",
        *_person("lesson_progress"),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("card", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=True),
        sa.Column("changed_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "slug", name=op.f("pk_lesson_progress")),
    )
    op.create_table(
        "lesson_votes",
        *_person("lesson_votes"),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("card", sa.Integer(), nullable=False),
        sa.Column("clear", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "slug", "card", name=op.f("pk_lesson_votes")),
    )


def downgrade() -> None:
    for name in ("lesson_votes", "lesson_progress", "learners"):
        op.drop_table(name)
