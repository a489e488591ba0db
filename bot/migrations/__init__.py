"""Alembic migrations of every table in `watchers.database.metadata`.

A new revision, after a table was changed: `python -m bot.migrations "what changed and why"`; then read and trim what it
wrote. The tests say so when tables and migrations differ.
"""

from __future__ import annotations

import importlib
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import MetaData

from watchers.database import metadata

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["configuration", "every_table", "newest"]

_MODULES = (
    "watchers.tables", "watchers.history.tables", "alerts.tables", "alerts.mail.tables", "alerts.learning",
    "alerts.announcing", "alerts.bans", "alerts.follows", "alerts.opinions", "bot.fsm", "bot.inbox.stored",
    "bot.tips.tables",
)  # fmt: skip
"""Where tables are declared."""


def every_table() -> MetaData:
    """The registry with every table of the three packages in it."""
    for module in _MODULES:
        importlib.import_module(module)
    return metadata


def newest() -> str:
    """The revision this version needs: the last by number, which stands first in its file's name."""
    return max(
        file.name.partition("_")[0] for file in files("bot.migrations.versions").iterdir() if file.name[0].isdigit()
    )


def configuration() -> Config:
    """Alembic's settings, without a file: the scripts lie in this package, installed or not."""
    from alembic.config import Config  # noqa: PLC0415 - see database_commands

    config = Config()
    config.set_main_option("script_location", str(files("bot.migrations")).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
