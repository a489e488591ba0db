"""Samruk-Kazyna's portal as a source: adverts, the last changed first, down to a page without anything new.

Whether its gateway lets a program in changes from month to month: some read it freely, others were met with 418, 429, a
page with a puzzle, or a demand for a header that only its own script can make. So the source is off unless it is
switched on, asks seldom, and says plainly when it is refused. It does not try to get around a refusal.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import ClassVar
from urllib.parse import urlsplit

import msgspec
import structlog

from watchers.http import Answer, Client, HttpError, UnusableAnswer
from watchers.http_settings import HttpSettings
from watchers.ocds import parse_datetime
from watchers.sources.base import Batch, Clock, Forgetful, Memory, Note, Record, Rejected, SourceError
from watchers.sources.pages import require_json
from watchers.sources.quasi.refusals import explained
from watchers.sources.quasi.words import moment_of
from watchers.sources.samruk.mapping import map_advert
from watchers.sources.samruk.model import Advert, read_advert, read_lots, read_page

__all__ = ["Samruk", "SamrukSettings"]

log = structlog.get_logger("watchers.sources")

_KIND = "advert"
_SEARCH = "eprocsearch/api/external/4dv3rts"
_WANTED = msgspec.json.encode(
    {"tenderSubjectTypes": [], "advertStatus": "PUBLISHED", "lotStatus": "PUBLISHED", "query": ""}
)
_LOOKS_AFTER_CLOSING = (timedelta(days=1), timedelta(days=10))
_FORGOTTEN_AFTER = timedelta(days=11)
_DUE_AT_ONCE = 20
_MOST_LOTS = 100


class SamrukSettings(HttpSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the portal is and how it is read; docs/sources.md explains each key. It is off unless it is switched on."""

    enabled: bool = False
    base_url: str = "https://zakup.sk.kz"
    link_base: str = "https://zakup.sk.kz/#/ext(popup:item"
    start: str = "now"
    limit: int = 10
    most_pages: int = 50
    poll_seconds: float = 900.0
    requests_per_second: float = 0.5
    max_concurrency: int = 1
    attempts: int = 3
    timeout_seconds: float = 60.0

    def __post_init__(self) -> None:
        """Refuse page sizes the portal does not give and a start that is no date. Raises ValueError."""
        super().__post_init__()
        if not 1 <= self.limit <= 100:
            raise ValueError("limit must be between 1 and 100; the portal may refuse more than 10")
        if self.start != "now" and parse_datetime(self.start) is None:
            raise ValueError(f"start = {self.start!r} is neither 'now' nor an ISO 8601 date")


class _Met(msgspec.Struct, frozen=True, array_like=True):
    """What the listing said of an advert, as a digest; when it closes; how often it was looked at after that."""

    digest: bytes = b""
    closes: float = 0.0
    looks: int = 0


class Samruk:
    """Adverts of zakup.sk.kz."""

    kind: ClassVar[str] = "samruk"
    rank: ClassVar[int] = 20
    Settings: ClassVar[type[SamrukSettings]] = SamrukSettings

    def __init__(self, name: str, settings: SamrukSettings, clock: Clock) -> None:
        self.name = name
        self.poll_seconds = settings.poll_seconds
        self._settings = settings
        self._clock = clock
        self._base = settings.base_url.rstrip("/")
        self._host = urlsplit(settings.base_url).netloc
        self._client = Client(name, settings, clock, settings.base_url)
        self._memory: Memory = Forgetful()

    def remember(self, memory: Memory) -> None:
        """Keep notes of what was read in this memory."""
        self._memory = memory

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Read what changed since the last reading, then what has closed. Raises SourceError."""
        if not cursor:
            await self._page(0)  # a place is worth something only where the portal answers
            start = parse_datetime(self._settings.start) if self._settings.start != "now" else None
            cursor = (start or self._clock()).isoformat()
            yield Batch([], [], cursor)
        floor = parse_datetime(cursor) or self._clock()
        seen: set[str] = set()
        for page in range(self._settings.most_pages):
            adverts, rejected = await self._page(page)
            keys = {str(advert.id) for advert in adverts}
            if not adverts and not rejected:
                break
            if keys and keys <= seen:
                raise SourceError(f"{self.name}: page {page} of the list shows again what was read: not followed")
            seen |= keys
            batch = await self._take(adverts, rejected, floor, cursor)
            if batch is None:
                break
            yield batch
        async for batch in self._closed(cursor):
            yield batch

    async def _page(self, page: int) -> tuple[list[Advert], list[Rejected]]:
        url = f"{self._base}/{_SEARCH}/filter?size={self._settings.limit}&page={page}&sort=lastModifiedDate,desc"
        answer = await self._ask(url, _WANTED)
        adverts, rejected = [], []
        for raw in read_page(answer.body):
            try:
                adverts.append(read_advert(raw))
            except (msgspec.DecodeError, ValueError) as error:
                rejected.append(Rejected(f"a row that cannot be read: {error}", bytes(raw), url))
        return adverts, rejected

    async def _take(
        self, adverts: Sequence[Advert], rejected: list[Rejected], floor: datetime, cursor: str
    ) -> Batch | None:
        """What of a page is new or reads otherwise, read in whole; None if nothing is."""
        notes = await self._memory.recall(_KIND, [str(advert.id) for advert in adverts])
        news = []
        for advert in adverts:
            note = notes.get(str(advert.id))
            said = moment_of(advert.last_modified_date) or moment_of(advert.acceptance_begin_date_time)
            if note is None and said is not None and said < floor:
                continue
            if note is None or _met(note).digest != _digest(advert):
                news.append(advert)
        if not news:
            return Batch([], rejected, cursor) if rejected else None
        answers = [await self._read(str(advert.id)) for advert in news]
        kept = [self._note(advert, 0) for advert in news]
        records = [one for one in answers if isinstance(one, Record)]
        return Batch(records, [*rejected, *(one for one in answers if isinstance(one, Rejected))], cursor, kept)

    async def _closed(self, cursor: str) -> AsyncIterator[Batch]:
        """Adverts leave the list after their deadline: some are looked at by their ids, to learn how they ended."""
        due = await self._memory.due(_KIND, self._clock(), _DUE_AT_ONCE)
        for note in due:
            met = _met(note)
            if met.looks >= len(_LOOKS_AFTER_CLOSING):
                yield Batch([], [], cursor, [Note(_KIND, note.key, None)])
                continue
            answer = await self._read(note.key)
            records = [answer] if isinstance(answer, Record) else []
            rejected = [answer] if isinstance(answer, Rejected) else []
            later = msgspec.structs.replace(met, looks=met.looks + 1)
            yield Batch(records, rejected, cursor, [_kept(note.key, later, self._clock())])

    async def _read(self, key: str) -> Record | Rejected:
        """One advert with its lots."""
        url = f"{self._base}/{_SEARCH}/{key}"
        try:
            told = await self._ask(url)
            lots = await self._ask(f"{self._base}/{_SEARCH}/lots/{key}?size={_MOST_LOTS}&page=0")
        except HttpError as error:
            if error.status not in {404, 410}:
                raise
            return Rejected(f"the list names it, its page answers {error.status}", key.encode(), url)
        body = b'{"advert":%b,"lots":%b}' % (told.body, lots.body)
        try:
            release = map_advert(read_advert(told.body), read_lots(lots.body), self._base)
        except (msgspec.DecodeError, ValueError) as error:
            return Rejected(f"not an advert as the portal shows them: {error}", body, url)
        return Record(release, body, url, f"{self._settings.link_base}/{key}/advert)")

    def _note(self, advert: Advert, looks: int) -> Note:
        closes = moment_of(advert.acceptance_end_date_time)
        met = _Met(_digest(advert), closes.timestamp() if closes else self._clock().timestamp(), looks)
        return _kept(str(advert.id), met, self._clock())

    async def _ask(self, url: str, body: bytes | None = None) -> Answer:
        try:
            if body is None:
                return await self._client.get(url, _usable)
            return await self._client.post(url, body, _usable)
        except SourceError as error:
            if body is None and isinstance(error, HttpError) and error.status in {404, 410}:
                raise  # an advert that is not there
            raise explained(error, self.name, self._host) from None


def _digest(advert: Advert) -> bytes:
    said = msgspec.json.encode(msgspec.structs.replace(advert, documents=None, customer=None, organizer=None))
    return blake2b(said, digest_size=8).digest()


def _met(note: Note) -> _Met:
    try:
        return msgspec.msgpack.decode(note.value or b"", type=_Met)
    except msgspec.DecodeError:
        return _Met()


def _kept(key: str, met: _Met, now: datetime) -> Note:
    closes = datetime.fromtimestamp(met.closes, now.tzinfo)
    after = _LOOKS_AFTER_CLOSING[met.looks] if met.looks < len(_LOOKS_AFTER_CLOSING) else _FORGOTTEN_AFTER
    return Note(_KIND, key, msgspec.msgpack.encode(met), max(closes + after, now + timedelta(hours=1)))


def _usable(answer: Answer) -> None:
    require_json(answer, answer.body)
    if "/filter?" in answer.url or "/lots/" in answer.url:
        try:
            read_page(answer.body)
        except msgspec.ValidationError as error:
            raise UnusableAnswer(f"something that is no list: {error}") from None
