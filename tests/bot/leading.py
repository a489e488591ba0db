"""A process that wants to lead, to be killed: `python -m tests.bot.leading DATABASE_URL FILE` appends a line a turn."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from bot.leader import lead
from watchers.database import Database


async def main(url: str, path: str) -> None:
    def works(over: asyncio.Event) -> list:
        async def turns() -> None:
            while not over.is_set():
                with Path(path).open("a") as file:  # noqa: ASYNC230 - a line, and nothing else runs here
                    file.write(f"{os.getpid()} {time.monotonic()}\n")
                await asyncio.sleep(0.05)

        return [turns()]

    await lead(Database(url), works, asyncio.Event(), try_every=0.2, look_every=0.2)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
