"""The Unified Procurement Platform of Kazakhstan (zakup.gov.kz): three systems without a token, quasi-state included.

The listing of lots is read from the newest down until a page holds nothing new; every hour down to the look-back, since
some are published late; and everything open or just closed is swept in slices by deadline, so that changes are seen.
An announcement is read in whole when a lot of it is new or reads otherwise. Filters are never trusted: dates and
systems are looked at again here, and a listing that ignores them ends the sweep instead of walking millions of lots.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec
import structlog

from watchers.sources.base import Batch, Clock, Memory, Note, Record, Rejected, Step
from watchers.sources.quasi.words import moment_of
from watchers.sources.unified.asking import Page, Platform
from watchers.sources.unified.backfill import Backfill
from watchers.sources.unified.mapping import system_of
from watchers.sources.unified.seen import InMemory, changed, forgotten, note_of
from watchers.sources.unified.settings import UnifiedSettings
from watchers.sources.unified.slices import Slice, next_slice

__all__ = ["Unified", "UnifiedSettings"]

log = structlog.get_logger("watchers.sources")

_HORIZON = timedelta(days=120)
"""Deadlines beyond are in one slice: hardly anybody takes bids for longer."""


class _Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """`floor`: announcements published before are not told of. When it was looked back and swept (ISO 8601).

    `sweep_at`: deadlines before were swept in the sweep under way, "" between sweeps; `hours`: the slice that fitted.
    """

    floor: str
    looked_at: str = ""
    swept_at: str = ""
    sweep_at: str = ""
    hours: float = 24.0


class Unified:
    """Lots of zakup.gov.kz, told announcement by announcement."""

    kind: ClassVar[str] = "unified"
    rank: ClassVar[int] = 10
    Settings: ClassVar[type[UnifiedSettings]] = UnifiedSettings

    def __init__(self, name: str, settings: UnifiedSettings, clock: Clock) -> None:
        self.name = name
        self.poll_seconds = settings.poll_seconds
        self._settings = settings
        self._clock = clock
        self._platform = Platform(name, settings, clock)
        self._own = InMemory()
        self._memory: Memory = self._own
        self._pages = 0

    def remember(self, memory: Memory) -> None:
        """Keep notes of what was read in this memory."""
        self._memory = memory

    async def close(self) -> None:
        """Close the connections."""
        await self._platform.close()

    async def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Read what is new, and a part of the sweep. Raises SourceError."""
        place, now = self._load(cursor), self._clock()
        if place is None:
            await self._platform.page(0, {})  # a place is worth something only where the platform answers
            place = _Place(floor=self._settings.first_moment(now).isoformat(), swept_at=now.isoformat())
            yield self._batch(place)
        deep = self._is_due(place.looked_at, self._settings.look_back_seconds)
        async for batch in self._newest(place, deep=deep):
            yield batch
        if deep:
            place = msgspec.structs.replace(place, looked_at=now.isoformat())
            yield self._batch(place, notes=await forgotten(self._memory, now))
        if place.sweep_at or self._is_due(place.swept_at, self._settings.sweep_seconds):
            async for batch in self._sweep(place):
                yield batch

    def rewind(self, cursor: str | None, since: datetime, until: datetime) -> AsyncIterator[Step]:
        """Read what was published between two moments. Raises SourceError."""
        return Backfill(self._platform, self._settings, self._memory).steps(cursor, since, until)

    async def _newest(self, place: _Place, *, deep: bool) -> AsyncIterator[Batch]:
        """From the newest down: to a page without anything new, or (`deep`) to the end of the look-back."""
        reach = self._clock() - timedelta(hours=self._settings.look_back_hours)
        floor = max(reach, _moment(place.floor))
        read: set[str] = set()  # the lots of one announcement may fill pages
        async for page in self._platform.walk({}):
            batch = await self._take(page, place)
            if batch is not None:
                yield batch
            read |= {note.key for note in batch.notes} if batch is not None else set()
            if not deep and not read & page.groups.keys():
                return
            dates = [moment for row in page.rows if (moment := moment_of(row.announcement_publish_date)) is not None]
            if dates and max(dates) < floor:
                return

    async def _sweep(self, place: _Place) -> AsyncIterator[Batch]:
        """A part of everything that is open or has just closed, in slices of deadlines that can be listed whole."""
        now = self._clock()
        at = _moment(place.sweep_at) if place.sweep_at else now - timedelta(days=self._settings.closed_days)
        width, self._pages = timedelta(hours=place.hours), 0
        while self._pages < self._settings.sweep_pages:
            one = await next_slice(self._platform, at, width, now + _HORIZON, self._settings.most_listed)
            self._pages += one.asked
            if one.ignored:
                log.warning("filter_ignored", source=self.name, consequence="changes are seen in the newest lots")
            else:
                async for batch in self._slice(one, place):
                    yield batch
            if one.ignored or one.end is None:
                yield self._batch(_Place(place.floor, place.looked_at, now.isoformat()))
                return
            at, width = one.end, one.width
            place = msgspec.structs.replace(place, sweep_at=at.isoformat(), hours=width / timedelta(hours=1))
            yield self._batch(place)

    async def _slice(self, one: Slice, place: _Place) -> AsyncIterator[Batch]:
        async for page in self._platform.walk(one.filters, one.first):
            self._pages += page is not one.first
            batch = await self._take(page, place)
            if batch is not None:
                yield batch

    async def _take(self, page: Page, place: _Place) -> Batch | None:
        """What of a page is new, read in whole; None if nothing is."""
        wanted = {
            key: rows for key, rows in page.groups.items()
            if {system_of(row.system, row.system_id) for row in rows} <= {0, *self._settings.systems}
        }  # fmt: skip
        news = await changed(self._memory, wanted, _moment(place.floor), now=self._clock())
        if not news and not page.rejected:
            return None
        read = await self._platform.read({key: wanted[key] for key in news})
        closed, now = timedelta(days=self._settings.closed_days), self._clock()
        notes = [
            note_of(key, digests, [*wanted[key], *told.lots], now, closed, again=told.again)
            for (key, digests), told in zip(news.items(), read, strict=True)
        ]
        records = [told.answer for told in read if isinstance(told.answer, Record)]
        rejected = page.rejected + [told.answer for told in read if isinstance(told.answer, Rejected)]
        return self._batch(place, records, rejected, notes)

    def _batch(
        self,
        place: _Place,
        records: list[Record] | None = None,
        rejected: list[Rejected] | None = None,
        notes: list[Note] | None = None,
    ) -> Batch:
        if self._memory is self._own:
            self._own.keep(notes or [])
        return Batch(records or [], rejected or [], msgspec.json.encode(place).decode(), notes or [])

    def _is_due(self, last: str, seconds: float) -> bool:
        return not last or self._clock() - _moment(last) >= timedelta(seconds=seconds)

    def _load(self, cursor: str | None) -> _Place | None:
        if not cursor:
            return None
        try:
            place = msgspec.json.decode(cursor, type=_Place)
            for text in (place.floor, place.looked_at, place.swept_at, place.sweep_at):
                _moment(text or place.floor)
        except (msgspec.DecodeError, ValueError):
            log.warning("cursor_not_understood", source=self.name, consequence="starts afresh")
            return None
        return place


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
