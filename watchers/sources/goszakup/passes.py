"""One reading of all that the portal lists, part by part: what is new, what changed, what is due, what was left out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from watchers.sources.base import Batch, Clock, Note
from watchers.sources.goszakup.directs import gather_directs, root_of
from watchers.sources.goszakup.feeds import changes_since, local_stamp, newest_first, shifted
from watchers.sources.goszakup.following import DIRECT, PURCHASE, Followed, Moment, batch_of, read_note, recall
from watchers.sources.goszakup.gathering import Gathered, Gatherer, one_by_one
from watchers.sources.goszakup.portal import Row
from watchers.sources.goszakup.purchases import gather_purchases
from watchers.sources.goszakup.rows import number_in, stamp_in

__all__ = ["Place", "Reading"]

Told = dict[int, Followed]
"""What the portal's lists say of purchases by id, as far as it is worth remembering."""


class Place(msgspec.Struct, frozen=True):
    """How far the lists were read, in the portal's own time; `sweep`: the id below which the sweep goes on, or 0."""

    since: str
    lots: str
    deals: str
    sweep: int = 0

    @property
    def cursor(self) -> str:
        """As the store keeps it."""
        return msgspec.json.encode(self).decode()


class Reading:
    """One reading of everything, part by part; each part is a stream of batches."""

    def __init__(self, gatherer: Gatherer, clock: Clock, place: Place) -> None:
        self._gatherer = gatherer
        self._clock = clock
        self._settings = gatherer.settings
        self._portal = gatherer.portal
        self._memory = gatherer.memory
        self._place = place
        self._began = self._looked = time.monotonic()

    async def register(self) -> AsyncIterator[Batch]:
        """The register of unscrupulous suppliers, where it is time to read it again."""
        notes = await self._gatherer.debarred.renew(self._memory, self._clock())
        if notes:
            yield self._empty(notes)

    async def new(self) -> AsyncIterator[Batch]:
        """Announcements never met, from the newest down to a page of known ones."""
        self._looked = time.monotonic()
        told: Told = {}
        async for rows, rejected, _ in newest_first(self._portal):
            if rejected:
                yield Batch([], rejected, self._place.cursor)
            page = {number: row for row in rows if (number := number_in(row, "id")) and self._counts(row)}
            known = await recall(self._memory, PURCHASE, page)
            unknown = {number: row for number, row in page.items() if number not in known}
            told |= {number: Followed(changed=stamp_in(row, "lastUpdateDate")) for number, row in unknown.items()}
            if not unknown:
                break
        async for batch in self._take(PURCHASE, told, self._place):
            yield batch

    def _counts(self, row: Row) -> bool:
        """Whether an announcement was published since we watch; without a date it counts."""
        published = stamp_in(row, "publishDate")
        return not published or published >= self._place.since

    async def lots(self) -> AsyncIterator[Batch]:
        """Announcements whose lots changed: late ones, opened, closed, decided."""
        changes = await changes_since(self._portal, "Lots", shifted(self._place.lots, -self._settings.overlap_seconds))
        if changes.rejected:
            yield Batch([], changes.rejected, self._place.cursor)
        stamps = _newest(changes.rows, "trdBuyId")
        known = await recall(self._memory, PURCHASE, stamps)
        told = {
            number: Followed(changed=stamp)
            for number, stamp in stamps.items()
            if number not in known or stamp > known[number].changed
        }
        after = self._place
        if self._gatherer.moves("Lots", whole=changes.whole):
            after = msgspec.structs.replace(after, lots=max(after.lots, changes.newest))
        async for batch in self._take(PURCHASE, told, after):
            yield batch

    async def deals(self) -> AsyncIterator[Batch]:
        """Contracts that changed: those of announcements, then those without one."""
        changes = await changes_since(
            self._portal, "Contract", shifted(self._place.deals, -self._settings.overlap_seconds)
        )
        if changes.rejected:
            yield Batch([], changes.rejected, self._place.cursor)
        stamps = _newest(changes.rows, "trdBuyId")
        known = await recall(self._memory, PURCHASE, stamps)
        told = {
            number: Followed(deals=stamp)
            for number, stamp in stamps.items()
            if number not in known or stamp > known[number].deals
        }
        async for batch in self._take(PURCHASE, told, self._place):
            yield batch
        after = self._place
        if self._gatherer.moves("Contract", whole=changes.whole):
            after = msgspec.structs.replace(after, deals=max(after.deals, changes.newest))
        async for batch in self._take(DIRECT, await self._directs(changes.rows), after):
            yield batch

    async def _directs(self, rows: Iterable[Row]) -> Told:
        """Changed contracts without an announcement, with all the ids each was seen under."""
        said: Told = {}
        for row in rows:
            number, root = number_in(row, "id"), root_of(row)
            if number is None or root is None or number_in(row, "trdBuyId"):
                continue
            before = said.get(root, Followed())
            stamp = max(before.deals, stamp_in(row, "lastUpdateDate"))
            said[root] = Followed(deals=stamp, versions=(*before.versions, number))
        known = await recall(self._memory, DIRECT, said)
        return {root: one for root, one in said.items() if root not in known or one.deals > known[root].deals}

    async def due(self) -> AsyncIterator[Batch]:
        """Purchases whose own life says that something is to be expected, while there is time before the next poll."""
        for kind in (PURCHASE, DIRECT):
            while True:
                notes = await self._memory.due(kind, self._clock(), self._settings.at_once)
                ended = [note for note in notes if read_note(note).ended]
                if ended:
                    yield self._empty([Note(kind, note.key, None) for note in ended])
                told = {int(note.key): Followed() for note in notes if note not in ended}
                async for batch in self._take(kind, told, self._place):
                    yield batch
                if len(notes) < self._settings.at_once or self._late(self._settings.poll_seconds / 2):
                    break

    async def sweep(self) -> AsyncIterator[Batch]:
        """A few pages further down the announcements of the last days: what the lists of changes left out."""
        oldest = shifted(local_stamp(self._clock()), -self._settings.lookback_days * 86400)
        oldest = max(oldest, self._place.since)
        told: Told = {}
        below = self._place.sweep
        async for rows, _, after in newest_first(self._portal, below or None, self._settings.sweep_pages):
            stamps = _newest([row for row in rows if self._counts(row)], "id")
            known = await recall(self._memory, PURCHASE, stamps)
            told |= {
                number: Followed(changed=stamp)
                for number, stamp in stamps.items()
                if number not in known or (stamp > known[number].changed and not known[number].asked)
            }
            past = all(stamp_in(row, "publishDate") < oldest for row in rows)
            below = 0 if after is None or past else after
            if not below:
                break
        async for batch in self._take(PURCHASE, told, msgspec.structs.replace(self._place, sweep=below)):
            yield batch

    async def _take(self, kind: str, told: Mapping[int, Followed], after: Place) -> AsyncIterator[Batch]:
        """Gather purchases, some at a time; the place moves with the last of them."""
        left = iter(told)
        count = len(told)
        while part := list(islice(left, self._settings.at_once)):
            count -= len(part)
            known = await recall(self._memory, kind, part)
            gathered = await one_by_one(self._gatherer, part, self._gathering(kind, told, known))
            place = self._place if count else after
            yield await asyncio.to_thread(
                batch_of, kind, gathered, known, told, moment=self._moment(), cursor=place.cursor
            )
            self._place = place
            if self._late(self._settings.poll_seconds, since=self._looked):
                async for batch in self.new():
                    yield batch
        if after != self._place:
            self._place = after
            yield self._empty([])

    def _gathering(
        self, kind: str, told: Mapping[int, Followed], known: Mapping[int, Followed]
    ) -> Callable[[Sequence[int]], Coroutine[Any, Any, Gathered]]:
        both = (told, known)
        if kind == DIRECT:
            versions = {
                number: {version for one in both if number in one for version in one[number].versions}
                for number in told
            }
            return partial(gather_directs, self._gatherer, versions)
        contracted = {number for one in both for number in one if one[number].deals}
        return partial(gather_purchases, self._gatherer, contracted)

    def _moment(self) -> Moment:
        return Moment(
            self._clock(), self._portal.now, self._settings.split_seconds, self._settings.link_base,
            self._portal.base,
        )  # fmt: skip

    def _empty(self, notes: list[Note]) -> Batch:
        return Batch([], [], self._place.cursor, notes)

    def _late(self, seconds: float, since: float | None = None) -> bool:
        return time.monotonic() - (self._began if since is None else since) > seconds


def _newest(rows: Iterable[Row], key: str) -> dict[int, str]:
    """The newest date of a change by the number under a key; 0 and none are passed over."""
    found: dict[int, str] = {}
    for row in rows:
        number = number_in(row, key)
        if number:
            found[number] = max(found.get(number, ""), stamp_in(row, "lastUpdateDate"))
    return found
