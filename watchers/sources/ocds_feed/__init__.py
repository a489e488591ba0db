"""Any publisher of OCDS over HTTP, described in configuration only: see docs/sources.md."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import ClassVar

from watchers.http import Client
from watchers.sources.base import Batch, Clock
from watchers.sources.ocds_feed.reader import FeedReader
from watchers.sources.ocds_feed.settings import FeedSettings
from watchers.sources.ocds_feed.styles import by_cursor, by_window, from_newest, in_full

__all__ = ["OcdsFeed"]

_STYLES = {"cursor": by_cursor, "window": by_window, "newest": from_newest, "full": in_full}


class OcdsFeed:
    """One OCDS feed, polled in one of four styles."""

    kind: ClassVar[str] = "ocds_feed"
    rank: ClassVar[int] = 0
    Settings: ClassVar[type[FeedSettings]] = FeedSettings

    def __init__(self, name: str, settings: FeedSettings, clock: Clock) -> None:
        self.name = name
        self.poll_seconds = settings.poll_seconds
        self._clock = clock
        self._client = Client(name, settings, clock, settings.url)
        self._feed = FeedReader(name, settings, self._client)
        self._style = _STYLES[settings.style]

    def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Read on until caught up. Raises SourceError."""
        return self._style(self._feed, self._clock, cursor or "")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
