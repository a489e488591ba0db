"""What `baqylau doctor` finds: the configuration, the database, each source and the bot, each with its mend.

Everything is only looked at: no table is made, no cursor moved, no message sent.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import msgspec
from aiogram.exceptions import TelegramNetworkError, TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from alerts.channels.telegram.transport import connect
from bot.config import Config
from bot.database_commands import revision
from bot.logs import Redactor
from watchers.database import Database
from watchers.indicators.registry import IndicatorSettingsError, load_indicators
from watchers.rules.upkeep import ageing
from watchers.sources.base import Batch, SourceError, open_source, source_kinds

__all__ = ["Checked", "examine"]

_PATIENCE = 30.0
"""Seconds for one probe of a server."""
_LOCK_PATIENCE_MS = 3000
_ONE_REQUEST = {"attempts": 1, "timeout_seconds": 20.0, "limit": 1}
"""How a source is opened for a probe, where its kind has these keys."""


class Checked(msgspec.Struct, frozen=True):
    """One thing looked at: whether it works, what was seen, and what to do if it does not."""

    subject: str
    ok: bool
    seen: str
    mend: str = ""
    warning: bool = False  # it works, and will not for ever

    def line(self) -> str:
        """One line for a terminal."""
        mark = "FAIL" if not self.ok else "warn" if self.warning else "ok  "
        return f"{mark} {self.subject}: {self.seen}" + (f": {self.mend}" if self.mend else "")


async def examine(config: Config, today: date | None = None) -> list[Checked]:
    """Look at every part that the configuration names. Never raises for what it finds; no secret is in the answers."""
    enabled = [name for name, section in config.sources.items() if section.enabled]
    probes = asyncio.gather(*(_source(config, name) for name in enabled))
    database, bot, sources = await asyncio.gather(_database(config), _bot(config), probes)
    rules = _rules(today or datetime.now(UTC).date())
    results = [*_configuration(config, enabled), *rules, *database, *sources, bot]
    redactor = Redactor(config.secrets())
    return [
        msgspec.structs.replace(result, seen=redactor.text(result.seen), mend=redactor.text(result.mend))
        for result in results
    ]


def _configuration(config: Config, enabled: list[str]) -> list[Checked]:
    try:
        indicators = load_indicators(config.indicators)
    except IndicatorSettingsError as error:
        return [Checked("configuration", False, str(error), "mend that section of config.toml")]
    if not enabled:
        return [Checked("configuration", False, "no source is enabled", "add a [sources.NAME] section")]
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


async def _source(config: Config, name: str) -> Checked:
    subject = f"source {name}"
    settings = config.source_settings(name)
    declared = source_kinds().get(settings["kind"])
    keys = declared.Settings.__struct_fields__ if declared else ()
    probing = settings | {key: value for key, value in _ONE_REQUEST.items() if key in keys}
    try:
        source = open_source(name, probing, lambda: datetime.now(UTC))
    except SourceError as error:
        return Checked(subject, False, str(error), "mend that section of config.toml")
    try:
        async with asyncio.timeout(_PATIENCE), aclosing(cast("_Batches", source.batches(None))) as batches:
            batch = await anext(batches, None)
    except SourceError as error:
        mend = "see docs/sources.md" if error.permanent else "try again later; if it stays so, ask the publisher"
        return Checked(subject, False, str(error), mend)
    except TimeoutError:
        return Checked(subject, False, f"no answer within {_PATIENCE:.0f} seconds", "check base_url and the network")
    except Exception as error:  # noqa: BLE001 - a doctor reports what breaks, whatever it is
        return Checked(subject, False, f"reading broke ({type(error).__name__}: {error})", "please report it")
    finally:
        await source.close()
    return _answered(subject, batch)


class _Batches(AsyncIterator[Batch]):
    async def aclose(self) -> None: ...


def _answered(subject: str, batch: Batch | None) -> Checked:
    if batch is None or not (batch.records or batch.rejected):
        return Checked(subject, True, "it answers")
    if not batch.records:
        seen = f"it answers, but none of {len(batch.rejected)} records can be read ({batch.rejected[0].reason})"
        return Checked(subject, False, seen, "check its kind and keys, docs/sources.md")
    return Checked(subject, True, f"it answers ({len(batch.records)} records read in one request)")


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
