"""A bot of its own process, to be killed: `python -m tests.bot.process DATABASE_URL API_BASE TOKEN`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.chat import build_dispatcher
from bot.inbox import Inbox, Receiver, Worker
from tests.bot.chat.talking import services_on
from watchers.database import Database


def now() -> datetime:
    return datetime.now(UTC)


async def main(url: str, api_base: str, token: str) -> None:
    database = Database(url)
    inbox = Inbox(database, now, lease=timedelta(seconds=1))
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api_base)))
    worker = Worker(inbox, build_dispatcher(services_on(database, now)), bot, look_seconds=0.1)
    async with asyncio.TaskGroup() as group:
        group.create_task(Receiver(bot, inbox, timeout=1).run())
        group.create_task(worker.run())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
