"""Bots of their own processes that take tips, to be killed: one for each line on standard input.

`python -m tests.bot.tips.process DATABASE_URL API_BASE TOKEN PUBLIC_KEY`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.channels.telegram.transport import connect
from bot.chat import build_dispatcher
from bot.config_sections import Tips
from bot.inbox import Inbox, Receiver, Worker
from bot.tips.service import open_tips
from bot.tips.tipper.interrupted import Interrupted
from tests.bot.chat.talking import services_on
from watchers.database import Database


def now() -> datetime:
    return datetime.now(UTC)


async def main(url: str, api_base: str, token: str, key: str) -> None:
    database = Database(url)
    tips = open_tips(Tips(public_keys=(key,)), database, now, fallback_secret=token)
    services = replace(services_on(database, now), tips=tips)
    inbox = Inbox(database, now, lease=timedelta(seconds=1), confiding=tips.confiding)
    bot = connect(token, api_base)
    worker = Worker(
        inbox, build_dispatcher(services), bot, look_seconds=0.1, interrupted=Interrupted(services)
    )  # fmt: skip
    await inbox.recover()
    async with asyncio.TaskGroup() as group:
        group.create_task(Receiver(bot, inbox, timeout=1).run())
        group.create_task(worker.run())


def serve(arguments: list[str]) -> None:
    """A new bot, whose number is printed, for each line that comes in: all is imported once."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is killed is gone at once
    for _ in sys.stdin:
        number = os.fork()
        if number == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asyncio.run(main(*arguments))
            os._exit(1)
        print(number, flush=True)  # noqa: T201


if __name__ == "__main__":
    serve(sys.argv[1:])
