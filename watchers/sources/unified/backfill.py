"""The past of the platform: announcements published in a stretch of time, found by their deadlines.

The platform is known to filter by deadline; by the date of publication it is not. So deadlines from the beginning of
the stretch to some months after its end are gone through, and the date of publication is looked at here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import msgspec

from watchers.sources.base import Batch, Memory, Record, Rejected, SourceError, Step
from watchers.sources.quasi.words import moment_of
from watchers.sources.unified.asking import Page, Platform
from watchers.sources.unified.seen import changed
from watchers.sources.unified.settings import UnifiedSettings
from watchers.sources.unified.slices import WIDTH, next_slice

__all__ = ["Backfill"]

_LONGEST_WINDOW = timedelta(days=60)


class _Place(msgspec.Struct, frozen=True):
    """Deadlines before `at` are read; `hours` is the width of a slice that fitted."""

    at: str
    hours: float
    done: bool = False


class Backfill:
    """Reads a stretch of the past, step by step."""

    def __init__(self, platform: Platform, settings: UnifiedSettings, memory: Memory) -> None:
        self._platform, self._settings, self._memory = platform, settings, memory
        self._read: set[str] = set()  # an announcement has lots on several pages

    async def steps(self, cursor: str | None, since: datetime, until: datetime) -> AsyncIterator[Step]:
        """From the oldest of the stretch on. Raises SourceError; the next call goes on from the stored cursor."""
        first = _Place(since.isoformat(), WIDTH / timedelta(hours=1))
        place = msgspec.json.decode(cursor, type=_Place) if cursor else first
        horizon = until + _LONGEST_WINDOW
        while not place.done:
            at, width = datetime.fromisoformat(place.at), timedelta(hours=place.hours)
            one = await next_slice(self._platform, at, width, horizon, self._settings.most_listed)
            if one.ignored:
                raise SourceError(
                    "the platform does not filter by deadline any more, so its past cannot be read", permanent=True
                )
            share = min((at - since) / (horizon - since), 1.0)
            async for page in self._platform.walk(one.filters, one.first):
                batch = await self._batch(page, place, since, until)
                if batch is not None:
                    yield Step(batch, share)
            done = one.end is None or one.end > horizon
            place = _Place((one.end or horizon).isoformat(), one.width / timedelta(hours=1), done)
            yield Step(Batch([], [], _text(place)), 1.0 if done else share)

    async def _batch(self, page: Page, place: _Place, since: datetime, until: datetime) -> Batch | None:
        wanted = {}
        for key, rows in page.groups.items():
            published = [moment for row in rows if (moment := moment_of(row.announcement_publish_date)) is not None]
            if key not in self._read and published and since <= max(published) <= until:
                wanted[key] = rows
        news = await changed(self._memory, wanted, since)
        if not news and not page.rejected:
            return None
        read = await self._platform.read({key: wanted[key] for key in news})
        self._read.update(news)
        records = [told.answer for told in read if isinstance(told.answer, Record)]
        rejected = [told.answer for told in read if isinstance(told.answer, Rejected)]
        return Batch(records, page.rejected + rejected, _text(place))


def _text(place: _Place) -> str:
    return msgspec.json.encode(place).decode()
