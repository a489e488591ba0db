"""The sandbox as a process of its own: what it accepted is in the ledger's file even when it is killed."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from pathlib import Path

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest

from bot.sandbox import BOT_TOKEN, read_ledger


async def _start(ledger: Path) -> tuple[asyncio.subprocess.Process, str]:
    arguments = ["-m", "bot.sandbox", "--port", "0", "--smtp-port", "0", "--ledger", str(ledger)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    first = (await process.stdout.readline()).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+", first)
    assert found is not None, first
    return process, found.group()


async def test_every_accepted_call_is_in_the_file_after_a_kill(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    process, base = await _start(ledger)
    session = AiohttpSession(api=TelegramAPIServer.from_base(base))
    bot = Bot(BOT_TOKEN, session=session)
    await bot.set_my_description("x")
    try:
        await bot.send_message(1, "nobody")
    except TelegramBadRequest:
        process.send_signal(signal.SIGKILL)
    await process.wait()
    await session.close()
    assert [(e.method, e.accepted, e.error) for e in read_ledger(ledger)] == [
        ("setMyDescription", True, ""),
        ("sendMessage", False, "Bad Request: chat not found"),
    ]


async def test_it_ends_quietly_when_asked(tmp_path: Path) -> None:
    process, _ = await _start(tmp_path / "ledger.jsonl")
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
