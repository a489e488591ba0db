"""Tips: sealed parts and their keys, drafts, routes and senders apart, limits, the audit log; sealing on arrival."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
_REFUSED = "the audit log of tips is only added to"


def _table(name: str, *columns: sa.Column[Any], key: str = "id", index: tuple[str, ...] = ()) -> None:
    of_tips = [sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f(f"fk_{name}_tip_id"))]
    constraints = of_tips if any(column.name == "tip_id" for column in columns) else []
    op.create_table(name, *columns, *constraints, sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{name}")))
    for column in index:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _id() -> sa.Column[int]:
    return sa.Column("id", big_id, nullable=False)


def _of_tip(*, nullable: bool = False) -> sa.Column[int]:
    return sa.Column("tip_id", big_id, autoincrement=False, nullable=nullable)


def _text(name: str, length: int, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default=default, nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, moment, nullable=nullable)


def upgrade() -> None:
    _table("inbox_keys", _text("id", 16), _bytes("public"), _at("alive_until"))
    op.add_column("inbox", _text("sealed_for", 16, ""))
    _tips()
    _table(
        "tip_parts", _id(), _of_tip(nullable=True), _text("draft", 32, ""), _bytes("body"), _at("made_at"),
        index=("tip_id", "draft"),
    )  # fmt: skip
    op.create_table(
        "tip_part_keys",
        sa.Column("part_id", big_id, autoincrement=False, nullable=False),
        _text("recipient", 16),
        _bytes("sealed"),
        sa.ForeignKeyConstraint(["part_id"], ["tip_parts.id"], name=op.f("fk_tip_part_keys_part_id")),
        sa.PrimaryKeyConstraint("part_id", "recipient", name=op.f("pk_tip_part_keys")),
    )
    _table("tip_drafts", _text("chat", 64), _bytes("body"), _at("changed_at"), key="chat", index=("changed_at",))
    _table("tip_routes", _of_tip(), _text("chat", 64), _bytes("body"), key="tip_id", index=("chat",))
    _table("tip_senders", _of_tip(), _text("sender", 64), _at("until"), key="tip_id", index=("sender", "until"))
    _table(
        "tip_messages", _id(), _of_tip(), _bytes("body"), _at("made_at"), _at("told_at", nullable=True),
        index=("tip_id",),
    )  # fmt: skip
    tokens: sa.Column[Any] = sa.Column("tokens", sa.Double(), nullable=False)
    _table("tip_buckets", _text("key", 64), tokens, _at("at"), key="key", index=("at",))
    _table("tip_marks", _text("mark", 64), _at("until"), key="mark", index=("until",))
    _table("tip_blocks", _text("sender", 64), _at("made_at"), key="sender")
    _table(
        "tip_audit", _id(), _at("at"), _text("actor", 64), _text("act", 16), _text("ref", 12, ""),
        _text("detail", 64, ""),
    )  # fmt: skip
    _only_added_to()


def _tips() -> None:
    op.create_table(
        "tips",
        _id(),
        _text("ref", 12),
        _text("state", 16),
        _text("outcome", 16, ""),
        _at("received_at"),
        _at("changed_at"),
        _at("heard_at"),
        _at("warned_at", nullable=True),
        sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False),
        _text("code", 64),
        _bytes("public"),
        _bytes("private"),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("topic", big_id, server_default="0", nullable=False),
        sa.Column("header", big_id, server_default="0", nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=True),
        _text("buyer_id", 64, ""),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tips")),
        sa.UniqueConstraint("ref", name=op.f("uq_tips_ref")),
        sa.UniqueConstraint("code", name=op.f("uq_tips_code")),
    )


def _only_added_to() -> None:
    """The database itself refuses to change or delete a line of the audit log."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER tip_audit_no_{verb.lower()} BEFORE {verb} ON tip_audit "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION tip_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER tip_audit_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON tip_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION tip_audit_refuse()"
    )


def downgrade() -> None:
    for name in (
        "tip_audit", "tip_blocks", "tip_marks", "tip_buckets", "tip_messages", "tip_senders", "tip_routes",
        "tip_drafts", "tip_part_keys", "tip_parts", "tips",
    ):  # fmt: skip
        op.drop_table(name)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION tip_audit_refuse()")
    op.drop_column("inbox", "sealed_for")
    op.drop_table("inbox_keys")
