"""How the platform is asked: pages of its listing, and everything about one announcement."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec
import structlog

from watchers.http import Answer, Client, HttpError, UnusableAnswer
from watchers.ocds import Release, parse_datetime
from watchers.sources.awaited import awaited_until
from watchers.sources.base import Clock, Record, Rejected, SourceError
from watchers.sources.pages import require_json
from watchers.sources.quasi.refusals import explained
from watchers.sources.unified.mapping import map_announcement
from watchers.sources.unified.model import File, Listing, LotRow, read_announcement, read_rows
from watchers.sources.unified.settings import UnifiedSettings

__all__ = ["Page", "Platform", "Told"]

log = structlog.get_logger("watchers.sources")

_Row = TypeVar("_Row", LotRow, File)
_MOST_LOTS = 5000
"""Lots of one announcement that are read; the largest of the state have some hundreds."""


class Page(msgspec.Struct, frozen=True):
    """Lots of a page by announcement, rows that could not be read, and how many lots the listing has."""

    groups: dict[str, list[LotRow]]
    rejected: list[Rejected]
    keys: frozenset[str]
    size: int
    count: int

    @property
    def rows(self) -> Iterable[LotRow]:
        """Every lot that could be read."""
        return (row for rows in self.groups.values() for row in rows)


class Told(msgspec.Struct, frozen=True):
    """What came of reading an announcement, the lots it lists itself, and when to read it again for files that lack."""

    answer: Record | Rejected
    lots: list[LotRow] = []
    again: datetime | None = None


class Platform:
    """Asks zakup.gov.kz. Raises SourceError in words an operator can act upon."""

    def __init__(self, name: str, settings: UnifiedSettings, clock: Clock) -> None:
        self._name = name
        self._settings = settings
        self._clock = clock
        self._base = settings.base_url.rstrip("/")
        self._host = urlsplit(settings.base_url).netloc
        self._client = Client(name, settings, clock, settings.base_url)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def page(self, offset: int, filters: Mapping[str, str]) -> Page:
        """One page of the listing of lots, the newest first."""
        systems = "__".join(map(str, self._settings.systems))
        query = {"system_id__in": systems, "limit": self._settings.limit, "offset": offset, **filters}
        url = f"{self._base}/_lots/?{urlencode(query)}"
        answer = await self._get(url)
        return self._read_page(read_rows(answer.body), url)

    def _read_page(self, listing: Listing, url: str) -> Page:
        rows, rejected = _rows(listing.results, LotRow, url)
        groups: dict[str, list[LotRow]] = {}
        for raw, row in rows:
            if row.announcement_id is None or row.id is None:
                rejected.append(Rejected("the listing shows a lot without its id or its announcement's", raw, url))
            else:
                groups.setdefault(str(row.announcement_id), []).append(row)
        keys = frozenset(str(row.id) for _, row in rows)
        return Page(groups, rejected, keys, len(listing.results), listing.count)

    async def walk(self, filters: Mapping[str, str], first: Page | None = None) -> AsyncIterator[Page]:
        """Page after page. They overlap a little, because rows move while they are read."""
        offset, seen = 0, set[str]()
        while True:
            page = first if first is not None and not offset else await self.page(offset, filters)
            if not page.size:
                return
            if page.keys and page.keys <= seen:
                raise SourceError(
                    f"{self._name}: the listing at offset {offset} shows again what was read before: not followed"
                )
            seen |= page.keys
            yield page
            if page.count and offset + page.size >= page.count:
                return
            offset += max(page.size - page.size // 20, 1)
            if offset + self._settings.limit > self._settings.most_listed:
                log.warning("listing_cut", source=self._name, listed=page.count, read=offset)
                return

    async def read(self, groups: Mapping[str, Sequence[LotRow]]) -> list[Told]:
        """Everything about these announcements, in their order; `groups` holds the lots the listing showed."""
        urls = [f"{self._base}/announcements/{key}/" for key in groups]
        answers = await self._get_each(urls)
        lots = await self._get_each([f"{url}lots/?limit={self._settings.limit}&offset=0" for url in urls])
        files = await self._files(urls)
        found: list[Told] = []
        for key, url, answer, listed, filed in zip(groups, urls, answers, lots, files, strict=True):
            if isinstance(answer, HttpError):
                rows = msgspec.json.encode(groups[key])
                found.append(Told(Rejected(f"the listing names it, its page answers {answer.status}", rows, url)))
            else:
                found.append(self._told(answer, await self._all_lots(url, listed), groups[key], filed))
        return found

    async def _all_lots(self, url: str, first: Answer | HttpError) -> list[msgspec.Raw] | None:
        """The rows of every lot of an announcement; None where it does not list them."""
        if isinstance(first, HttpError):
            return None
        listing = read_rows(first.body)
        rows = list(listing.results)
        while rows and len(rows) < min(listing.count, _MOST_LOTS):
            answer = await self._get(f"{url}lots/?limit={self._settings.limit}&offset={len(rows)}")
            more = read_rows(answer.body).results
            if not more or bytes(more[-1]) == bytes(rows[-1]):
                break
            rows += more
        return rows

    def _told(
        self, answer: Answer, raws: list[msgspec.Raw] | None, listed: Sequence[LotRow], filed: Answer | None
    ) -> Told:
        shown = [bytes(raw) for raw in raws] if raws else [msgspec.json.encode(row) for row in listed]
        files = read_rows(filed.body).results if filed is not None else None
        parts = (b",".join(shown), b"null" if files is None else b"[" + b",".join(map(bytes, files)) + b"]")
        body = b'{"announcement":%b,"lots":[%b],"files":%b}' % (answer.body, *parts)
        try:
            lots = [msgspec.json.decode(raw, type=LotRow, strict=False) for raw in shown]
            named = None if files is None else [row for _, row in _rows(files, File, answer.url)[0]]
            release = map_announcement(read_announcement(answer.body), lots, named, now=self._clock())
        except (msgspec.DecodeError, ValueError) as error:
            return Told(Rejected(f"not an announcement as the platform shows them: {error}", body, answer.url))
        key = answer.url.rstrip("/").rpartition("/")[2]
        record = Record(release, body, answer.url, f"{self._settings.link_base.rstrip('/')}/{key}")
        return Told(record, lots, None if files is None else _again(release, self._clock()))

    async def _files(self, urls: Sequence[str]) -> list[Answer | None]:
        """The lists of files; None where there is none to be had. What is bought is told without them."""
        if not self._settings.files:
            return [None] * len(urls)
        try:
            answers = await self._get_each([f"{url}general-files/" for url in urls])
        except SourceError as error:
            log.warning("files_not_listed", source=self._name, reason=str(error))
            return [None] * len(urls)
        return [None if isinstance(answer, HttpError) else answer for answer in answers]

    async def _get(self, url: str) -> Answer:
        try:
            return await self._client.get(url, _usable)
        except SourceError as error:
            raise explained(error, self._name, self._host) from None

    async def _get_each(self, urls: Sequence[str]) -> list[Answer | HttpError]:
        try:
            return await self._client.get_each(urls, _usable)
        except SourceError as error:
            raise explained(error, self._name, self._host) from None


def _again(release: Release, now: datetime) -> datetime | None:
    """When files that lack are no longer awaited, if that is still to come."""
    tender = release.tender
    if tender is None or tender.documents_listed or not tender.date_published:
        return None
    awaited = awaited_until(parse_datetime(tender.date_published), tender.documents)
    return awaited if awaited is not None and awaited > now else None


def _usable(answer: Answer) -> None:
    require_json(answer, answer.body)
    if "/lots/" in answer.url or "/general-files/" in answer.url:
        try:
            read_rows(answer.body)
        except msgspec.ValidationError as error:
            raise UnusableAnswer(f"something that is no list: {error}") from None


def _rows(raws: Iterable[msgspec.Raw], kind: type[_Row], url: str) -> tuple[list[tuple[bytes, _Row]], list[Rejected]]:
    """Rows of a list, and those that are none of that kind."""
    rows: list[tuple[bytes, _Row]] = []
    rejected: list[Rejected] = []
    for raw in raws:
        try:
            rows.append((bytes(raw), msgspec.json.decode(raw, type=kind, strict=False)))
        except (msgspec.DecodeError, ValueError) as error:
            rejected.append(Rejected(f"a row that cannot be read: {error}", bytes(raw), url))
    return rows, rejected
