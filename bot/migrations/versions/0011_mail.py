"""Mail: what addresses asked for and chose, whose filters they share, the runs of their digests, keys of tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)


def _person(name: str, table: str, *, nullable: bool = False) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint([name], ["subscribers.id"], name=op.f(f"fk_{table}_{name}"))
    return sa.Column(name, big_id, nullable=nullable), key


def upgrade() -> None:
    op.create_table(
        "keys",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_keys")),
    )
    _settings()
    op.create_table(
        "mail_links",
        *_person("mail_id", "mail_links"),
        *_person("chat_id", "mail_links"),
        sa.Column("linked_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("mail_id", "chat_id", name=op.f("pk_mail_links")),
    )
    op.create_index("ix_mail_links_chat_id", "mail_links", ["chat_id"])
    op.create_table(
        "mail_asks",
        sa.Column("id", big_id, nullable=False),
        *_person("subscriber_id", "mail_asks"),
        *_person("chat_id", "mail_asks", nullable=True),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("frequency", sa.String(length=8), nullable=False),
        sa.Column("all_quiet", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("confirmed_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_asks")),
    )
    for column in ("subscriber_id", "chat_id", "asked_at"):
        op.create_index(f"ix_mail_asks_{column}", "mail_asks", [column])
    _runs()


def _settings() -> None:
    op.create_table(
        "mail_settings",
        *_person("subscriber_id", "mail_settings"),
        sa.Column("frequency", sa.String(length=8), server_default="daily", nullable=False),
        sa.Column("all_quiet", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("attach", sa.String(length=8), server_default="", nullable=False),
        sa.Column("confirmed_at", moment, nullable=False),
        sa.Column("covered_until", moment, nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("soft_bounces", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_mail_settings")),
    )
    op.create_index("ix_mail_settings_next_at", "mail_settings", ["next_at"])


def _runs() -> None:
    op.create_table(
        "digest_runs",
        sa.Column("id", big_id, nullable=False),
        *_person("subscriber_id", "digest_runs"),
        sa.Column("run_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("range_from", moment, nullable=False),
        sa.Column("range_until", moment, nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("outbox_id", big_id, nullable=True),
        sa.Column("flagged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("serious", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_runs")),
        sa.UniqueConstraint(
            "subscriber_id", "run_date", "kind", name=op.f("uq_digest_runs_subscriber_id_run_date_kind")
        ),
    )
    op.create_index("ix_digest_runs_outbox_id", "digest_runs", ["outbox_id"])


def downgrade() -> None:
    for table in ("digest_runs", "mail_asks", "mail_links", "mail_settings", "keys"):
        op.drop_table(table)
