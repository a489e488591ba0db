"""The audit log: who did what with which tip, never what it says. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.tips.roles import Act
from bot.tips.tables import tip_audit
from watchers.database import Database

__all__ = ["Line", "read_audit", "write_audit"]


class Line(msgspec.Struct, frozen=True):
    """One act. `actor` is a monitor's account, "tipper", "server" or "key holder"."""

    at: datetime
    actor: str
    act: Act
    ref: str
    detail: str


async def write_audit(
    connection: AsyncConnection, now: datetime, actor: str | int, act: Act, ref: str, *, detail: str = ""
) -> None:
    """Add a line, in the transaction of what it tells of. The moment is rounded down to the hour."""
    moment = now.replace(minute=0, second=0, microsecond=0)
    row = {"at": moment, "actor": str(actor), "act": act, "ref": ref, "detail": detail[:64]}
    await connection.execute(insert(tip_audit).values(**row))


async def read_audit(database: Database, *, ref: str = "", limit: int = 1000) -> list[Line]:
    """The newest lines, oldest of them first; of one tip where `ref` is given."""
    query = select(tip_audit).order_by(tip_audit.c.id.desc()).limit(limit)
    if ref:
        query = query.where(tip_audit.c.ref == ref)
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [Line(row.at, row.actor, Act(row.act), row.ref, row.detail) for row in reversed(rows)]
