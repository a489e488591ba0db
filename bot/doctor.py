"""What `baqylau doctor` finds: the configuration, the database, each source and the bot, each with its mend.

Everything is only looked at: no table is made, no cursor moved, no message sent.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
from aiogram.exceptions import TelegramNetworkError, TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from alerts.channels.telegram.transport import connect
from bot.checked import Checked
from bot.config import Config
from bot.database_commands import revision
from bot.doctor_sources import probe_source, what_is_known
from bot.doctor_tips import examine_tips
from bot.logs import Redactor
from bot.mail.doctor import examine_mail
from watchers.database import Database
from watchers.indicators.registry import IndicatorSettingsError, load_indicators
from watchers.rules.upkeep import ageing

__all__ = ["Checked", "examine"]

_PATIENCE = 30.0
"""Seconds for one probe of a server."""
_LOCK_PATIENCE_MS = 3000


async def examine(config: Config, today: date | None = None) -> list[Checked]:
    """Look at every part that the configuration names. Never raises for what it finds; no secret is in the answers."""
    enabled = [name for name, section in config.sources.items() if section.enabled]
    probes = asyncio.gather(*(probe_source(config, name, _PATIENCE) for name in enabled))
    database, bot, sources, mail = await asyncio.gather(_database(config), _bot(config), probes, examine_mail(config))
    rules = _rules(today or datetime.now(UTC).date())
    known = await _known(config, enabled) if all(result.ok for result in database) else []
    looked = [*rules, *database, *sources, *known, bot, *mail, *examine_tips(config)]
    results = [*_configuration(config, enabled), *looked]
    redactor = Redactor(config.secrets())
    return [
        msgspec.structs.replace(result, seen=redactor.text(result.seen), mend=redactor.text(result.mend))
        for result in results
    ]


async def _known(config: Config, enabled: list[str]) -> list[Checked]:
    """How the sources stood when they were last watched; nothing before the first run."""
    url = config.database.url.get_secret_value()
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(parsed.database or "").is_file):
        return []
    database = Database(url)
    try:
        return await what_is_known(database, enabled)
    finally:
        await database.close()


def _configuration(config: Config, enabled: list[str]) -> list[Checked]:
    try:
        indicators = load_indicators(config.indicators)
    except IndicatorSettingsError as error:
        return [Checked("configuration", False, str(error), "mend that section of config.toml")]
    if not enabled:
        return [Checked("configuration", False, "no source is enabled", "set enabled = true in a [sources.*] section")]
    return [Checked("configuration", True, f"{len(enabled)} sources, {len(indicators)} indicators")]


def _rules(today: date) -> list[Checked]:
    """What of the law tables runs out soon or was not checked for long: it works, but somebody must see to it."""
    old = [Checked("rules", True, f"{one.table}: {one.seen}", one.mend, warning=True) for one in ageing(today)]
    return old or [Checked("rules", True, "every table holds for the next weeks")]


async def _database(config: Config) -> list[Checked]:
    url = make_url(config.database.url.get_secret_value())
    path = Path(url.database or "")
    if url.get_backend_name() == "sqlite" and not await asyncio.to_thread(path.is_file):
        return [await asyncio.to_thread(_file_to_be_made, path)]
    database = Database(config.database.url.get_secret_value())
    if database.dialect == "sqlite":
        event.listen(database.engine.sync_engine, "connect", _wait_little)
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _look_at(database, config.database.shown)
    except (SQLAlchemyError, OSError) as error:  # TimeoutError is an OSError
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0] or type(error).__name__
        mend = "check database.url, and that the server runs or no other program keeps the file locked"
        return [Checked("database", False, f"{config.database.shown} cannot be used ({reason})", mend)]
    finally:
        await database.close()


def _wait_little(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_LOCK_PATIENCE_MS}")
    cursor.close()


def _file_to_be_made(path: Path) -> Checked:
    folder = next(parent for parent in (path.parent, *path.parent.parents) if parent.exists())
    if folder.is_dir() and os.access(folder, os.W_OK):
        return Checked("database", True, f"{path} is not there yet, baqylau run makes it")
    return Checked("database", False, f"{path} cannot be made in {folder}", "choose another database.url")


async def _look_at(database: Database, shown: str) -> list[Checked]:
    tables = await revision(database)
    if not tables.up_to_date:
        seen = f"{shown} is at revision {tables.current or 'none'}, this version needs {tables.needed}"
        return [Checked("database", False, seen, "run baqylau db upgrade")]
    results = [Checked("database", True, f"{shown} is reachable, at revision {tables.current}")]
    async with database.write() as connection:
        await connection.execute(text("UPDATE cursors SET cursor = cursor WHERE 1 = 0"))
        await connection.rollback()
    results.append(Checked("database", True, "it can be written"))
    if database.dialect == "sqlite":
        async with database.read() as connection:
            mode = (await connection.execute(text("PRAGMA journal_mode"))).scalar_one()
        mend = "" if mode == "wal" else "put the file on a local disk: a network share cannot do WAL"
        results.append(Checked("database", mode == "wal", f"its journal mode is {mode}", mend))
    return results


async def _bot(config: Config) -> Checked:
    token = config.telegram.token.get_secret_value()
    if not token:
        return Checked("bot", False, "there is no token", "ask @BotFather and set telegram.token")
    try:
        bot = connect(token, config.telegram.api_base, seconds=_PATIENCE)
    except TokenValidationError:
        return Checked("bot", False, "the token is not one", "copy the whole line that @BotFather gave")
    try:
        me = await bot.get_me()
    except TelegramUnauthorizedError:
        return Checked("bot", False, "Telegram does not know the token", "ask @BotFather for a new one")
    except TelegramNetworkError as error:
        seen = f"{config.telegram.api_base} does not answer ({error.message})"
        return Checked("bot", False, seen, "check the network and telegram.api_base")
    except Exception as error:  # noqa: BLE001 - a doctor reports what breaks, whatever it is
        return Checked("bot", False, f"Telegram refused ({error})", "check telegram.api_base")
    finally:
        await bot.session.close()
    return Checked("bot", True, f"it is @{me.username}")
