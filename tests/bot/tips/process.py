"""A bot of its own process that takes tips, to be killed.

`python -m tests.bot.tips.process DATABASE_URL API_BASE TOKEN PUBLIC_KEY`.
"""

from __future__ import annotations

import asyncio
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


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
