"""What every command shares: its configuration, how it fails, how it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from bot.config import Config

__all__ = ["ConfigOption", "configuration", "fail", "stop_on_signals"]

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Settings; else $BAQYLAU_CONFIG, else ./config.toml.", metavar="FILE"),
]


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Say what is wrong and end."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def configuration(path: Path | None) -> Config:
    """The configuration with logs set up and code lists in place; ends with exit code 2 where it cannot be used."""
    from bot.config import ConfigError, load_config
    from bot.logs import set_up_logs
    from watchers.sources.goszakup.codes import CodeListError, use_lists

    try:
        config = load_config(path)
        use_lists(Path(config.refs.folder))
    except (ConfigError, CodeListError) as error:
        fail(str(error), 2)
    set_up_logs(config.log.level, config.log.format, secrets=config.secrets())
    return config


def stop_on_signals() -> asyncio.Event:
    """An event that Ctrl-C or SIGTERM sets; the second signal ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told(name: signal.Signals) -> None:
        if stop.is_set():
            os._exit(128 + name)
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, told, name)
    return stop
