"""Purchases that a filter matches, the newest first, a page at a time: what the index and the feeds are made of.

What is found is exactly what the filter's alerts tell of. The columns of `tenders` leave out most rows; what they
cannot answer (words, kinds, districts, the alert rule) is looked up in the stored release, for a bounded number of
purchases a page. A page that is not full says so and where to go on, so that no search costs more than another.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, and_, exists, or_, select

from alerts.filters import Criteria, facts_of, matches
from alerts.render.card import TenderCard
from watchers.indicators.base import Status
from watchers.places import region
from watchers.store import Store
from watchers.tables import findings, tenders

__all__ = ["Found", "Place", "search"]

_CHUNK = 40
_MOST_READ = 400
"""Releases read for one page."""
_WINDOW, _MOST_WINDOWS = 20_000, 4
"""Rows of `tenders` that are walked at once, and how often, for one page."""
_PLACE = re.compile(r"(-?\d{1,11})\.(\d{6})-(\d{1,18})")


class Place(msgspec.Struct, frozen=True, order=True):
    """Where a page ended: the moment a purchase was published (UTC), and its id."""

    published_at: datetime
    tender_id: int

    def __str__(self) -> str:
        whole = int(self.published_at.replace(microsecond=0).timestamp())
        return f"{whole}.{self.published_at.microsecond:06d}-{self.tender_id}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """From what `str` wrote; None for anything else."""
        match = _PLACE.fullmatch(text)
        if match is None:
            return None
        try:
            moment = datetime.fromtimestamp(int(match[1]), UTC).replace(microsecond=int(match[2]))
        except (ValueError, OverflowError, OSError):
            return None
        return cls(moment, int(match[3]))


class Found(msgspec.Struct, frozen=True):
    """A page. `after`: where the next one begins, None at the end; `full`: it holds as many as were asked for."""

    cards: list[TenderCard]
    after: Place | None
    full: bool


async def search(store: Store, criteria: Criteria, now: datetime, *, after: Place | None = None, most: int) -> Found:
    """The purchases after a place that match, `most` at the most. `now` counts the days left to bid."""
    found: list[TenderCard] = []
    wanted, read, windows = _conditions(criteria, now), 0, 0
    chunk = min(most + 1, _CHUNK)  # mostly the columns say it all, and this is the page
    while True:
        rows, end = await _candidates(store, wanted, after, chunk, narrow=bool(criteria.buyers))
        if rows:
            after = Place(rows[-1].published_at, rows[-1].id)
        cards = await _matching(store, criteria, rows, now)
        read += len(rows)
        await asyncio.sleep(0)  # a search lets others in
        room = most - len(found)
        found += cards[:room]
        if len(cards) > room:  # the page ends inside this chunk
            last = {row.id: row for row in rows}[found[-1].tender_id]
            return Found(found, Place(last.published_at, last.id), full=True)
        if len(rows) < chunk:
            if end is None:
                return Found(found, None, full=len(found) == most)
            after, windows = end, windows + 1
        if len(found) == most or read >= _MOST_READ or windows >= _MOST_WINDOWS:
            return Found(found, after, full=len(found) == most)
        chunk = _CHUNK


async def _candidates(
    store: Store, wanted: ColumnElement[bool], after: Place | None, most: int, *, narrow: bool
) -> tuple[list[Row[Any]], Place | None]:
    """The next rows that may match, and the end of the window that was walked if more is behind it.

    `narrow`: an index leads to what is wanted, so that the whole table is one window.
    """
    published, order = tenders.c.published_at, (tenders.c.published_at.desc(), tenders.c.id.desc())
    behind: ColumnElement[bool] = published.is_not(None)
    if after is not None:
        earlier = or_(published < after.published_at, tenders.c.id < after.tender_id)
        behind = and_(published <= after.published_at, earlier)
    async with store.database.read() as connection:
        last = None
        if not narrow:
            edge = select(published).where(behind).order_by(*order).offset(_WINDOW).limit(1)
            last = (await connection.execute(edge)).scalar_one_or_none()
        within = behind if last is None else and_(behind, published >= last)
        query = select(tenders.c.id, tenders.c.snapshot_id, published).where(within, wanted)
        rows: list[Row[Any]] = list(await connection.execute(query.order_by(*order).limit(most)))
    # The window takes all of its last moment: what is behind it was published earlier.
    return rows, Place(last, 0) if last is not None else None


async def _matching(store: Store, criteria: Criteria, rows: list[Row[Any]], now: datetime) -> list[TenderCard]:
    snapshots = await store.snapshots(row.snapshot_id for row in rows)
    cards = [TenderCard.of(snapshots[row.snapshot_id]) for row in rows if row.snapshot_id in snapshots]
    return [card for card in cards if matches(criteria, facts_of(card.summary, card.findings, now))]


def _conditions(criteria: Criteria, now: datetime) -> ColumnElement[bool]:
    """What the columns can say: whatever matches meets these."""
    wanted: list[ColumnElement[bool]] = []
    least = 1 if criteria.min_weight is None else criteria.min_weight
    if least:
        wanted.append(tenders.c.weight >= least)
    if criteria.buyers:
        wanted.append(tenders.c.buyer_id.in_(criteria.buyers))
    if criteria.regions:
        wanted.append(or_(*map(_inside, criteria.regions)))
    if criteria.min_amount is not None:
        wanted += [tenders.c.currency == criteria.currency, tenders.c.amount >= criteria.min_amount]
    if criteria.max_amount is not None:
        wanted += [tenders.c.currency == criteria.currency, tenders.c.amount <= criteria.max_amount]
    if criteria.indicators:
        fired = and_(findings.c.snapshot_id == tenders.c.snapshot_id, findings.c.status == Status.FIRED.value)
        wanted.append(exists().where(fired, findings.c.indicator.in_(criteria.indicators)))
    if criteria.min_days is not None or criteria.max_days is not None:
        wanted.append(tenders.c.closes_at >= now + timedelta(days=criteria.min_days or 0))
        if criteria.max_days is not None:
            wanted.append(tenders.c.closes_at <= now + timedelta(days=criteria.max_days + 1))
    return and_(tenders.c.published_at.is_not(None), *wanted)


def _inside(code: str) -> ColumnElement[bool]:
    """Rows whose region may lie in a place: a district's region, a country's regions."""
    known = region(code)
    iso = known.code if known is not None else code
    return or_(tenders.c.region == iso, tenders.c.region.startswith(f"{iso}-", autoescape=True))
