"""The commands about sources: code lists refreshed, the past read."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from typing import Annotated

import typer

from bot.cli_common import ConfigOption, configuration, fail, stop_on_signals

__all__ = ["backfill", "refs_commands"]

refs_commands = typer.Typer(help="Code lists of Kazakhstan's portal.", no_args_is_help=True)


@refs_commands.callback()
def _refs() -> None:
    """Code lists of Kazakhstan's portal."""


@refs_commands.command("update", short_help="Compare our code lists with the portal's; keep what differs.")
def refs_update(
    config: ConfigOption = None,
    write: Annotated[bool, typer.Option("--write", help="Keep what differs in refs.folder.")] = False,
    source: Annotated[
        str,
        typer.Option(help="The goszakup source of the configuration to ask.", metavar="NAME", show_default="the first"),
    ] = "",
) -> None:
    """Compare our code lists with the portal's and say what differs. Nothing is kept without --write."""
    from bot.refs import RefsError, update

    settings = configuration(config)
    try:
        asyncio.run(update(settings, source, write=write, out=sys.stdout, err=sys.stderr))
    except RefsError as error:
        fail(str(error), error.code)


def backfill(
    source: Annotated[str, typer.Argument(help="A source of the configuration.", metavar="SOURCE")],
    since: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day, in Kazakhstan's time.", metavar="YYYY-MM-DD")
    ],
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last day.", metavar="YYYY-MM-DD", show_default="today"),
    ] = None,
    share: Annotated[
        float, typer.Option(min=0.01, max=1.0, help="Of the source's requests_per_second.", metavar="SHARE")
    ] = 0.3,
    config: ConfigOption = None,
) -> None:
    """Read what was published in a stretch of the past, beside the watcher. Nobody is alerted of it.

    Stopped at any moment (Ctrl-C, a kill), the same command goes on from there.
    """
    from bot.backfill import BackfillError, run_backfill

    settings = configuration(config)

    async def work() -> bool:
        stop = stop_on_signals()
        return await run_backfill(settings, source, since, until, share=share, stop=stop, stream=sys.stderr)

    try:
        finished = asyncio.run(work())
    except BackfillError as error:
        fail(str(error), error.code)
    if not finished:
        raise typer.Exit(130)
