"""Prozorro, Ukraine: the feed of changed tenders, each fetched by its id and mapped to OCDS.

The feed is ordered by an internal time of publication, holds back the last second, and repeats a tender at each change.
Its offset is opaque; an empty page means caught up; a 404 means that the offset is no longer known. A date is an offset
too, which is how a lost place is found again. Source: openprocurement.api documentation, basic actions, feed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from typing import ClassVar
from urllib.parse import quote, urlencode

import msgspec
import structlog

from watchers.http import Answer, Client, HttpError, UnusableAnswer
from watchers.http_settings import HttpSettings
from watchers.ocds import parse_datetime
from watchers.sources.base import Batch, Clock, Record, Rejected, SourceError, split_batches
from watchers.sources.pages import require_json
from watchers.sources.prozorro.mapping import OCID_PREFIX, map_tender, read_tender

__all__ = ["Prozorro", "ProzorroSettings"]

log = structlog.get_logger("watchers.sources")

_MOST_RESTARTS = 1


class ProzorroSettings(HttpSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where Prozorro is and how it is read; docs/sources.md explains each key."""

    base_url: str = "https://public-api.prozorro.gov.ua/api/2.5"
    link_base: str = "https://prozorro.gov.ua/tender"
    start: str = "now"
    limit: int = 100
    restart_overlap_seconds: float = 3600.0
    poll_seconds: float = 15.0
    requests_per_second: float = 20.0
    max_concurrency: int = 10

    def __post_init__(self) -> None:
        """Refuse a page size the API does not give and a start that is no date. Raises ValueError."""
        super().__post_init__()
        if not 1 <= self.limit <= 1000:
            raise ValueError("limit must be between 1 and 1000")
        if self.start != "now" and parse_datetime(self.start) is None:
            raise ValueError(f"start = {self.start!r} is neither 'now' nor an ISO 8601 date")


class _Cursor(msgspec.Struct, frozen=True):
    """The offset to ask next, and the newest `dateModified` seen: where to restart if the offset is refused."""

    offset: str
    since: str


class _Listed(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    date_modified: str = ""


class _Place(msgspec.Struct, frozen=True):
    offset: str | int | float = ""


class _FeedPage(msgspec.Struct, frozen=True):
    data: list[_Listed]
    next_page: _Place | None = None
    prev_page: _Place | None = None


class Prozorro:
    """The tenders of an OpenProcurement API."""

    kind: ClassVar[str] = "prozorro"
    rank: ClassVar[int] = 0
    Settings: ClassVar[type[ProzorroSettings]] = ProzorroSettings

    def __init__(self, name: str, settings: ProzorroSettings, clock: Clock) -> None:
        self.name = name
        self.poll_seconds = settings.poll_seconds
        self._settings = settings
        self._clock = clock
        self._client = Client(name, settings, clock, settings.base_url)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Follow the feed until it is empty. Raises SourceError."""
        place = self._load(cursor)
        stored = cursor or ""
        if place is None:
            place = await self._start()
            stored = _store(place)
            yield Batch([], [], stored)
        restarts = 0
        visited = {place.offset}
        while True:
            try:
                page = await self._page(offset=place.offset)
            except HttpError as error:
                if error.status != 404 or restarts >= _MOST_RESTARTS:
                    raise
                restarts += 1
                place = self._restart(place)
                visited = {place.offset}
                continue
            if not page.data:
                return
            after = self._after(page, place, visited)
            read = await self._read(page)
            for batch in split_batches(*read, before=stored, after=_store(after)):
                yield batch
            place, stored = after, _store(after)

    def _after(self, page: _FeedPage, place: _Cursor, visited: set[str]) -> _Cursor:
        """The place after a page. A page with tenders that leads nowhere new would be read for ever."""
        offset = str(page.next_page.offset) if page.next_page else ""
        if not offset or offset in visited:
            raise SourceError(
                f"{self.name}: the feed page at offset {place.offset} leads back to {offset or 'nowhere'}: not followed"
            )
        visited.add(offset)
        dates = [(parsed, text) for text in self._dates(page, place) if (parsed := parse_datetime(text)) is not None]
        return _Cursor(offset, max(dates)[1] if dates else place.since)

    def _dates(self, page: _FeedPage, place: _Cursor) -> list[str]:
        return [place.since, *(listed.date_modified for listed in page.data)]

    async def _start(self) -> _Cursor:
        """From a date, or from now on: the newest page names the way forward as its previous page."""
        now = self._clock().isoformat()
        if self._settings.start != "now":
            return _Cursor(self._settings.start, self._settings.start)
        page = await self._page(descending=1, limit=1)
        if page.prev_page is None or not page.prev_page.offset:
            return _Cursor(now, now)
        return _Cursor(str(page.prev_page.offset), now)

    def _restart(self, place: _Cursor) -> _Cursor:
        """An offset the API no longer knows: go back to a little before the newest tender seen."""
        since = parse_datetime(place.since) or self._clock()
        date = (since - timedelta(seconds=self._settings.restart_overlap_seconds)).astimezone(UTC).isoformat()
        log.warning("offset_refused", source=self.name, offset=place.offset, restart_from=date)
        return _Cursor(date, place.since)

    async def _page(self, **query: str | int) -> _FeedPage:
        parameters = {"limit": self._settings.limit, **query}
        url = f"{self._settings.base_url.rstrip('/')}/tenders?{urlencode(parameters)}"
        answer = await self._client.get(url, _usable_page)
        return msgspec.json.decode(answer.body, type=_FeedPage)

    async def _read(self, page: _FeedPage) -> tuple[list[Record], list[Rejected]]:
        """Fetch the tenders a page names, each once, and map them."""
        base = f"{self._settings.base_url.rstrip('/')}/tenders/"
        urls = [base + quote(key, safe="") for key in dict.fromkeys(listed.id for listed in page.data)]
        answers = await self._client.get_each(urls, _usable_tender)
        records: list[Record] = []
        rejected: list[Rejected] = []
        for url, answer in zip(urls, answers, strict=True):
            if isinstance(answer, HttpError):
                rejected.append(Rejected(f"the feed names it, its page answers {answer.status}", b"", url))
                continue
            try:
                release = map_tender(read_tender(answer.body))
            except (msgspec.DecodeError, ValueError) as error:
                rejected.append(Rejected(f"not a tender as Prozorro describes it: {error}", answer.body, url))
                continue
            records.append(Record(release, answer.body, url, self._link(release.ocid)))
        return records, rejected

    def _link(self, ocid: str) -> str:
        return f"{self._settings.link_base.rstrip('/')}/{quote(ocid.removeprefix(OCID_PREFIX), safe='')}"

    def _load(self, cursor: str | None) -> _Cursor | None:
        if not cursor:
            return None
        try:
            return msgspec.json.decode(cursor, type=_Cursor)
        except msgspec.DecodeError:
            log.warning("cursor_not_understood", source=self.name, consequence="starts afresh")
            return None


def _store(place: _Cursor) -> str:
    return msgspec.json.encode(place).decode()


def _usable_page(answer: Answer) -> None:
    require_json(answer, answer.body)
    try:
        msgspec.json.decode(answer.body, type=_FeedPage)
    except msgspec.ValidationError as error:
        raise UnusableAnswer(f"something that is not a page of the feed: {error}") from None


def _usable_tender(answer: Answer) -> None:
    require_json(answer, answer.body)
