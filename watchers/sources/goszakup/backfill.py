"""The past of the portal: announcements published in a stretch of time, and contracts made in it without one.

Ids grow with time, so the ends of the stretch are found by halving. An announcement's id is given before it is
published, which may be days later: some days more are read at both ends, and the dates decide. Read from the newest
down: the last months, which indicators compare with first, are there first. What the watcher follows is left to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from watchers.sources.base import Batch, Clock, Note, Step
from watchers.sources.goszakup.directs import gather_directs, root_of
from watchers.sources.goszakup.feeds import local_stamp, rows_of
from watchers.sources.goszakup.following import DIRECT, PURCHASE, Followed, Moment, batch_of, recall
from watchers.sources.goszakup.gathering import Gathered, Gatherer, one_by_one
from watchers.sources.goszakup.portal import Row
from watchers.sources.goszakup.purchases import gather_purchases
from watchers.sources.goszakup.questions import FEEDS
from watchers.sources.goszakup.rows import number_in, stamp_in

__all__ = ["Backfill"]

_MARGIN = timedelta(days=5)
"""An announcement is hardly ever published later than this after it got its id."""
_MET = "past direct"
"""Kind of the notes on addenda whose contract was not come to yet."""
_TAKEN_AS_IT_IS = Followed(asked=99)
"""The past is not asked for again because something in it is broken."""
_ROOTS = {"TrdBuy": "publishDate", "Contract": "crdate"}
_BRANCHES = {"TrdBuy": FEEDS["TrdBuy"], "Contract": FEEDS["Contract"].replacing(crdate=None)}
_MOST = 0.9
"""Announcements take that much of the work: each is asked for with bids and contracts."""


class _Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """The root being read, the ids its stretch lies between, and the id below which reading goes on."""

    root: str = "TrdBuy"
    top: int = 0
    bottom: int = 0
    below: int = 0
    done: bool = False


class Backfill:
    """Reads a stretch of the past, step by step."""

    def __init__(self, gatherer: Gatherer, clock: Clock) -> None:
        self._gatherer = gatherer
        self._portal = gatherer.portal
        self._settings = gatherer.settings
        self._clock = clock

    async def steps(self, cursor: str | None, since: datetime, until: datetime) -> AsyncIterator[Step]:
        """From the newest of the stretch down. Raises SourceError; the next call goes on from the stored cursor."""
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        if not place.done:
            await self._gatherer.debarred.renew(self._gatherer.memory, self._clock())
        while not place.done:
            if not place.top:
                place = await self._ends(place, since, until)
                yield self._step(place, Batch([], [], _text(place)))
            async for step in self._read(place, since, until):
                yield step
            place = _Place(root="Contract") if place.root == "TrdBuy" else _Place(done=True)
            yield self._step(place, Batch([], [], _text(place)))

    async def _ends(self, place: _Place, since: datetime, until: datetime) -> _Place:
        """Where the stretch begins and ends among the ids."""
        newest = await self._row_below(place.root, None)
        top = ((number_in(newest, "id") or 0) if newest else 0) + 1
        _, high = await self._around(place.root, local_stamp(until + _MARGIN), top)
        low, _ = await self._around(place.root, local_stamp(since - _MARGIN), high)
        return _Place(place.root, top=high, bottom=low, below=high)

    async def _around(self, root: str, stamp: str, top: int) -> tuple[int, int]:
        """Two ids a page apart at most, between which dates pass a stamp."""
        low, high = 1, top
        while high - low > self._settings.limit:
            middle = (low + high) // 2
            row = await self._row_below(root, middle)
            date = stamp_in(row, _ROOTS[root]) if row is not None else ""
            if date > stamp:
                high = middle
            else:
                low = middle
        return low, high

    async def _row_below(self, root: str, below: int | None) -> Row | None:
        page = await self._portal.page(root, _BRANCHES[root], limit=1, after=below)
        rows, _ = rows_of(page, root, self._portal.base)
        return rows[0] if rows else None

    async def _read(self, place: _Place, since: datetime, until: datetime) -> AsyncIterator[Step]:
        """Page after page, some rows at a time; the place moves below those that were read."""
        oldest, newest = local_stamp(since), local_stamp(until)
        while place.below > place.bottom:
            page = await self._portal.page(place.root, _BRANCHES[place.root], after=place.below)
            rows, rejected = rows_of(page, place.root, self._portal.base)
            rows = sorted(rows, key=_id, reverse=True)
            if not rows:
                return
            for start in range(0, len(rows), self._settings.at_once):
                part = rows[start : start + self._settings.at_once]
                fitting = [row for row in part if oldest <= stamp_in(row, _ROOTS[place.root]) <= newest]
                wanted, notes = await (self._purchases if place.root == "TrdBuy" else self._directs)(fitting)
                place = msgspec.structs.replace(place, below=min(_id(part[-1]), place.below - 1))
                batch = await self._batch(place.root, wanted, _text(place))
                batch.rejected.extend([] if start else rejected)
                batch.notes.extend(notes)
                yield self._step(place, batch)
            if not page.more:
                return

    async def _purchases(self, rows: Sequence[Row]) -> tuple[dict[int, Followed], list[Note]]:
        """Announcements of these rows that the watcher does not follow."""
        ids = [number for row in rows if (number := number_in(row, "id")) is not None]
        known = await recall(self._gatherer.memory, PURCHASE, ids)
        return {number: _TAKEN_AS_IT_IS for number in ids if not (number in known and known[number].stored)}, []

    async def _directs(self, rows: Sequence[Row]) -> tuple[dict[int, Followed], list[Note]]:
        """Contracts without an announcement among these rows, by their first version, and notes on their addenda.

        An addendum has a higher id than its contract, so it is met first and the contract is read with it; when the
        contract's own row comes, it must not be read again without.
        """
        versions: dict[int, set[int]] = {}
        for row in rows:
            number, root = number_in(row, "id"), root_of(row)
            if number is not None and root is not None and not number_in(row, "trdBuyId"):
                versions.setdefault(root, set()).add(number)
        followed = await recall(self._gatherer.memory, DIRECT, versions)
        met = await recall(self._gatherer.memory, _MET, versions)
        wanted: dict[int, Followed] = {}
        notes: list[Note] = []
        for root, numbers in versions.items():
            known = set(met[root].versions) if root in met else set()
            whole = tuple(sorted(numbers | known))
            if not (known and numbers <= {root}) and not (root in followed and followed[root].stored):
                wanted[root] = msgspec.structs.replace(_TAKEN_AS_IT_IS, versions=whole)
            kept = None if root in numbers else msgspec.json.encode(Followed(versions=whole))
            notes += [Note(_MET, str(root), kept)] if kept or known else []
        return wanted, notes

    async def _batch(self, root: str, wanted: dict[int, Followed], cursor: str) -> Batch:
        kind = PURCHASE if root == "TrdBuy" else DIRECT
        if not wanted:
            return Batch([], [], cursor)
        gathered = await one_by_one(self._gatherer, list(wanted), self._gathering(kind, wanted))
        settings = self._settings
        moment = Moment(
            self._clock(), self._portal.now, settings.split_seconds, settings.link_base, self._portal.base
        )  # fmt: skip
        batch = await asyncio.to_thread(batch_of, kind, gathered, wanted, {}, moment=moment, cursor=cursor)
        kept = [
            note for note in batch.notes if note.kind not in {PURCHASE, DIRECT}
        ]  # what changes, its lists will name
        return msgspec.structs.replace(batch, notes=kept)

    def _gathering(
        self, kind: str, wanted: dict[int, Followed]
    ) -> Callable[[Sequence[int]], Coroutine[Any, Any, Gathered]]:
        if kind == DIRECT:
            return partial(gather_directs, self._gatherer, {key: set(one.versions) for key, one in wanted.items()})
        return partial(gather_purchases, self._gatherer, ())

    def _step(self, place: _Place, batch: Batch) -> Step:
        if place.done:
            return Step(batch, 1.0)
        span = max(place.top - place.bottom, 1)
        read = min(max((place.top - place.below) / span, 0.0), 1.0) if place.top else 0.0
        return Step(batch, read * _MOST if place.root == "TrdBuy" else _MOST + read * (1 - _MOST))


def _id(row: Row) -> int:
    return number_in(row, "id") or 0


def _text(place: _Place) -> str:
    return msgspec.json.encode(place).decode()
