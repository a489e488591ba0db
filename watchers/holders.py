"""What is stored of the processes a batch tells of, and which source holds each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database
from watchers.reading import in_parts
from watchers.tables import cursors, snapshots, standings, tenders
from watchers.telling import SILENCE, Known, Teller, outranks, scope_of

__all__ = ["Holders"]

_newest = select(
    tenders.c.ocid, tenders.c.scope, tenders.c.id, tenders.c.snapshot_id, tenders.c.source, tenders.c.rank,
    snapshots.c.sequence, snapshots.c.sha256,
).join_from(tenders, snapshots, tenders.c.snapshot_id == snapshots.c.id)  # fmt: skip


class Holders:
    """Looks up processes by the ocids a source tells of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(
        self, connection: AsyncConnection, teller: Teller, ocids: Iterable[str], now: datetime
    ) -> dict[str, Known]:
        """The newest snapshot of each process that has one, by ocid."""
        known: dict[str, Known] = {}
        for part in in_parts(ocids):
            query = _newest.where(tenders.c.ocid.in_(part), tenders.c.scope.in_(("", teller.name)))
            for row in await connection.execute(query):
                if row.scope == scope_of(teller.name, row.ocid):
                    own = row.sha256 if row.source == teller.name else ""
                    known[row.ocid] = Known(
                        row.id, row.snapshot_id, row.sequence, row.sha256, row.source, row.rank, own
                    )
        others = {ocid: one for ocid, one in known.items() if one.holder != teller.name}
        if not others:
            return known
        own = await self._own(connection, teller, [one.tender_id for one in others.values()])
        silent = await self._silent(connection, {one.holder for one in others.values() if outranks(one, teller)}, now)
        return known | {
            ocid: msgspec.structs.replace(one, own=own.get(one.tender_id, ""), silent=one.holder in silent)
            for ocid, one in others.items()
        }

    async def _own(self, connection: AsyncConnection, teller: Teller, keys: Collection[int]) -> Mapping[int, str]:
        """What a source itself said last of tenders that another one holds: SHA-256 by tender."""
        query = select(snapshots.c.tender_id, snapshots.c.sha256).where(snapshots.c.source == teller.name)
        own: dict[int, str] = {}
        for part in in_parts(keys):
            rows = await connection.execute(query.where(snapshots.c.tender_id.in_(part)).order_by(snapshots.c.sequence))
            own.update((row.tender_id, row.sha256) for row in rows)
        return own

    async def _silent(self, connection: AsyncConnection, holders: Collection[str], now: datetime) -> set[str]:
        """Those of these sources that could not be read, or were not asked to be, for long."""
        if not holders:
            return set()
        since = now - SILENCE
        saved = select(cursors.c.source).where(cursors.c.source.in_(holders), cursors.c.polled_at > since)
        seen = select(standings.c.source).where(standings.c.source.in_(holders), standings.c.good_at > since)
        return set(holders) - set((await connection.execute(saved.union(seen))).scalars())
