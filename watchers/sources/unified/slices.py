"""Stretches of deadlines that the platform lists whole: no more rows than can be reached, no wider than it pays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from watchers.sources.quasi.words import moment_of
from watchers.sources.unified.asking import Page, Platform

__all__ = ["WIDTH", "Slice", "next_slice"]

WIDTH = timedelta(days=1)
"""A width to begin with."""
_NARROWEST, _WIDEST = timedelta(minutes=10), timedelta(days=32)
_DAY = timedelta(days=1)


class Slice(msgspec.Struct, frozen=True):
    """Deadlines from `begin` to `end` (None: all later ones), their first page, and how wide the next may be.

    `ignored`: the platform shows deadlines nobody asked for, so it does not know the filter. `asked`: requests made.
    """

    begin: datetime
    end: datetime | None
    first: Page
    width: timedelta
    ignored: bool
    asked: int

    @property
    def filters(self) -> dict[str, str]:
        """What to ask for."""
        return _between(self.begin, self.end)


async def next_slice(
    platform: Platform, begin: datetime, width: timedelta, horizon: datetime, most_listed: int
) -> Slice:
    """The widest slice from `begin` on that can be listed whole; beyond `horizon` there is one without an end."""
    asked = 0
    while True:
        end = None if begin > horizon else begin + width
        first = await platform.page(0, _between(begin, end))
        asked += 1
        ignored = _outside(first, begin, end)
        if first.count > most_listed and width > _NARROWEST and end is not None and not ignored:
            width /= 2
            continue
        wider = min(width * 2, _WIDEST) if first.count < most_listed // 4 else width
        return Slice(begin, end, first, wider, ignored, asked)


def _between(begin: datetime, end: datetime | None) -> dict[str, str]:
    filters = {"offer_end_date__gte": _iso(begin)}
    return filters | ({"offer_end_date__lte": _iso(end)} if end else {})


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _outside(page: Page, begin: datetime, end: datetime | None) -> bool:
    ends = [moment for row in page.rows if (moment := moment_of(row.offer_end_date)) is not None]
    return any(moment < begin - _DAY or (end is not None and moment > end + _DAY) for moment in ends)
