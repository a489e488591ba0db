"""Feeds stored updates to the conversation: in order within a chat, several chats at once, each until it is done."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.types import Update
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.fsm import SqlStorage
from bot.inbox.stored import Inbox, StoredUpdate

__all__ = ["TRANSIENT", "Worker"]

log = structlog.get_logger("inbox")

TRANSIENT = (TelegramNetworkError, TelegramServerError, TelegramRetryAfter)
"""Telegram could not be reached or asked to wait: the same update is worth another attempt."""

SWEEP_SECONDS = 3600.0


class Worker:
    """Handles waiting updates until cancelled.

    `concurrency`: chats handled at once. `patience`: seconds one update may take. `attempts`: how often one is tried
    while Telegram is out of reach. `look_seconds`: how often to look for updates that another process stored.
    `interrupted`: tells a chat that what it sent last was lost with the process that alone could read it.
    """

    def __init__(
        self,
        inbox: Inbox,
        dispatcher: Dispatcher,
        bot: Bot,
        *,
        concurrency: int = 16,
        patience: float = 60.0,
        attempts: int = 6,
        look_seconds: float = 1.0,
        interrupted: Callable[[Bot, int], Awaitable[None]] | None = None,
    ) -> None:
        self._inbox = inbox
        self._dispatcher = dispatcher
        self._bot = bot
        self._concurrency = concurrency
        self._patience = patience
        self._attempts = attempts
        self._look_seconds = look_seconds
        self._interrupted = interrupted
        self._running: dict[int, asyncio.Task[None]] = {}

    async def do_some(self) -> bool:
        """Start what waits and may start; False if nothing did."""
        free = self._concurrency - len(self._running)
        claimed = await self._inbox.claim(free) if free > 0 else []
        # Where this process stood still for longer than a lease, it is given what it has in hand already.
        fresh = [one for one in claimed if one.id not in self._running]
        for one in fresh:
            task = asyncio.create_task(self._handle(one))
            self._running[one.id] = task
            task.add_done_callback(partial(self._finished, one.id))
        return bool(fresh)

    async def drain(self) -> None:
        """Handle everything that waits now, then return (used where nothing runs on its own)."""
        while await self.do_some() or self._running:
            await asyncio.gather(*self._running.values())

    async def run(self) -> None:
        """Handle updates until cancelled; then the ones in hand get a moment to finish, the rest is put back."""
        await self._inbox.recover()
        keeper = asyncio.create_task(self._keep_leases())
        sweeper = asyncio.create_task(self._sweep())
        try:
            while True:
                self._inbox.arrived.clear()
                try:
                    started = await self.do_some()
                except (SQLAlchemyError, OSError) as error:
                    log.warning("inbox: updates cannot be claimed: check database.url", error=type(error).__name__)
                    started = False
                if not started:
                    # Not wait_for: on Python 3.11 it swallows a cancellation that comes together with an arrival.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._look_seconds):
                            await self._inbox.arrived.wait()
        finally:
            keeper.cancel()
            sweeper.cancel()
            await self._stop()
            with contextlib.suppress(SQLAlchemyError, OSError):
                await self._inbox.retire()

    def _finished(self, id_: int, _: asyncio.Task[None]) -> None:
        self._running.pop(id_, None)
        self._inbox.arrived.set()

    async def _stop(self) -> None:
        tasks = dict(self._running)
        if not tasks:
            return
        _, unfinished = await asyncio.wait(tasks.values(), timeout=0.7)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        left = [id_ for id_, task in tasks.items() if task in unfinished]
        if left:
            await self._inbox.put_back(left)

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._inbox.lease.total_seconds() / 3)
            with contextlib.suppress(SQLAlchemyError, OSError):
                await self._inbox.announce()
                if self._running:
                    await self._inbox.renew(list(self._running))

    async def _sweep(self) -> None:
        while True:
            with contextlib.suppress(SQLAlchemyError, OSError):
                await self._inbox.sweep()
                if isinstance(self._dispatcher.storage, SqlStorage):
                    await self._dispatcher.storage.drop_expired()
            await asyncio.sleep(SWEEP_SECONDS)

    async def _handle(self, one: StoredUpdate) -> None:
        error = ""
        try:
            async with asyncio.timeout(self._patience):
                if one.lost:
                    await self._tell_lost(one)
                else:
                    update = Update.model_validate_json(one.body, context={"bot": self._bot})
                    await self._dispatcher.feed_update(self._bot, update)
        except TRANSIENT as caught:
            if one.attempts < self._attempts:
                asked = caught.retry_after if isinstance(caught, TelegramRetryAfter) else 0
                await self._inbox.put_back([one.id], timedelta(seconds=max(asked, 2**one.attempts)))
                return
            error = where(caught)
        except ValidationError as caught:
            error = f"not an update: {caught.error_count()} fields cannot be read"
        except Exception as caught:  # noqa: BLE001 - whatever broke in a handler, the next update goes on
            error = where(caught)
        if error:
            log.error("inbox: an update was not handled", update_id=one.update_id, error=error)
        try:
            await self._inbox.finish(one.id, error)
        except (SQLAlchemyError, OSError) as caught:
            log.warning("inbox: an update cannot be marked done", update_id=one.update_id, error=type(caught).__name__)

    async def _tell_lost(self, one: StoredUpdate) -> None:
        if self._interrupted is not None and not await self._inbox.more_lost(one):
            await self._interrupted(self._bot, one.chat_id)


def where(error: Exception) -> str:
    """What broke and where, without the message of the error: that may quote what the person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    said = f": {error.message}" if isinstance(error, TelegramAPIError) else ""  # Telegram's own sentence
    return f"{type(error).__name__}{place}{said}"
