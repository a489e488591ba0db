"""The portal as a source: each reading goes through its lists, gathers what is new or due, and keeps the place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec
import structlog

from watchers.ocds import parse_datetime
from watchers.sources.base import Batch, Clock, Forgetful, Memory, SourceError, Step
from watchers.sources.goszakup.backfill import Backfill
from watchers.sources.goszakup.feeds import local_stamp
from watchers.sources.goszakup.gathering import Gatherer
from watchers.sources.goszakup.passes import Place, Reading
from watchers.sources.goszakup.portal import Portal
from watchers.sources.goszakup.questions import FEEDS
from watchers.sources.goszakup.settings import GoszakupSettings

__all__ = ["Goszakup"]

log = structlog.get_logger("watchers.sources")


class Goszakup:
    """Kazakhstan's state procurement."""

    kind: ClassVar[str] = "goszakup"
    rank: ClassVar[int] = 20
    Settings: ClassVar[type[GoszakupSettings]] = GoszakupSettings

    def __init__(self, name: str, settings: GoszakupSettings, clock: Clock) -> None:
        self.name = name
        self.poll_seconds = settings.poll_seconds
        self.settings = settings
        self.clock = clock
        self.portal = Portal(name, settings, clock)
        self.gatherer = Gatherer(self.portal, settings, Forgetful(), clock)

    def remember(self, memory: Memory) -> None:
        """Follow purchases in this memory."""
        self.gatherer.memory = memory

    async def close(self) -> None:
        """Close the connections."""
        await self.portal.close()

    async def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Read on until caught up. Raises SourceError, after everything that could be read was given."""
        place = self._load(cursor)
        if place is None:
            place = await self._start()
            yield Batch([], [], place.cursor)
        reading = Reading(self.gatherer, self.clock, place)
        troubles: list[SourceError] = []
        parts = (reading.register, reading.new, reading.lots, reading.deals, reading.due, reading.sweep)
        for part in parts:
            try:
                async for batch in part():
                    yield batch
            except SourceError as error:
                if error.permanent:
                    raise
                troubles.append(error)
        if troubles:
            first = troubles[0]
            raise SourceError(str(first), retry_after=first.retry_after, partly=len(troubles) < len(parts) - 1)

    def rewind(self, cursor: str | None, since: datetime, until: datetime) -> AsyncIterator[Step]:
        """Read what was published between two moments. Raises SourceError."""
        return Backfill(self.gatherer, self.clock).steps(cursor, since, until)

    async def _start(self) -> Place:
        """From a date, or from now on; either way the portal has to answer once."""
        page = await self.portal.page("TrdBuy", FEEDS["TrdBuy"], limit=1)
        log.info("goszakup_starts", source=self.name, announcements=page.total, start=self.settings.start)
        start = self.settings.start
        now = self.clock() + min(self.portal.skew, timedelta(0))  # by the clock that is behind: nothing is left out
        since = local_stamp((parse_datetime(start) if start != "now" else None) or now)
        return Place(since, since, since)

    def _load(self, cursor: str | None) -> Place | None:
        if not cursor:
            return None
        try:
            return msgspec.json.decode(cursor, type=Place)
        except msgspec.DecodeError:
            log.warning("cursor_not_understood", source=self.name, consequence="starts afresh")
            return None
