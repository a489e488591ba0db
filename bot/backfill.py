"""`baqylau backfill`: the past of a source, read beside the watcher at a share of its pace, told to nobody.

A step and the place after it are saved together: stopped at any moment, the same command goes on from there and reads
at most one batch again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NoReturn, TextIO
from zoneinfo import ZoneInfo

import msgspec

from bot.config import Config
from bot.database_commands import DatabaseError, revision, upgrade
from bot.progress import Progressing
from bot.times import utc_now
from watchers.database import Database
from watchers.history import History
from watchers.history.histories import Histories
from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.judging import Judging
from watchers.ocds import Release
from watchers.rules import load_rules
from watchers.sources.base import Remembering, Rewinding, Source, SourceError, Step, open_source, source_kinds
from watchers.store import Store, StoreError

__all__ = ["BackfillError", "run_backfill"]

_ZONE = ZoneInfo("Asia/Almaty")
_LONGEST_NAME = 40
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 600.0
_MOST_FAILURES = 20
"""Attempts in a row without a step: some hours; then a person should look."""


class BackfillError(Exception):
    """The past cannot be read; `code` is the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


async def run_backfill(
    config: Config,
    name: str,
    since: datetime,
    until: datetime | None,
    *,
    share: float,
    stop: asyncio.Event,
    stream: TextIO,
    clock: Callable[[], datetime] = utc_now,
) -> bool:
    """Read what was published from one day to the other; False if it was told to stop before. Raises BackfillError."""
    begin, end = _stretch(since, until, clock())
    source = _source(config, name, share, clock)
    database = Database(config.database.url.get_secret_value())
    try:
        await _ready(database)
        work = _Backfill(config, source, Store(database, clock), (begin, end), stream)
        return await work.run(stop)
    finally:
        await source.close()
        await database.close()


def _stretch(since: datetime, until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    begin = since.replace(tzinfo=_ZONE)
    end = until.replace(tzinfo=_ZONE) + timedelta(days=1) - timedelta(seconds=1) if until else now.astimezone(_ZONE)
    if begin >= end:
        raise BackfillError(f"backfill: --since {begin:%Y-%m-%d} is not before --until {end:%Y-%m-%d}", 2)
    if begin > now:
        raise BackfillError(f"backfill: --since {begin:%Y-%m-%d} is in the future", 2)
    return begin, min(end, now.astimezone(_ZONE))


def _source(config: Config, name: str, share: float, clock: Callable[[], datetime]) -> Source:
    if name not in config.sources:
        known = ", ".join(config.sources) or "none"
        raise BackfillError(f"backfill: there is no source {name!r} in the configuration: known are {known}", 2)
    if len(name) > _LONGEST_NAME:
        raise BackfillError(f"backfill: the name {name!r} is longer than {_LONGEST_NAME} characters", 2)
    settings = config.source_settings(name)
    try:
        kind = source_kinds().get(str(settings.get("kind")))
        if kind is None or not hasattr(kind, "rewind"):
            return _no_past(name, str(settings.get("kind")))
        pace = msgspec.convert(settings, kind.Settings, strict=False).requests_per_second  # type: ignore[attr-defined]
        return open_source(name, settings | {"requests_per_second": pace * share, "max_concurrency": 2}, clock)
    except (SourceError, msgspec.ValidationError) as error:
        raise BackfillError(f"backfill: sources.{name}: {error}", 2) from None


def _no_past(name: str, kind: str) -> NoReturn:
    raise BackfillError(
        f"backfill: sources.{name} is of kind {kind}, whose past the watcher reads itself: set start to a date in a"
        " section of another name, or put the files into its folder (docs/sources.md)",
        2,
    )


async def _ready(database: Database) -> None:
    """Tables as this version needs them. Raises BackfillError."""
    try:
        if database.dialect == "sqlite":
            await upgrade(database)
        elif not (await revision(database)).up_to_date:
            raise BackfillError("backfill: the tables are of another version: run baqylau db upgrade")
    except DatabaseError as error:
        raise BackfillError(str(error)) from None


class _Backfill:
    def __init__(
        self,
        config: Config,
        source: Source,
        store: Store,
        stretch: tuple[datetime, datetime],
        stream: TextIO,
    ) -> None:
        self._source, self._store, self._stretch, self._stream = source, store, stretch, stream
        self._rules = load_rules()
        self._indicators = load_indicators(config.indicators)
        self._judging = Judging(self._judge, Histories(store.database, self._rules))
        self._place = f"{source.name}@{stretch[0]:%Y%m%d}-{stretch[1]:%Y%m%d}"
        self._read = 0
        self._aside = 0
        if isinstance(source, Remembering):
            source.remember(store.memory(source.name))

    def _judge(self, release: Release, /, history: History | None = None) -> list[Finding]:
        context = Context(rules=self._rules, history=history, seen_at=utc_now())
        return judge_release(release, context, self._indicators)

    async def run(self, stop: asyncio.Event) -> bool:
        began, failures = time.monotonic(), 0
        with Progressing(f"backfill {self._source.name}", 1.0, self._stream) as progress:
            while not stop.is_set():
                before = self._read
                try:
                    finished = await self._once(stop, progress, began)
                except (SourceError, StoreError) as error:
                    failures = 1 if self._read > before else failures + 1
                    await self._wait(error, failures, stop)
                    continue
                if finished:
                    self._say(f"done: {self._read} purchases read, {self._aside} set aside")
                    return True
        self._say(f"stopped after {self._read} purchases: the same command goes on from here")
        return False

    async def _once(self, stop: asyncio.Event, progress: Progressing, began: float) -> bool:
        """Read on from the stored place; True when the whole stretch is read."""
        assert isinstance(self._source, Rewinding)  # noqa: S101 - asked before
        steps = self._source.rewind(await self._store.cursor(self._place), *self._stretch)
        try:
            async for step in steps:
                await self._take(step)
                pace = self._read / max(time.monotonic() - began, 1e-9) * 60
                progress.reach(step.share, f"{self._read} purchases, {pace:.0f} a minute")
                if stop.is_set():
                    return False
        finally:
            if hasattr(steps, "aclose"):
                await steps.aclose()
        return True

    async def _take(self, step: Step) -> None:
        judged, broken = await self._judging.batch(self._source.name, step.batch)
        step.batch.rejected.extend(broken)
        await self._store.save(
            self._source.name, step.batch, judged,
            cursor=step.batch.cursor, rank=self._source.rank, place=self._place, old=True,
        )  # fmt: skip
        self._read += len(judged)
        self._aside += len(step.batch.rejected)

    async def _wait(self, error: Exception, failures: int, stop: asyncio.Event) -> None:
        if getattr(error, "permanent", False) or failures > _MOST_FAILURES:
            raise BackfillError(f"backfill: {error}; what was read is kept, the same command goes on") from None
        least = getattr(error, "retry_after", None) or 0.0
        wait = max(least, min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (failures - 1)))
        self._say(f"{error}; tried again in {wait:.0f} s")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await stop.wait()

    def _say(self, sentence: str) -> None:
        print(f"backfill {self._source.name}: {sentence}", file=self._stream, flush=True)
