"""Cleaning in a process apart: see `bot.tips.files.__main__`."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import msgspec

from bot.tips.files.clean import Cleaned
from bot.tips.files.kinds import Refused, Why

__all__ = ["clean_apart"]

PATIENCE = 40.0
_TWO_AT_A_TIME = asyncio.Semaphore(2)


async def clean_apart(content: bytes, name: str) -> Cleaned:
    """Recognise and clean a file without touching it in this process. Raises Refused.

    A file on which the other process dies or hangs is refused: nobody should open it.
    """
    async with _TWO_AT_A_TIME:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "bot.tips.files",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={key: value for key, value in os.environ.items() if key in {"PATH", "LANG", "PYTHONPATH"}},
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE):
                answer, _ = await process.communicate(msgspec.json.encode(name) + b"\n" + content)
        except TimeoutError:
            raise Refused(Why.BOMB) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    line, _, copy = answer.partition(b"\n")
    if process.returncode != 0 or not line:
        raise Refused(Why.BOMB)
    head: dict[str, Any] = msgspec.json.decode(line)
    if "refused" in head:
        raise Refused(Why(head["refused"]))
    return Cleaned(head["type"], head["ending"], copy if head["copy"] else None)
