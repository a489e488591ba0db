"""Memory of `baqylau run` with every role in one process and nothing to do, beside a bare aiogram process that polls.

Both are real processes on loopback: the sandbox as Telegram, a publisher nobody answers for, a fresh SQLite database.
RSS is what the system counts for the process; PSS shares the pages of libraries among those that map them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil

from benchmarks import Result
from bot.sandbox import BOT_TOKEN

MOST = 120.0
MEGABYTE = 1e6
QUIET = 3  # seconds in a row with next to no CPU: it is at rest, however slow the machine
LITTLE = 0.05  # seconds of CPU in one
STARTS = 5  # of `baqylau --version`

BARE = """
import asyncio, sys
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
dispatcher = Dispatcher()
@dispatcher.message()
async def answer(message): await message.answer(message.text)
bot = Bot(sys.argv[1], session=AiohttpSession(api=TelegramAPIServer.from_base(sys.argv[2])))
asyncio.run(dispatcher.start_polling(bot))
"""

CONFIG = """
[telegram]
token = "{token}"
api_base = "{telegram}"
[database]
url = "sqlite:///{folder}/idle.sqlite3"
[web]
listen = "127.0.0.1:{port}"
[sources.unified]
kind = "unified"
enabled = true
base_url = "http://127.0.0.1:9"
"""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def running(*command: str, folder: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process as it is installed: with its byte code kept."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
    with (Path(folder) / "said").open("ab") as said:
        process = subprocess.Popen([sys.executable, *command], env=environment, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def until_answers(url: str) -> None:
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


def memory(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """RSS and PSS in megabytes of a process at rest (PSS 0 where the system does not tell it)."""
    measured, quiet, spent = psutil.Process(process.pid), 0, 0.0
    limit = time.monotonic() + 90
    while (quiet < QUIET or spent < LITTLE) and time.monotonic() < limit:
        time.sleep(1)
        before, spent = spent, sum(measured.cpu_times()[:2])
        quiet = quiet + 1 if spent - before < LITTLE else 0
    whole = measured.memory_full_info()
    return whole.rss / MEGABYTE, getattr(whole, "pss", 0) / MEGABYTE


def start_seconds(folder: str) -> float:
    best = 1e9
    for _ in range(STARTS):
        began = time.perf_counter()
        with running("-m", "bot", "--version", folder=folder) as process:
            process.wait(60)
        best = min(best, time.perf_counter() - began)
    return best


def measure() -> tuple[dict[str, tuple[float, float]], float]:
    figures: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        telegram, port = free_port(), free_port()
        base = f"http://127.0.0.1:{telegram}"
        stack.enter_context(running("-m", "bot.sandbox", "--port", str(telegram), folder=folder))
        until_answers(base)
        config = Path(folder) / "config.toml"
        config.write_text(CONFIG.format(token=BOT_TOKEN, telegram=base, folder=folder, port=port), encoding="utf-8")
        for name in (
            "unmeasured",
            "first start",
            "later start",
        ):  # the very first compiles, which no installed one does
            if name == "first start":
                (Path(folder) / "idle.sqlite3").unlink()
            with running("-m", "bot", "run", "--config", str(config), folder=folder) as process:
                until_answers(f"http://127.0.0.1:{port}/readyz")
                figures[name] = memory(process)
        with running("-c", BARE, BOT_TOKEN, base, folder=folder) as process:
            figures["bare"] = memory(process)
        return figures, start_seconds(folder)


def run() -> list[Result]:
    """The figures, each beside what it is held to."""
    figures, seconds = measure()
    bare, bare_shared = figures["bare"]
    rss, pss = figures["later start"]
    first, _ = figures["first start"]
    floor = "MB, a bare aiogram process"
    return [
        Result("baqylau run, every role, idle: RSS", rss, "MB", bare, floor, f"under {MOST:.0f} MB", rss < MOST),
        Result("the same: PSS", pss, "MB", bare_shared, floor),
        Result("RSS after the first start, which makes the tables", first, "MB", bare, floor),
        Result("baqylau --version", seconds, "s"),
    ]
