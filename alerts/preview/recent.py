"""The purchases of the last days in memory, as filters look at them.

Read once from the store and then only what is new, by the ids of snapshots: these grow with time. 35,000 purchases (a
week of Kazakhstan) are some 40 MB.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.filters import Criteria, TenderFacts, facts_of
from alerts.filters.facts import level_of
from watchers.reading import StoredSnapshot
from watchers.store import Store
from watchers.summary import summarise
from watchers.tables import events, snapshots, tenders

__all__ = ["Recent", "Seen"]

_PART = 100
_PRUNED_EVERY = timedelta(minutes=10)
_LEAST = datetime.min.replace(tzinfo=UTC)


class Seen(msgspec.Struct, frozen=True):
    """A purchase as its newest snapshot tells it. `published`: within the days; else it was awarded in them."""

    tender_id: int
    snapshot_id: int
    facts: TenderFacts
    moment: datetime  # it was published, else awarded
    published: bool


class Recent:
    """Purchases published, or awarded, in the last `days`. `do_one` in a loop keeps it current."""

    def __init__(self, store: Store, clock: Callable[[], datetime], *, days: int = 7) -> None:
        self._store = store
        self._clock = clock
        self.days = days
        self.version = 0  # grows whenever anything is different
        self.complete = False  # all that was stored at some moment is in it
        self._seen: dict[int, Seen] = {}
        self._having: dict[str, list[Seen]] = {}  # by what few have: a place, a buyer, the level of their flags
        self._last: int | None = None
        self._pruned_at = _LEAST
        self._same: dict[Collection[str], Collection[str]] = {}
        self._reading = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[Seen]:
        return iter(self._seen.values())

    async def do_one(self) -> bool:
        """Read some of what is new; False if there is no more of it."""
        async with self._reading:
            since = self._clock() - timedelta(days=self.days)
            self._prune(since)
            async with self._store.database.read() as connection:
                if self._last is None:
                    self._last = await _before(connection, since)
                ids, awarded = await _newer(connection, self._last, since)
                stored = await self._store.read_snapshots(connection, ids)
            found = await asyncio.to_thread(self._look, list(stored.values()), awarded, since)
            for one in found:
                self._add(one)
            self.version += bool(found)
            self._last = max((*ids, self._last))
            self.complete = self.complete or len(ids) < _PART
            return len(ids) == _PART

    def _add(self, one: Seen) -> None:
        self._seen[one.tender_id] = one
        for key in (*one.facts.regions, one.facts.buyer, *_levels(one.facts)):
            self._having.setdefault(key, []).append(one)

    def having(self, criteria: Criteria) -> list[list[Seen]]:
        """For each of some criteria all purchases that meet it, so that a filter need not ask every purchase.

        A purchase may come twice where it is in two places that are asked for.
        """
        weight = () if criteria.min_weight == 0 else (f"level {level_of(criteria.min_weight)}",)
        return [
            [one for key in keys for one in self._having.get(key, ()) if self._seen.get(one.tender_id) is one]
            for keys in (criteria.regions, criteria.buyers, weight)
            if keys
        ]

    def busiest(self, regions: Collection[str], limit: int, *, suppliers: bool = False) -> list[str]:
        """Who bought, or was awarded, most often in these regions; everywhere for none."""
        told: Counter[str] = Counter()
        for one in self:
            if regions and not any(code in regions for code in one.facts.regions):
                continue
            if suppliers:
                told.update(one.facts.suppliers)
            elif one.facts.buyer and one.published:
                told[one.facts.buyer] += 1
        return [id_ for id_, _ in told.most_common(limit)]

    def _prune(self, since: datetime) -> None:
        if since < self._pruned_at + _PRUNED_EVERY:
            return
        left = {key: one for key, one in self._seen.items() if one.moment >= since}
        self.version += len(left) != len(self._seen)
        self._seen, self._same, self._having = {}, {}, {}
        for one in left.values():
            self._add(one)
        self._pruned_at = since

    def _look(self, stored: list[StoredSnapshot], awarded: dict[int, datetime], since: datetime) -> list[Seen]:
        found = []
        for snapshot in stored:
            summary = summarise(snapshot.release)
            published = summary.published_at or snapshot.seen_at
            recent = published >= since
            if recent or snapshot.id in awarded:
                facts = self._shared(facts_of(summary, snapshot.findings))
                moment = published if recent else awarded[snapshot.id]
                found.append(Seen(snapshot.tender_id, snapshot.id, facts, moment, recent))
        return found

    def _shared(self, facts: TenderFacts) -> TenderFacts:
        """The same facts with equal parts kept once: words, lists of codes, buyers come again and again."""
        words = tuple(map(sys.intern, facts.words))
        return msgspec.structs.replace(
            facts,
            words=words,
            buyer=sys.intern(facts.buyer),
            regions=self._same.setdefault(facts.regions, facts.regions),
            categories=self._same.setdefault(facts.categories, facts.categories),
            indicators=self._same.setdefault(facts.indicators, facts.indicators),
        )


def _levels(facts: TenderFacts) -> list[str]:
    return [f"level {level}" for level in range(1, 7) if facts.levels >> level & 1]


async def _before(connection: AsyncConnection, since: datetime) -> int:
    """The id after which snapshots were seen at or after a moment, found by halving: ids grow with time."""
    low, high = 0, (await connection.execute(select(func.max(snapshots.c.id)))).scalar_one() or 0
    while low < high:
        middle = (low + high) // 2
        query = select(snapshots.c.id, snapshots.c.seen_at).where(snapshots.c.id > middle)
        row = (await connection.execute(query.order_by(snapshots.c.id).limit(1))).one_or_none()
        if row is not None and row.seen_at < since:
            low = row.id
        else:
            high = middle
    return low


async def _newer(connection: AsyncConnection, last: int, since: datetime) -> tuple[list[int], dict[int, datetime]]:
    """The next snapshots that are their tender's newest, and those of them with which it was awarded, and when."""
    award = select(events.c.happened_at).where(events.c.snapshot_id == snapshots.c.id, events.c.kind == "awarded")
    query = select(snapshots.c.id, award.scalar_subquery().label("awarded"))
    newest = and_(tenders.c.id == snapshots.c.tender_id, tenders.c.snapshot_id == snapshots.c.id)  # both by their keys
    query = query.join(tenders, newest).where(snapshots.c.id > last)
    told = or_(tenders.c.published_at >= since, tenders.c.published_at.is_(None), award.exists())
    rows = (await connection.execute(query.where(told).order_by(snapshots.c.id).limit(_PART))).all()
    return [row.id for row in rows], {row.id: row.awarded for row in rows if row.awarded is not None}
