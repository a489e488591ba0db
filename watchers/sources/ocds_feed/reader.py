"""Fetches the pages of a feed and reads their records: page by page, guarded against loops, details by id."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from watchers.http import Answer, Client, HttpError
from watchers.ocds import parse_datetime
from watchers.readers import Good, SetAside, read_body
from watchers.sources.base import Record, Rejected, SourceError
from watchers.sources.ocds_feed.settings import FeedSettings
from watchers.sources.ocds_feed.urls import fill, next_address
from watchers.sources.pages import mend, raw_at, raw_list, require_json, text_at

__all__ = ["Entry", "FeedReader", "Page"]


class Entry(msgspec.Struct, frozen=True):
    """One record of a page. `key` is a hash of the publisher's bytes; `id` is set where the details are to be asked.

    `date` is when it was released or modified, None if the page does not say.
    """

    key: str
    raw: bytes
    id: str = ""
    read: Good | SetAside | None = None
    date: datetime | None = None


class Page(msgspec.Struct, frozen=True):
    """One answer of the feed: its records, and what it says of the next page ("" if nothing)."""

    url: str
    entries: list[Entry]
    next: str
    pages: int | None


def _key(raw: bytes) -> str:
    return hashlib.blake2b(raw, digest_size=8).hexdigest()


class FeedReader:
    """What the four polling styles have in common. Raises SourceError."""

    def __init__(self, name: str, settings: FeedSettings, client: Client) -> None:
        self.name = name
        self.settings = settings
        self._client = client

    async def walk(self, values: Mapping[str, object], at: str = "") -> AsyncIterator[tuple[Page, str, str]]:
        """The pages of one listing from position `at` ("" is the first), each with its and the next one's position.

        The next position is "" after the last page. A page that leads back to one already read is an error: going on
        would never end, stopping in silence would lose what follows.
        """
        seen = {at}
        previous: tuple[str, ...] = ()
        for _ in range(self.settings.max_pages):
            try:
                page = await self._page(self._address(values, at))
            except HttpError as error:
                if error.status == 404 and at and self.settings.paging in {"page", "offset"}:
                    return  # how some publishers say that there is no such page any more
                raise
            keys = tuple(entry.key for entry in page.entries)
            if keys and keys == previous and self.settings.paging in {"page", "offset"}:
                raise SourceError(f"{self.name}: {page.url} repeats the page before it: check paging and pages_pointer")
            after = self._after(page, at)
            if after and after in seen:
                raise SourceError(f"{self.name}: {page.url} leads back to a page already read ({after}): not followed")
            yield page, at, after
            if not after:
                return
            seen.add(after)
            at, previous = after, keys
        raise SourceError(
            f"{self.name}: {self.settings.url} has more than {self.settings.max_pages} pages: make the windows smaller,"
            f" or raise sources.{self.name}.max_pages"
        )

    def _address(self, values: Mapping[str, object], at: str) -> str:
        settings = self.settings
        first = settings.first_page if settings.paging == "page" else 0
        position: dict[str, object] = {"page": first, "offset": 0, "cursor": settings.first_cursor}
        if at and self._links():
            return at
        if at:
            position |= {"page": at, "offset": at, "cursor": at}
        template = settings.next_url if at and settings.next_url else settings.url
        return fill(template, {"limit": settings.limit, **values, **position})

    def _links(self) -> bool:
        return bool(self.settings.next_pointer) and self.settings.next_is == "url"

    def _after(self, page: Page, at: str) -> str:
        settings = self.settings
        if settings.style == "cursor" or settings.paging == "next":
            return self._named_next(page, at)
        if settings.paging == "none" or not page.entries:
            return ""
        if settings.paging == "offset":
            return str(int(at or 0) + len(page.entries))
        number = int(at or settings.first_page)
        last = None if page.pages is None else page.pages - 1 + settings.first_page
        return "" if last is not None and number >= last else str(number + 1)

    def _named_next(self, page: Page, at: str) -> str:
        if not page.next:
            return ""
        if not self._links():
            stays = page.next == (at or self.settings.first_cursor)
            after = page.next
        else:
            after = next_address(
                self.name, page.url, page.next, self.settings.url, self.settings.allow_hosts
            )  # the first page is known by "", later ones by their address
            stays = after in {at, page.url}
        if stays and len(page.entries) >= self.settings.limit:
            raise SourceError(
                f"{self.name}: {page.url} is full and names itself as the next page: what follows is lost"
            )
        return "" if stays else after

    async def _page(self, url: str) -> Page:
        answer = await self._client.get(url, self._usable)
        body = self._mended(answer)
        pages = text_at(body, self.settings.pages_pointer) if self.settings.pages_pointer else ""
        return Page(
            url,
            self._entries(body, url),
            text_at(body, self.settings.next_pointer) if self.settings.next_pointer else "",
            int(pages) if pages.isdecimal() else None,
        )

    def _entries(self, body: bytes, url: str) -> list[Entry]:
        settings = self.settings
        if settings.detail_url:
            listed = raw_list(body, settings.list_pointer)
            if listed is None:
                if body.strip() in {b"{}", b"[]", b"null"}:
                    return []
                raise SourceError(f"{self.name}: {url} has no list at list_pointer {settings.list_pointer!r}")
            return [self._listed(raw) for raw in listed]
        found = raw_at(body, settings.records_pointer)
        if found is None or found.strip() in {b"{}", b"[]", b"null"}:
            return []
        return [
            Entry(_key(read.raw), read.raw, read=read, date=read.release.released if isinstance(read, Good) else None)
            for read in read_body(found, url)
        ]

    def _listed(self, raw: bytes) -> Entry:
        date = text_at(raw, self.settings.date_pointer) if self.settings.date_pointer else ""
        return Entry(_key(raw), raw, id=text_at(raw, self.settings.id_pointer), date=parse_datetime(date))

    async def read(self, entries: Sequence[Entry]) -> list[Record | Rejected]:
        """The records of some entries; details are asked for, several at once, where the feed only lists ids."""
        template = self.settings.detail_url
        answers = iter(
            await self._client.get_each(
                (fill(template, {"id": entry.id}) for entry in entries if entry.id), self._usable
            )
        )
        records: list[Record | Rejected] = []
        for entry in entries:
            if entry.read is not None:
                records.append(self._record(entry.read))
            elif not entry.id:
                reason = f"the list entry has no id at {self.settings.id_pointer}"
                records.append(Rejected(reason, entry.raw, self.settings.url))
            else:
                records += self._details(entry, next(answers))
        return records

    def _details(self, entry: Entry, answer: Answer | HttpError) -> Iterable[Record | Rejected]:
        if isinstance(answer, HttpError):
            url = fill(self.settings.detail_url, {"id": entry.id})
            return [Rejected(f"the list names it, its page answers {answer.status}", entry.raw, url)]
        body = raw_at(self._mended(answer), self.settings.records_pointer)
        if body is None:
            reason = f"nothing at records_pointer {self.settings.records_pointer!r}"
            return [Rejected(reason, answer.body, answer.url)]
        return [self._record(read) for read in read_body(body, answer.url)]

    def _record(self, read: Good | SetAside) -> Record | Rejected:
        if isinstance(read, SetAside):
            return Rejected(read.reason, read.raw, read.url)
        release = read.release
        tender = release.tender
        names = {"ocid": release.ocid, "id": release.id, "tender_id": tender.key if tender else ""}
        return Record(release, read.raw, read.url, fill(self.settings.link, names) if self.settings.link else "")

    def _mended(self, answer: Answer) -> bytes:
        return mend(answer.body, self.settings.fixups, self.settings.encoding)

    def _usable(self, answer: Answer) -> None:
        require_json(answer, self._mended(answer))
