"""What `baqylau tips` does where the database is. It hands out sealed tips as they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bot.config import Config
from bot.tips.audit import read_audit, write_audit
from bot.tips.bundle import sealed_tip, write_bundle
from bot.tips.new_file import save_new
from bot.tips.roles import Act
from bot.tips.service import open_tips
from watchers.database import Database

__all__ = ["TipMissing", "audit_lines", "write_sealed"]


class TipMissing(Exception):  # noqa: N818 - it says what is the matter
    """No tip is called so."""


async def write_sealed(config: Config, ref: str, out: Path) -> None:
    """Write a tip's sealed file. Raises TipMissing, NotWritten."""
    database = Database(config.database.url.get_secret_value())
    try:
        tips = open_tips(
            config.tips, database, lambda: datetime.now(UTC), fallback_secret=config.telegram.token.get_secret_value()
        )
        tip = await tips.desk.by_ref(ref)
        if tip is None:
            raise TipMissing(f"tips: no tip is called {ref}: take the name from the monitors' group")
        save_new(out, write_bundle(await sealed_tip(database, tip.id, tip.ref)))
        async with database.write() as connection:
            await write_audit(connection, datetime.now(UTC), "server", Act.FETCH, tip.ref)
    finally:
        await database.close()


async def audit_lines(config: Config, ref: str) -> list[str]:
    """The audit log as JSON, a line an act; of one tip where `ref` is given."""
    database = Database(config.database.url.get_secret_value())
    try:
        return [msgspec.json.encode(line).decode() for line in await read_audit(database, ref=ref, limit=100_000)]
    finally:
        await database.close()
