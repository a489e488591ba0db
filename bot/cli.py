"""Every command of `baqylau`. Thin: options are read, one function is called, its result is printed.

Exit codes: 0 done, 1 failed, 2 usage or configuration. An error is one sentence on standard error, never a traceback.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli_common import ConfigOption, configuration, fail, stop_on_signals
from bot.cli_database import database_commands
from bot.cli_learn import explainers_commands
from bot.cli_mail import email_commands
from bot.cli_sources import backfill, refs_commands
from bot.cli_tips import tip_commands
from templates import LANGUAGES

__all__ = ["app", "main"]

app = typer.Typer(
    name="baqylau",
    help="Public tenders checked for red flags, and pushed to the people who asked. A flag is a reason to look, "
    "not proof of wrongdoing.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.add_typer(database_commands, name="db")
app.add_typer(refs_commands, name="refs")
app.add_typer(email_commands, name="email")
app.add_typer(explainers_commands, name="explainers")
app.add_typer(tip_commands, name="tips")
app.command(short_help="Read old purchases, so that there is a past to compare with.")(backfill)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"baqylau {installed_version('baqylau')}")
        raise typer.Exit


@app.callback()
def options(
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Public tenders checked for red flags."""


@app.command(short_help="Watch, send and answer until Ctrl-C.")
def run(
    config: ConfigOption = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="What this process does: watch, deliver, chat, mail, web; repeatable. All by default.", metavar="ROLE"
        ),
    ] = None,
) -> None:
    """Watch publishers, send alerts and answer people, until Ctrl-C."""
    from bot.lean import lean_imports

    with lean_imports():
        from bot.app import App, Role
        from bot.config import ConfigError

    settings = configuration(config)
    try:
        roles = frozenset(Role(name) for name in role) if role else frozenset(Role)
    except ValueError:
        fail(f"run: --role {' '.join(role or ())} is not known: choose among {', '.join(Role)}", 2)

    async def work() -> None:
        stop = stop_on_signals()
        await App(settings, roles=roles).run(stop)

    try:
        asyncio.run(work())
    except ConfigError as error:
        fail(str(error), 2)


@app.command(short_help="Try everything here: no token, no internet.")
def demo(
    once: Annotated[bool, typer.Option("--once", help="Print the first alerts and exit.")] = False,
    port: Annotated[int, typer.Option(help="Port of the chat page; 0 takes a free one.", metavar="PORT")] = 8090,
    language: Annotated[str, typer.Option(help="Language of the alerts printed here.", metavar="kk|ru|en")] = "en",
) -> None:
    """Try everything on this machine: invented tenders, a Telegram on localhost, no token, no internet.

    It takes tips, too: /tip in a chat; the command that opens one is printed.
    """
    from bot.demo.show import DemoError, show

    async def work() -> None:
        await show(stop_on_signals(), once=once, port=port, language=language)

    try:
        asyncio.run(work())
    except DemoError as error:
        fail(str(error), error.code)


@app.command(short_help="Judge OCDS files, or captured records of a portal.")
def check(
    files: Annotated[list[Path], typer.Argument(help="Files or folders; - is standard input.", metavar="FILE")],
    output_format: Annotated[
        Literal["jsonl", "csv", "cardinal"],
        typer.Option(
            "--format",
            help="How findings are printed; cardinal is the results object of OCP's Cardinal, by its definitions.",
            metavar="jsonl|csv|cardinal",
        ),
    ] = "jsonl",
    rules: Annotated[
        Path | None, typer.Option("--settings", help="Cardinal's settings file, for --format cardinal.", metavar="FILE")
    ] = None,
    no_meta: Annotated[bool, typer.Option(help="Leave out Cardinal's quartiles and fences.")] = False,
    maps: Annotated[bool, typer.Option("--map", help="Add Cardinal's maps of processes to organisations.")] = False,
    show_all: Annotated[bool, typer.Option("--all", help="Also print what is clear or could not be computed.")] = False,
    set_aside: Annotated[
        Path | None,
        typer.Option(help="Write records that could not be read to this file, as JSON Lines.", metavar="FILE"),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Worker processes.", metavar="N", show_default="one a core, at most 8")
    ] = min(os.cpu_count() or 1, 8),
    captured: Annotated[
        Literal["goszakup"] | None,
        typer.Option(
            "--as",
            help="The files hold raw records of this portal, with the moment and the history they were judged against "
            "(docs/check.md): find what the live watcher found.",
            metavar="goszakup",
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Judge OCDS files and print a line a finding; a summary goes to standard error."""
    from bot.check import check_files
    from bot.check_as import Tally, check_captured
    from bot.check_cardinal import check_as_cardinal
    from bot.check_input import CheckSummary, PathMissing
    from bot.check_report import report_for
    from watchers.cardinal import SettingsError, read_settings
    from watchers.indicators.registry import IndicatorSettingsError

    cardinal = output_format == "cardinal"
    if cardinal and (captured or show_all):
        fail("check: --format cardinal prints one object over OCDS files: leave out --as and --all", 2)
    if not cardinal and (rules or no_meta or maps):
        fail("check: --settings, --no-meta and --map belong to --format cardinal: add it, or leave them out", 2)
    judge: Callable[..., CheckSummary | Tally]
    try:
        if cardinal:
            report = report_for(files, sys.stderr)
            judge = partial(check_as_cardinal, rules=read_settings(rules), meta=not no_meta, maps=maps, report=report)
        else:
            settings = configuration(config).indicators
            judge = partial(check_files, report=report_for(files, sys.stderr))
            if captured:
                judge = partial(check_captured, tell=partial(typer.echo, err=True))
            judge = partial(judge, output_format=output_format, show_all=show_all, settings=settings)
    except SettingsError as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"check: {rules} cannot be read ({error.strerror}): name another file", 2)
    try:
        summary = judge(files, out=sys.stdout.buffer, workers=workers, set_aside=set_aside)
    except (PathMissing, IndicatorSettingsError) as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"check: {error.filename or set_aside} cannot be written ({error.strerror}): name another file")
    except KeyboardInterrupt:
        fail("check: stopped; what was printed so far is whole lines", 130)
    if summary.cut_off:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads: let the last flush go nowhere
    raise typer.Exit(summary.exit_code)


@app.command(short_help="List the indicators.")
def indicators(
    config: ConfigOption = None,
    language: Annotated[str, typer.Option(help="Language of the names.", metavar="kk|ru|en")] = "en",
) -> None:
    """List the indicators that are switched on: code, stage, tier, weight, name, norm."""
    from bot.lists import indicator_table
    from watchers.indicators.registry import IndicatorSettingsError, load_indicators

    if language not in LANGUAGES:
        fail(f"indicators: --language {language} is not known: choose kk, ru or en", 2)
    settings = configuration(config)
    try:
        typer.echo(indicator_table(load_indicators(settings.indicators), language))
    except IndicatorSettingsError as error:
        fail(str(error), 2)


@app.command("add-indicator", short_help="Write a new indicator with its pages.")
def add_indicator(
    code: Annotated[str, typer.Argument(help="R042 for one of OCP's, KZ-42 for a local one.", metavar="CODE")],
    name: Annotated[str, typer.Argument(help='What it says, in a few words: "Bids opened early".', metavar="NAME")],
) -> None:
    """Write a new indicator: module, fixtures and pages in three languages. Run it in a checkout."""
    from bot.scaffold import ScaffoldError
    from bot.scaffold import add_indicator as scaffold

    try:
        for path in scaffold(Path.cwd(), code, name):
            typer.echo(path)
    except ScaffoldError as error:
        fail(str(error), 2)


@app.command(short_help="Find out what is wrong with a set-up.")
def doctor(config: ConfigOption = None) -> None:
    """Probe configuration, law tables, database, sources, bot and mail; each fault comes with its mend."""
    from bot.doctor import examine

    settings = configuration(config)
    results = asyncio.run(examine(settings))
    for result in results:
        typer.echo(result.line())
    raise typer.Exit(0 if all(result.ok for result in results) else 1)


@app.command(short_help="Count what is stored, owed and sent.")
def stats(config: ConfigOption = None) -> None:
    """Count what is stored, owed and sent."""
    from bot.database_commands import DatabaseError
    from bot.lists import statistics

    settings = configuration(config)
    try:
        lines = asyncio.run(statistics(settings))
    except DatabaseError as error:
        fail(str(error))
    for line in lines:
        typer.echo(line)


def main() -> None:
    """The console script."""
    app()
