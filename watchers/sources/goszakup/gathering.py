"""Gathers all that the portal knows of purchases, by id: what is found of one, or why it could not be taken."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from watchers.sources.base import Clock, Memory, Note, SourceError
from watchers.sources.goszakup.model import Records
from watchers.sources.goszakup.pieces import Pieces
from watchers.sources.goszakup.portal import Portal, Row
from watchers.sources.goszakup.questions import FEEDS
from watchers.sources.goszakup.reading import Unreadable, read
from watchers.sources.goszakup.registers import Debarred, Participants
from watchers.sources.goszakup.rows import children, number_in, stamp_in, text_in
from watchers.sources.goszakup.settings import GoszakupSettings
from watchers.sources.goszakup.soundness import fault_of

__all__ = ["Gathered", "Gatherer", "Parts", "Read", "Unread", "one_by_one"]

_HELD = 5
_T = TypeVar("_T")
_K = TypeVar("_K")


class Read(msgspec.Struct, frozen=True):
    """A purchase as it is now. `changed`, `deals`: the newest dates of a change in it, and in its contracts, as the
    portal writes them; `complete` is False where a piece did not come on a bad day.
    """

    id: int
    raw: bytes
    records: Records
    changed: str
    deals: str
    doubts: tuple[str, ...] = ()
    complete: bool = True


class Unread(msgspec.Struct, frozen=True):
    """A purchase that could not be taken, and what there was of it."""

    id: int
    reason: str
    raw: bytes


class Gathered(msgspec.Struct):
    """What came of some ids; each of them is in one of both lists."""

    read: list[Read] = []
    unread: list[Unread] = []
    notes: list[Note] = []

    def add(self, other: Gathered) -> None:
        """Put two halves together."""
        self.read += other.read
        self.unread += other.unread
        self.notes += other.notes


class Parts(msgspec.Struct):
    """The rows that make up one purchase, as the portal wrote them. None: not asked for."""

    id: int
    announcement: Row | None = None
    bids: list[Row] | None = None
    deals: list[Row] | None = None
    complete: bool = True

    def numbers(self) -> set[str]:
        """BIN or IIN of every supplier in it."""
        found = {text_in(self.announcement or {}, "biinSupplier")}
        found |= {text_in(row, "supplierBinIin") for row in self.bids or ()}
        found |= {text_in(row, "supplierBiin") for row in self.deals or ()}
        return found - {""}

    def pids(self, *, suppliers: bool = False) -> set[int]:
        """The register's numbers of suppliers, and of those who buy unless `suppliers` alone are asked for."""
        head = self.announcement or {}
        found = {number_in(head, "idSupplier")}
        found |= {number_in(row, "supplierId") for row in (*(self.bids or ()), *(self.deals or ()))}
        if not suppliers:
            found |= {number_in(head, "orgPid"), number_in(head, "customerPid")}
            found |= {number_in(lot, "customerId") for lot in children(head, "Lots")}
            found |= {number_in(row, "customerId") for row in self.deals or ()}
        return {pid for pid in found if pid}

    def changed(self) -> str:
        """The newest date of a change in the announcement and its lots."""
        head = self.announcement or {}
        return max((stamp_in(row, "lastUpdateDate") for row in (head, *children(head, "Lots"))), default="")

    def changed_deals(self) -> str:
        """The newest date of a change in its contracts."""
        return max((stamp_in(row, "lastUpdateDate") for row in self.deals or ()), default="")


class Gatherer:
    """What purchases of both kinds have in common: the registers, the check, the record."""

    def __init__(self, portal: Portal, settings: GoszakupSettings, memory: Memory, clock: Clock) -> None:
        self.portal = portal
        self.settings = settings
        self.memory = memory
        self.pieces = Pieces(portal, settings)
        self.debarred = Debarred(portal, settings)
        self._participants = Participants(portal, settings)
        self._clock = clock
        self._held: Counter[str] = Counter()

    def moves(self, root: str, *, whole: bool) -> bool:
        """Whether the place in a list of changes may move: not while rows are left out, unless that never ends."""
        self._held[root] = 0 if whole or self._held[root] >= _HELD else self._held[root] + 1
        return not self._held[root]

    async def finished(self, several: Sequence[Parts]) -> Gathered:
        """Add what the registers say, and read each purchase from its parts."""
        pids = set[int]().union(*(parts.pids() for parts in several))
        subjects, unknown, notes = await self._participants.about(pids, self.memory, self._clock())
        gathered = Gathered(notes=notes)
        for parts in several:
            parts.complete = parts.complete and not unknown & parts.pids()
            raw = self._record(parts, subjects)
            taken = self._read(parts, raw)
            (gathered.read if isinstance(taken, Read) else gathered.unread).append(taken)  # type: ignore[arg-type]
        return gathered

    def _record(self, parts: Parts, subjects: Mapping[int, Row]) -> bytes:
        whole: dict[str, Any] = {
            "TrdBuy": parts.announcement,
            "TrdApp": parts.bids,
            "Contract": parts.deals,
            "Rnu": self.debarred.entries(parts.numbers(), parts.pids(suppliers=True)),
            "Subjects": [subjects[pid] for pid in sorted(parts.pids()) if pid in subjects],
        }
        return msgspec.json.encode({name: value for name, value in whole.items() if value is not None})

    def _read(self, parts: Parts, raw: bytes) -> Read | Unread:
        try:
            done = read(raw)
        except Unreadable as error:
            return Unread(parts.id, str(error), raw)
        fault = fault_of(done.records, self._clock())
        if fault:
            return Unread(parts.id, fault, raw)
        head = done.records.announcement
        lacking = () if head is None or head.lots else ("it has no lots",)
        doubts = (*done.troubles, *lacking)
        return Read(parts.id, raw, done.records, parts.changed(), parts.changed_deals(), doubts, parts.complete)

    async def answers(self) -> bool:
        """Whether the portal answers a question that costs it nothing."""
        try:
            await self.portal.page("TrdBuy", FEEDS["TrdBuy"].only("id"), limit=1)
        except SourceError as error:
            if error.permanent:
                raise
            return False
        return True


async def one_by_one(
    gatherer: Gatherer, ids: Sequence[int], gather: Callable[[Sequence[int]], Coroutine[Any, Any, Gathered]]
) -> Gathered:
    """Gather ids together; where that fails though the portal answers, in halves, until what is bad stands alone.

    One purchase that the portal cannot show must not hold up the others.
    """
    try:
        return await gather(ids)
    except SourceError as error:
        if error.permanent or error.retry_after is not None or not await gatherer.answers():
            raise
        if len(ids) == 1:
            reason = f"the portal does not show it: {error}"
            return Gathered(unread=[Unread(ids[0], reason, msgspec.json.encode({"id": ids[0], "error": str(error)}))])
    middle = len(ids) // 2
    gathered = await one_by_one(gatherer, ids[:middle], gather)
    gathered.add(await one_by_one(gatherer, ids[middle:], gather))
    return gathered


async def together(works: Mapping[_K, Coroutine[Any, Any, _T]]) -> dict[_K, _T]:
    """Do several things at once; the first error ends all of them."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = {key: group.create_task(work) for key, work in works.items()}
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return {key: task.result() for key, task in tasks.items()}


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Rows by their id: the portal gives them in an order of its own."""
    return sorted(rows, key=lambda row: number_in(row, "id") or 0)


def grouped(rows: Iterable[Row], key: str, among: Collection[int]) -> dict[int, list[Row]]:
    """Rows by the purchase they belong to; every purchase asked for has a list."""
    found: dict[int, list[Row]] = {number: [] for number in among}
    for row in rows:
        number = number_in(row, key)
        if number in found:
            found[number].append(row)
    return {number: in_order(several) for number, several in found.items()}
