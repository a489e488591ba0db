"""What `baqylau tips` does where the database is. It hands out sealed tips as they are."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bot.config import Config
from bot.tips import rotation
from bot.tips.audit import read_audit, write_audit
from bot.tips.bundle import sealed_tip, write_bundle
from bot.tips.keylist import read_key_list, write_key_list
from bot.tips.new_file import save_new
from bot.tips.roles import Act
from bot.tips.sealing import Recipient
from bot.tips.service import open_tips
from watchers.database import Database

__all__ = ["TipMissing", "audit_lines", "drop_key", "key_lines", "read_keys", "write_keys", "write_sealed"]


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


@contextlib.asynccontextmanager
async def _keys_of(config: Config) -> AsyncIterator[tuple[Database, list[Recipient]]]:
    """The database and the current keys. Raises BadKey."""
    database = Database(config.database.url.get_secret_value())
    try:
        yield database, [Recipient.read(key) for key in config.tips.keys]
    finally:
        await database.close()


async def key_lines(config: Config) -> list[str]:
    """A line a key: how many parts it opens, and whether it is current. Raises BadKey."""
    async with _keys_of(config) as (database, current):
        parts, opened = await rotation.key_counts(database)
    prints = [one.fingerprint for one in current]
    lines = [f"{'key':<16} opens"]
    for one in [*prints, *sorted(set(opened) - set(prints))]:
        note = "" if one in prints else "   not in tips.public_keys"
        lines.append(f"{one:<16} {opened.get(one, 0)} of {parts}{note}")
    return lines


async def write_keys(config: Config, out: Path) -> int:
    """Write the keys that are to be opened to a current key; returns of how many parts. Raises BadKey, NotWritten."""
    async with _keys_of(config) as (database, current):
        missing = await rotation.missing_keys(database, current)
        if missing:
            save_new(out, write_key_list(missing))
    return len(missing)


async def read_keys(config: Config, listed: Path) -> rotation.Taken:
    """Take what a key holder made. Raises BadKey, BadBundle, OSError."""
    parts = read_key_list(listed.read_bytes())  # noqa: ASYNC240 - a command reads one file
    async with _keys_of(config) as (database, current):
        return await rotation.take_keys(database, current, parts, datetime.now(UTC))


async def drop_key(config: Config, fingerprint: str) -> int:
    """Take an old key out. Raises BadKey, CannotDrop."""
    async with _keys_of(config) as (database, current):
        return await rotation.drop_key(database, current, fingerprint.strip().lower(), datetime.now(UTC))


async def audit_lines(config: Config, ref: str) -> list[str]:
    """The audit log as JSON, a line an act; of one tip where `ref` is given."""
    database = Database(config.database.url.get_secret_value())
    try:
        return [msgspec.json.encode(line).decode() for line in await read_audit(database, ref=ref, limit=100_000)]
    finally:
        await database.close()
