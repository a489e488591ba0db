"""A process told of by several sources is one tender: which source holds it, which told each snapshot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TOLD_BY = sa.text("UPDATE snapshots SET source = (SELECT source FROM tenders WHERE tenders.id = snapshots.tender_id)")
# A process that two sources brought as two tenders before stays two: the first goes on, the other is left as it is.
_OWN_NAMES = sa.text(
    """UPDATE tenders SET scope = source WHERE lower(ocid) NOT LIKE 'ocds-______-_%' OR substr(ocid, 6, 6) LIKE '%-%'
    OR EXISTS (SELECT 1 FROM tenders AS first WHERE first.ocid = tenders.ocid AND first.id < tenders.id)"""
)


def upgrade() -> None:
    op.add_column("tenders", sa.Column("rank", sa.Integer(), server_default="0", nullable=False))
    op.add_column("tenders", sa.Column("scope", sa.String(length=64), server_default="", nullable=False))
    op.add_column("snapshots", sa.Column("source", sa.String(length=64), server_default="", nullable=False))
    op.execute(_TOLD_BY)
    op.execute(_OWN_NAMES)
    with op.batch_alter_table("tenders") as table:
        table.drop_constraint(op.f("uq_tenders_source_ocid"), type_="unique")
        table.create_unique_constraint(op.f("uq_tenders_ocid_scope"), ["ocid", "scope"])


def downgrade() -> None:
    with op.batch_alter_table("tenders") as table:
        table.drop_constraint(op.f("uq_tenders_ocid_scope"), type_="unique")
        table.create_unique_constraint(op.f("uq_tenders_source_ocid"), ["source", "ocid"])
        table.drop_column("scope")
        table.drop_column("rank")
    op.drop_column("snapshots", "source")
