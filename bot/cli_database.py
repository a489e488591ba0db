"""The commands that tend the database."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_common import ConfigOption, configuration, fail

__all__ = ["database_commands"]

database_commands = typer.Typer(help="Upgrade, back up or copy the database.", no_args_is_help=True)


@database_commands.command("upgrade", short_help="Bring the tables up to date.")
def db_upgrade(config: ConfigOption = None) -> None:
    """Bring the tables to the newest revision (SQLite does it by itself on start)."""
    from bot.database_commands import DatabaseError, upgrade_and_tell

    settings = configuration(config)
    try:
        typer.echo(asyncio.run(upgrade_and_tell(settings.database.url.get_secret_value())))
    except DatabaseError as error:
        fail(str(error))


@database_commands.command("backup", short_help="Copy an SQLite database in use.")
def db_backup(
    target: Annotated[Path, typer.Argument(help="The file to write; it must not exist.", metavar="FILE")],
    config: ConfigOption = None,
) -> None:
    """Copy an SQLite database while it is in use."""
    from bot.database_commands import DatabaseError, back_up_and_tell

    settings = configuration(config)
    try:
        typer.echo(asyncio.run(back_up_and_tell(settings.database.url.get_secret_value(), target)))
    except DatabaseError as error:
        fail(str(error))


@database_commands.command("copy", short_help="Copy everything into another database.")
def db_copy(
    source: Annotated[str, typer.Argument(help="sqlite:///path/to/file", metavar="SOURCE_URL")],
    target: Annotated[str, typer.Argument(help="postgresql://user:password@host/name", metavar="TARGET_URL")],
) -> None:
    """Copy everything from one database into another and prove it; called again, it goes on where it stopped.

    Stop the bot first: what is written meanwhile is not copied.
    """
    from bot.database_commands import DatabaseError
    from bot.database_copy import copy_and_tell

    try:
        typer.echo(asyncio.run(copy_and_tell(source, target, sys.stderr)))
    except DatabaseError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("db copy: stopped; call it again to go on where it stopped", 130)
