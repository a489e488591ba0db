"""The four ways to poll a feed. Each yields batches whose cursor is safe to store once the batch is.

`cursor` follows the publisher's own pointer. `window` asks for what changed between two moments, with an overlap.
`newest` reads from the top until everything on a page is known. `full` lists everything and passes on what is new.

Numbered pages shift when records come or go while they are read, so a listing of several numbered pages is read again
until a pass brings nothing new.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta

import structlog

from watchers.http import HttpError
from watchers.ocds import parse_datetime
from watchers.sources.base import Batch, Clock, Record, Rejected, split_batches
from watchers.sources.ocds_feed.reader import Entry, FeedReader
from watchers.sources.ocds_feed.state import CursorState, FullState, NewestState, WindowState, load, pack, store, unpack
from watchers.sources.ocds_feed.urls import round_up, written

__all__ = ["by_cursor", "by_window", "from_newest", "in_full"]

log = structlog.get_logger("watchers.sources")

_MOST_PASSES = 5
_KEPT_KEYS = 1000


def _batches(read: Iterable[Record | Rejected], *, before: str, after: str) -> Iterable[Batch]:
    read = list(read)
    records = [record for record in read if isinstance(record, Record)]
    return split_batches(records, [one for one in read if isinstance(one, Rejected)], before=before, after=after)


def _newest(read: Iterable[Record | Rejected], otherwise: str, now: datetime) -> str:
    dates = [one.release.released for one in read if isinstance(one, Record)]
    known = [date for date in (*dates, parse_datetime(otherwise)) if date is not None and date <= now]
    return max(known).astimezone(UTC).isoformat() if known else otherwise


def _numbered(feed: FeedReader) -> bool:
    return feed.settings.paging in {"page", "offset"}


async def by_cursor(feed: FeedReader, clock: Clock, cursor: str) -> AsyncIterator[Batch]:
    """Follow the publisher's pointer; a pointer it no longer knows restarts from the last date seen."""
    settings = feed.settings
    state = load(cursor, CursorState) or CursorState(since=settings.start_moment(clock()).isoformat())
    for at in dict.fromkeys((state.at, "")):
        try:
            async for batch in _follow(feed, clock, cursor, CursorState(at=at, since=state.since)):
                cursor = batch.cursor
                state = load(cursor, CursorState) or state
                yield batch
        except HttpError as error:
            if error.status not in settings.expired_statuses or not at or state.at == "":
                raise
            log.warning("cursor_expired", source=feed.name, status=error.status, restart_from=state.since)
        else:
            return


async def _follow(feed: FeedReader, clock: Clock, cursor: str, state: CursorState) -> AsyncIterator[Batch]:
    settings = feed.settings
    since = (parse_datetime(state.since) or clock()) - timedelta(seconds=settings.overlap_seconds)
    values = {
        "since": written(since, settings.date_format, settings.zone),
        "until": written(clock(), settings.date_format, settings.zone),
    }
    newest = state.since
    async for page, at, after in feed.walk(values, state.at):
        read = await feed.read(page.entries)
        newest = _newest(read, newest, clock())
        moved = store(CursorState(at=after or at, since=newest))
        if read or moved != cursor:
            for batch in _batches(read, before=cursor, after=moved):
                yield batch
            cursor = moved


async def by_window(feed: FeedReader, clock: Clock, cursor: str) -> AsyncIterator[Batch]:
    """Ask window after window up to now. The next one starts `overlap_seconds` before this one ended."""
    settings = feed.settings
    state = load(cursor, WindowState) or WindowState(since=settings.start_moment(clock()).isoformat())
    while True:
        now = clock()
        since = parse_datetime(state.since) or now
        until = parse_datetime(state.until) or min(since + timedelta(seconds=settings.window_seconds), now)
        state = WindowState(since=since.isoformat(), until=until.isoformat(), at=state.at, seen=state.seen)
        async for batch in _window(feed, state, cursor):
            cursor = batch.cursor
            yield batch
        state = WindowState(since=(until - timedelta(seconds=settings.overlap_seconds)).isoformat())
        cursor = store(state)
        yield Batch([], [], cursor)
        if until >= now:
            return


async def _window(feed: FeedReader, state: WindowState, cursor: str) -> AsyncIterator[Batch]:
    settings = feed.settings
    since, until = (parse_datetime(text) or datetime.now(UTC) for text in (state.since, state.until))
    values = {
        "since": written(since, settings.date_format, settings.zone),
        "until": written(round_up(until, settings.date_format, settings.zone), settings.date_format, settings.zone),
    }
    seen = set(unpack(state.seen))
    at = state.at
    for _ in range(_MOST_PASSES):
        fresh_pages = pages = 0
        async for page, _at, after in feed.walk(values, at):
            fresh = _unseen(page.entries, seen)
            pages += bool(page.entries)
            fresh_pages += bool(fresh)
            if fresh:
                kept = pack(seen) if _numbered(feed) else ""
                moved = store(WindowState(since=state.since, until=state.until, at=after, seen=kept))
                for batch in _batches(await feed.read(fresh), before=cursor, after=moved):
                    yield batch
                cursor = moved
        if not _numbered(feed) or not fresh_pages or (pages <= 1 and not at):
            return
        at = ""
    log.warning("window_kept_moving", source=feed.name, since=state.since, passes=_MOST_PASSES)


def _unseen(entries: Iterable[Entry], seen: set[str]) -> list[Entry]:
    fresh = {entry.key: entry for entry in entries if entry.key not in seen}
    seen.update(fresh)
    return list(fresh.values())


async def from_newest(feed: FeedReader, clock: Clock, cursor: str) -> AsyncIterator[Batch]:
    """Read from the newest record down, until a whole page is known and older than the newest date known.

    One known record, or a page of the same second, is not enough: records of one second come in any order. The first
    poll stops at `start`.
    """
    state = load(cursor, NewestState) or NewestState()
    known, head, at = set(state.known), list(state.head), state.at
    first = None if known else feed.settings.start_moment(clock())
    seen, newest = set(head), state.newest or state.since
    for _ in range(_MOST_PASSES):
        fresh_pages = 0
        async for page, _at, after in feed.walk({}, at):
            keys = [entry.key for entry in page.entries]
            fresh = [entry for entry in _unseen(page.entries, seen) if entry.key not in known]
            head += [key for key in keys if key not in head][: max(_KEPT_KEYS, 2 * len(keys)) - len(head)]
            read = await feed.read(fresh)
            fresh_pages += bool(fresh)
            newest = _newest(read, newest, clock())
            bottom = bool(keys) and known.issuperset(keys) and _below(feed, page.entries, state.since)
            ended = bottom or not after or (first is not None and _reaches(feed, read, first))
            place = "" if ended else after
            moved = store(NewestState(known=state.known, since=state.since, newest=newest, head=tuple(head), at=place))
            for batch in _batches(read, before=cursor, after=moved) if read else ():
                cursor = batch.cursor
                yield batch
            if ended:
                break
        at = ""
        if not _numbered(feed) or fresh_pages <= 1:
            break
    kept = dict.fromkeys((*head, *state.known))
    done = store(NewestState(known=tuple(kept)[: max(_KEPT_KEYS, len(head))], since=newest))
    if done != cursor:
        yield Batch([], [], done)


def _below(feed: FeedReader, entries: Iterable[Entry], since: str) -> bool:
    """Whether a page ends before `since`, less the overlap; without `date_pointer` a list of ids has no dates."""
    known = [entry.date for entry in entries if entry.date is not None]
    floor = parse_datetime(since)
    return not known or floor is None or min(known) < floor - timedelta(seconds=feed.settings.overlap_seconds)


def _reaches(feed: FeedReader, read: Iterable[Record | Rejected], start: datetime) -> bool:
    """Whether a first poll is deep enough: one page for `start = "now"`, else a record older than `start`."""
    dates = [one.release.released for one in read if isinstance(one, Record)]
    return feed.settings.start == "now" or any(date is not None and date < start for date in dates)


async def in_full(feed: FeedReader, clock: Clock, cursor: str) -> AsyncIterator[Batch]:  # noqa: ARG001
    """List everything each time and pass on what was not there, or was different, last time."""
    state = load(cursor, FullState) or FullState()
    known = unpack(state.seen)
    listed: set[str] = set()
    async for page, _at, _after in feed.walk({}):
        fresh = [entry for entry in _unseen(page.entries, listed) if entry.key not in known]
        if fresh:
            moved = store(FullState(seen=pack(known | listed)))
            for batch in _batches(await feed.read(fresh), before=cursor, after=moved):
                yield batch
            cursor = moved
    done = store(FullState(seen=pack(listed)))
    if done != cursor:
        yield Batch([], [], done)
