"""The commands about lessons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli_common import ConfigOption, configuration, fail

__all__ = ["explainers_commands"]

explainers_commands = typer.Typer(help="Lessons.", no_args_is_help=True)


@explainers_commands.callback()
def _explainers() -> None:
    """Lessons."""


@explainers_commands.command("check", short_help="Find what is wrong with a folder of lessons.")
def explainers_check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="A folder of SLUG.LANGUAGE.md files.", metavar="[FOLDER]", show_default="learn.folder, else ours"
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Check lessons: languages, length of cards, links, dates of norms, indicators. One line a fault."""
    from bot.learn.checking import SHIPPED, check_folder, shipped_slugs
    from bot.times import utc_now

    settings = configuration(config)
    chosen = folder or (Path(settings.learn.folder) if settings.learn.folder else SHIPPED)
    taken = () if chosen.resolve() == SHIPPED else shipped_slugs()
    lessons, faults = check_folder(chosen, utc_now().date(), taken)
    for fault in faults:
        typer.echo(str(fault))
    if faults:
        fail(f"explainers: {len(faults)} faults in {chosen}: mend them, the bot leaves these files out")
    if not lessons:
        fail(f"explainers: {chosen} holds no lesson: put files named SLUG.LANGUAGE.md there")
    slugs = {one.slug for one in lessons}
    typer.echo(f"explainers: {len(slugs)} lessons, {len(lessons)} files, no fault found")
