"""docs/commands.md, made from the commands' own help so that it cannot go stale.

`python -m bot.command_page` writes it again.
"""

from __future__ import annotations

from pathlib import Path

from typer.models import CommandInfo
from typer.testing import CliRunner

from bot.cli import app

__all__ = ["PLACE", "command_page"]

PLACE = Path("docs", "commands.md")
_HEAD = """# Commands
Exit codes: 0 done, 1 failed, 2 usage or configuration. Errors are one sentence on standard error. `python -m bot` is
the same as `baqylau`. This page is made from the commands' own help by `python -m bot.command_page`.
"""


def command_page() -> str:
    """The page: the help of every command, and of the commands of a group."""
    names = [_name(command) for command in app.registered_commands]
    groups = [
        (group.name or "", _name(sub))
        for group in app.registered_groups
        for sub in (group.typer_instance.registered_commands if group.typer_instance else [])
    ]
    pages = [_section(())]
    pages += [_section((name,)) for name in names]
    pages += [_section(group) for group in groups]
    return _HEAD + "".join(pages)


def _name(command: CommandInfo) -> str:
    return command.name or (command.callback.__name__ if command.callback else "")


def _section(words: tuple[str, ...]) -> str:
    environment = {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1", "TERM": "dumb"}
    result = CliRunner().invoke(app, [*words, "--help"], env=environment, prog_name="baqylau", catch_exceptions=False)
    if result.exit_code:
        raise ValueError(f"{' '.join(words)} has no help: {result.output}")
    help_text = "\n".join(line.rstrip() for line in result.output.strip().splitlines())
    return f"\n## {' '.join(('baqylau', *words))}\n```\n{help_text}\n```\n"


if __name__ == "__main__":
    PLACE.write_text(command_page(), encoding="utf-8")
