"""One publisher watched: read on from the stored cursor, judge, save; back off in trouble; stop at once when told.

A batch and the cursor behind it are saved together, so a stop at any moment costs at most one batch read again.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import structlog

from watchers.history.histories import Histories
from watchers.judging import Judge, Judging
from watchers.sources.base import Batch, Remembering, Source, SourceError
from watchers.store import Saved, Store, StoreError

__all__ = ["Standing", "State", "Watcher"]

FIRST_WAIT = 5.0
LONGEST_WAIT = 900.0
"""Seconds between attempts in trouble that may pass by itself: doubled each time, with jitter."""
OFF_WAIT = 3600.0
"""Seconds until a source that was switched off by a permanent refusal is tried again: a token may have been renewed."""
GRACE = 0.5
"""Seconds a batch being saved gets to end when the watcher is told to stop."""

_log = structlog.get_logger("watchers.poll")


class State(StrEnum):
    """How a source does."""

    READING = "reading"
    WAITING = "waiting"  # caught up, until the next poll
    TROUBLED = "troubled"  # tried again soon
    OFF = "off"  # refused for good: tried again in an hour, or after a restart


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a watcher stands since its process began; moments are UTC, None if never.

    `good_at`: it was caught up or saved a batch. `caught_at`: it was caught up. `new_at`: it saved a process not known
    before. `ours`: the trouble is on this side (a full disk, a bug), not the publisher's.
    """

    state: State = State.READING
    trouble: str = ""
    failures: int = 0
    ours: bool = False
    good_at: datetime | None = None
    caught_at: datetime | None = None
    new_at: datetime | None = None


class Watcher:
    """Watches one source. `judge` must not raise for bad data; a release it raises for is set aside.

    With `histories` each release is judged with what earlier purchases say about it.
    `jitter` gives numbers from 0 to 1. Whether the operator should know how it stands is for `watchers.vigil` to say.
    """

    def __init__(
        self,
        source: Source,
        store: Store,
        judge: Judge,
        clock: Callable[[], datetime],
        *,
        histories: Histories | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.source = source
        self.standing = Standing()
        self._store = store
        self._judging = Judging(judge, histories)
        self._clock = clock
        self._jitter = jitter
        self._batches: AsyncIterator[Batch] | None = None
        if isinstance(source, Remembering):
            source.remember(store.memory(source.name))

    async def do_one(self) -> bool:
        """Read, judge and save one batch; True while more may follow at once, False when caught up.

        Raises SourceError or StoreError; the next call starts again from the stored cursor.
        """
        try:
            if self._batches is None:
                self._batches = self.source.batches(await self._store.cursor(self.source.name))
            batch = await anext(self._batches, None)
            if batch is not None:
                await self._take(batch)
        except BaseException:
            await self._drop()
            raise
        if batch is None:
            await self._drop()
        now, stands = self._clock(), self.standing
        state, caught = (State.WAITING, now) if batch is None else (State.READING, stands.caught_at)
        self.standing = msgspec.structs.replace(stands, state=state, good_at=now, caught_at=caught)
        return batch is not None

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set; returns within a second of it. Never raises for a source or a full disk."""
        try:
            while not stop.is_set():
                wait = await self._attempt(stop)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await stop.wait()
        finally:
            await self._drop()
            await self.source.close()

    async def _attempt(self, stop: asyncio.Event) -> float:
        """Do one batch unless told to stop meanwhile; returns how many seconds to wait before the next."""
        try:
            more = await _until(stop, self.do_one())
        except SourceError as error:
            wait = self._in_trouble(str(error), permanent=error.permanent, at_least=error.retry_after or 0)
            return min(wait, self.source.poll_seconds) if error.partly else wait
        except StoreError as error:
            return self._in_trouble(str(error), ours=True)
        except Exception as error:  # noqa: BLE001 - a bug in one source must not stop the others
            _log.error("source broke", source=self.source.name, exc_info=error)
            sentence = f"{self.source.name}: reading broke ({type(error).__name__}: {error}): please report it"
            return self._in_trouble(sentence, ours=True)
        if self.standing.failures:
            _log.info("source answers again", source=self.source.name, after_failures=self.standing.failures)
            self.standing = msgspec.structs.replace(self.standing, trouble="", failures=0, ours=False)
        return 0.0 if more else self.source.poll_seconds

    def _in_trouble(self, trouble: str, *, permanent: bool = False, at_least: float = 0, ours: bool = False) -> float:
        state = State.OFF if permanent else State.TROUBLED
        before, failures = self.standing, self.standing.failures + 1
        self.standing = msgspec.structs.replace(before, state=state, trouble=trouble, failures=failures, ours=ours)
        if permanent:
            wait = max(OFF_WAIT, at_least)
        else:
            longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 20))
            wait = max(at_least, longest * (0.5 + self._jitter() / 2))
        if not before.failures or before.state is not state:  # once per change of state, not per attempt
            log = _log.error if permanent else _log.warning
            log("source off" if permanent else "source in trouble", source=self.source.name, trouble=trouble, wait=wait)
        return wait

    async def _take(self, batch: Batch) -> None:
        judged, broken = await self._judging.batch(self.source.name, batch)
        taken = msgspec.structs.replace(batch, rejected=[*batch.rejected, *broken])
        saved: Saved = await self._store.save(
            self.source.name, taken, judged, cursor=batch.cursor, rank=self.source.rank
        )
        if saved.new:
            self.standing = msgspec.structs.replace(self.standing, new_at=self._clock())
        _log.info("batch saved", source=self.source.name, **msgspec.structs.asdict(saved))

    async def _drop(self) -> None:
        """Let go of the open reading, so that the next one starts from the stored cursor."""
        batches, self._batches = self._batches, None
        if batches is not None and hasattr(batches, "aclose"):
            await batches.aclose()


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, bool]) -> bool:
    """The result of the work; once told to stop, what it got done in a moment of grace, else it is cancelled."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            await asyncio.wait({task}, timeout=GRACE)
        if task.done():
            return task.result()
        return False
    finally:
        for one in (task, stopped):
            one.cancel()
        await asyncio.wait({task, stopped}, timeout=GRACE)
