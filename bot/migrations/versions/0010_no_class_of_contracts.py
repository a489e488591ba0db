"""Nobody asks for the contracts of a class of things any more."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_history_contracts_market", "history_contracts")


def downgrade() -> None:
    op.create_index("ix_history_contracts_market", "history_contracts", ["class_code", "signed_at"])
