"""The commands of mail."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from bot.cli_common import ConfigOption, configuration, fail
from templates import LANGUAGES

__all__ = ["email_commands"]

email_commands = typer.Typer(help="Send a sample digest, add an address, list them.", no_args_is_help=True)

LanguageOption = Annotated[str, typer.Option(help="Language of the mail.", metavar="kk|ru|en")]
AddressArgument = Annotated[str, typer.Argument(help="name@example.kz", metavar="ADDRESS")]


def _told(work: Coroutine[Any, Any, str]) -> None:
    from bot.config import ConfigError
    from bot.mail.sample import MailError

    try:
        typer.echo(asyncio.run(work))
    except MailError as error:
        fail(str(error), error.code)
    except ConfigError as error:
        fail(str(error), 2)


def _known(language: str) -> str:
    if language not in LANGUAGES:
        fail(f"email: --language {language} is not known: choose kk, ru or en", 2)
    return language


@email_commands.command("test", short_help="Send a sample digest.")
def sample(address: AddressArgument, language: LanguageOption = "ru", config: ConfigOption = None) -> None:
    """Send a digest of the newest flagged purchases to an address, signed and with every header, at once."""
    from bot.mail.sample import send_sample
    from bot.times import utc_now

    _told(send_sample(configuration(config), address, _known(language), utc_now))


@email_commands.command("add", short_help="Ask an address whether it wants digests.")
def add(
    address: AddressArgument,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", help="What to tell of, as in docs/filters.md; repeatable.", metavar="KEY=TEXT"),
    ] = None,
    language: LanguageOption = "ru",
    config: ConfigOption = None,
) -> None:
    """Owe a letter with a link to confirm to an address; without a filter it is for every purchase worth a look."""
    from bot.mail.sample import add_address
    from bot.times import utc_now

    _told(add_address(configuration(config), address, _known(language), filters or [], utc_now))


@email_commands.command("list", short_help="List the addresses.")
def list_(config: ConfigOption = None) -> None:
    """List every address that asked for digests: how it stands, how often, when the last run was."""
    from bot.mail.sample import address_lines

    async def lines() -> str:
        return "\n".join(await address_lines(configuration(config)))

    _told(lines())
