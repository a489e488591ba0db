"""Run by Alembic: migrates the connection that the caller put into the configuration's attributes."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from bot.migrations import every_table
from watchers.database import Money, UTCDateTime


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types into a revision in plain SQLAlchemy: a revision must not change when our code does."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Money):
        return 'sa.Numeric(20, 2).with_variant(sa.BigInteger(), "sqlite")'
    return False


def migrate(connection: Connection) -> None:
    """Run what was asked for in the transaction of the connection: SQLite rolls back DDL too, as we open it."""
    context.configure(
        connection=connection,
        target_metadata=every_table(),
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=True,
        compare_server_default=connection.dialect.name != "sqlite",  # Alembic cannot tell '' from "" there
    )
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])
