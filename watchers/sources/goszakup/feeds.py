"""The lists in which the portal's news are found: the newest announcements, what changed, and a slow sweep over both.

Ids are given before publication, so a late announcement has a lower id than others already seen: the newest-first list
alone would miss it, and so would one of changes that leaves rows out. Together, and read again a little further back
than needed, they miss nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import msgspec

from watchers.sources.base import Rejected, SourceError
from watchers.sources.goszakup.codes import report_once
from watchers.sources.goszakup.parts import ZONE
from watchers.sources.goszakup.portal import Page, Portal, Row
from watchers.sources.goszakup.questions import FEEDS
from watchers.sources.goszakup.rows import left_out, number_in, stamp_in

__all__ = ["Changes", "changes_since", "local_stamp", "newest_first", "shifted"]

_MOST_PAGES = 2000
_AHEAD = timedelta(hours=1)
_FORMAT = "%Y-%m-%d %H:%M:%S"
_row = msgspec.json.Decoder(Row)


def local_stamp(moment: datetime) -> str:
    """A moment as the portal writes it."""
    return moment.astimezone(ZONE).strftime(_FORMAT)


def shifted(stamp: str, seconds: float) -> str:
    """A stamp moved by so many seconds."""
    return (datetime.strptime(stamp, _FORMAT) + timedelta(seconds=seconds)).strftime(_FORMAT)  # noqa: DTZ007


class Changes(msgspec.Struct):
    """Rows of a list of changes, the newest date among them, and whether every row that fits was seen."""

    rows: list[Row] = []
    newest: str = ""
    whole: bool = True
    rejected: list[Rejected] = []


def rows_of(page: Page, root: str, url: str) -> tuple[list[Row], list[Rejected]]:
    """The rows of a page that have an id, and the others with the reason."""
    rows: list[Row] = []
    rejected: list[Rejected] = []
    for raw in page.rows:
        try:
            row = _row.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            row = {}
        if number_in(row, "id") is None:
            rejected.append(Rejected(f"a row of {root} without an id", bytes(raw), url))
        else:
            rows.append(row)
    return rows, rejected


async def newest_first(
    portal: Portal, after: int | None = None, pages: int = _MOST_PAGES
) -> AsyncIterator[tuple[list[Row], list[Rejected], int | None]]:
    """Pages of announcements, the newest id first; with each page the id that continues after it, None at the end."""
    for _ in range(pages):
        page = await portal.page("TrdBuy", FEEDS["TrdBuy"], after=after)
        rows, rejected = rows_of(page, "TrdBuy", f"{portal.base}/v3/trd-buy/all")
        ids = [number for row in rows if (number := number_in(row, "id")) is not None]
        lowest = min(ids, default=0)
        if after is not None and ids and lowest >= after:
            raise SourceError(f"{portal.name}: the page of announcements after {after} leads back: not followed")
        after = lowest if page.more and ids else None
        yield rows, rejected, after
        if after is None:
            return


async def changes_since(portal: Portal, root: str, since: str) -> Changes:
    """Everything of a root that changed since a stamp.

    The dates are compared here too: where the portal ignores the filter, it gives all it has, and reading ends at the
    first page on which nothing fits.
    """
    changes = Changes()
    horizon = local_stamp(portal.now + _AHEAD)
    seen: set[int] = set()
    after: int | None = None
    for _ in range(_MOST_PAGES):
        page = await portal.page(root, FEEDS[root], {"lastUpdateDate": [since]}, after=after)
        rows, rejected = rows_of(page, root, f"{portal.base}/v3/{root.lower()}")
        changes.rejected += rejected
        before = len(seen)
        fitting = _take(changes, rows, since, horizon, seen)
        if len(fitting) < len(rows):
            report_once("goszakup_filter_ignored", root, "lastUpdateDate", "dates are compared here")
        if not page.more or not fitting:
            changes.whole = not left_out(len(seen) + len(changes.rejected), page.total) or not fitting
            return changes
        if len(seen) == before:
            raise SourceError(f"{portal.name}: the page of {root} after {after} leads back to itself: not followed")
        after = min(number_in(row, "id") or 0 for row in rows)
    raise SourceError(f"{portal.name}: {_MOST_PAGES} pages of {root} changed since {since}: not read to the end")


def _take(changes: Changes, rows: list[Row], since: str, horizon: str, seen: set[int]) -> list[Row]:
    """Keep the rows that fit; returns them. A date ahead of all clocks moves nothing."""
    fitting = []
    for row in rows:
        stamp = stamp_in(row, "lastUpdateDate")
        if stamp and stamp < since:
            continue
        fitting.append(row)
        number = number_in(row, "id")
        if number is not None and number not in seen:
            seen.add(number)
            changes.rows.append(row)
        if stamp <= horizon:
            changes.newest = max(changes.newest, stamp)
    return fitting
