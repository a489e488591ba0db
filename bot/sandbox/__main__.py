"""`python -m bot.sandbox`: the sandbox in a process of its own, until it is interrupted."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.sandbox.people import BOT_TOKEN
from bot.sandbox.server import Sandbox


def main(
    *,
    port: Annotated[int, typer.Option(help="Port of the Bot API and the pages; 0 takes a free one.")] = 8090,
    smtp_port: Annotated[int, typer.Option(help="Port of the mailbox; 0 takes a free one.")] = 0,
    ledger: Annotated[Path | None, typer.Option(help="Also append the ledger to this file, as JSON Lines.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    token: Annotated[str, typer.Option(help="The bot token to accept.")] = BOT_TOKEN,
    limits: Annotated[bool, typer.Option(help="Enforce Telegram's sending limits.")] = False,
) -> None:
    """Run a Telegram and a mailbox on this machine."""
    sandbox = Sandbox(host=host, port=port, smtp_port=smtp_port, token=token, ledger_file=ledger)
    sandbox.limits.on = limits
    try:
        asyncio.run(_serve(sandbox))
    except OSError as error:
        typer.echo(f"sandbox: cannot listen on {host}:{port}: {error.strerror}; choose another --port", err=True)
        sys.exit(1)


async def _serve(sandbox: Sandbox) -> None:
    end = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, end.set)
    async with sandbox:
        typer.echo(f"chat page  {sandbox.page_url}")
        typer.echo(f"mailbox    {sandbox.mail_url} (SMTP on {sandbox.host}:{sandbox.smtp_port})")
        typer.echo(f"Bot API    {sandbox.api_base}  token {sandbox.token}")
        sys.stdout.flush()
        await end.wait()


if __name__ == "__main__":
    typer.run(main)
