"""How the parts of a process run: again and again, until told to stop, through whatever goes wrong meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import structlog
from aiogram.exceptions import AiogramError

from bot.web.pulse import Pulse

__all__ = ["IDLE", "insist", "keep_doing", "until"]

log = structlog.get_logger("app")

IDLE = 0.5
"""Seconds between looks for work that another process, or another loop, may have left."""
_AFTER_A_FAILURE = 5.0
_ASK_AGAIN = 30.0


@contextlib.asynccontextmanager
async def until(stop: asyncio.Event) -> AsyncIterator[Callable[[Coroutine[Any, Any, object]], None]]:
    """Run endless work until told to stop; a failure of any of it is a failure of all."""
    tasks: list[asyncio.Task[object]] = []
    yield lambda work: tasks.append(asyncio.create_task(work))
    waiting = asyncio.create_task(stop.wait())
    pending = set(tasks)
    try:
        while not waiting.done():
            done, _ = await asyncio.wait({waiting, *pending}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                task.result()
            pending -= done
    finally:
        for task in (*tasks, waiting):
            task.cancel()
        await asyncio.gather(*tasks, waiting, return_exceptions=True)


async def keep_doing(
    name: str, do_one: Callable[[], Awaitable[bool]], stop: asyncio.Event, pulse: Pulse, *, idle: float = IDLE
) -> None:
    """Do one after another until told to stop. A failure (a full disk, a lost database) is said and tried again."""
    failed = False
    while not stop.is_set():
        pause = idle
        try:
            if await do_one():
                pause = 0.0
            if failed:
                log.info("works again", part=name)
            failed = False
            pulse.beat(name)
        except Exception as error:
            if not failed:
                log.exception("in trouble", part=name)
            failed, pause = True, _AFTER_A_FAILURE
            pulse.beat(name, type(error).__name__)
        if pause:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()


async def insist(trouble: str, ask: Callable[[], Awaitable[object]]) -> None:
    """Ask Telegram until it answers; what cannot be reached now is asked again until it can."""
    while True:
        try:
            await ask()
        except (AiogramError, OSError) as error:
            log.warning(trouble, reason=str(error))
            await asyncio.sleep(_ASK_AGAIN)
        else:
            return
