"""Which alerts their people muted: by buyer, by what is bought, by flag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.filters import Criteria, facts_of, matches
from alerts.outbox import Event
from alerts.preferences import MuteKind
from alerts.tables import mutes, subscriptions
from watchers.reading import StoredSnapshot
from watchers.store import Store
from watchers.summary import summarise

__all__ = ["Muting"]


class _Row(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def subscriber_id(self) -> int: ...
    @property
    def snapshot_id(self) -> int | None: ...
    @property
    def event(self) -> str: ...
    @property
    def matched(self) -> list[int]: ...
    @property
    def buyer_id(self) -> str: ...


_Muted = dict[MuteKind, set[str]]


class Muting:
    """Asks the mutes about rows. A muted flag hides no other: the filters are asked as if it were not there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def reasons(self, connection: AsyncConnection, rows: Sequence[_Row], now: datetime) -> dict[int, str]:
        """Ids of the rows that are muted, and by what: buyer, category, indicator."""
        muted = await self._muted(connection, {row.subscriber_id for row in rows}, now)
        asked = [row for row in rows if row.subscriber_id in muted]
        if not asked:
            return {}
        looked_into = {
            row.snapshot_id
            for row in asked
            if row.snapshot_id and not muted[row.subscriber_id].keys() <= {MuteKind.BUYER}
        }
        snapshots = await self._store.read_snapshots(connection, looked_into)
        criteria = await self._criteria(connection, {id_ for row in asked for id_ in row.matched})
        found: dict[int, str] = {}
        for row in asked:
            if not row.matched:  # no filter's doing: its person follows this purchase
                continue
            kind = _why(row, muted[row.subscriber_id], snapshots.get(row.snapshot_id or 0), criteria)
            if kind is not None:
                found[row.id] = kind.value
        return found

    async def _muted(self, connection: AsyncConnection, people: set[int], now: datetime) -> dict[int, _Muted]:
        theirs = and_(self._store.database.among(mutes.c.subscriber_id, people), mutes.c.until > now)
        found: dict[int, _Muted] = defaultdict(lambda: defaultdict(set))
        for row in await connection.execute(select(mutes).where(theirs)):
            found[row.subscriber_id][MuteKind(row.kind)].add(row.value)
        return found

    async def _criteria(self, connection: AsyncConnection, ids: set[int]) -> dict[int, Criteria]:
        query = select(subscriptions.c.id, subscriptions.c.criteria).where(
            self._store.database.among(subscriptions.c.id, ids)
        )
        return {row.id: msgspec.convert(row.criteria, Criteria) for row in await connection.execute(query)}


def _why(row: _Row, muted: _Muted, snapshot: StoredSnapshot | None, criteria: dict[int, Criteria]) -> MuteKind | None:
    if row.buyer_id in muted.get(MuteKind.BUYER, ()):
        return MuteKind.BUYER
    if snapshot is None:
        return None
    summary = summarise(snapshot.release)
    if not summary.category_keys.isdisjoint(muted.get(MuteKind.CATEGORY, ())):
        return MuteKind.CATEGORY
    flags = muted.get(MuteKind.INDICATOR)
    if not flags or row.event.startswith((Event.CHANGED, Event.REANNOUNCED)):
        return None
    left = [finding for finding in snapshot.findings if finding.indicator not in flags]
    if len(left) == len(snapshot.findings):
        return None
    facts = facts_of(summary, left, snapshot.seen_at)
    asked = [criteria[id_] for id_ in row.matched if id_ in criteria]
    return None if any(matches(one, facts) for one in asked) or not asked else MuteKind.INDICATOR
