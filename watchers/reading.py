"""What was stored, read back: tenders, snapshots with their findings, events, buyers, counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Select, Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database
from watchers.indicators.base import Family, Finding, Norm, Status, Subject, Tier
from watchers.ocds import Release
from watchers.tables import buyers, cursors, events, findings, set_aside, snapshots, suppliers, tenders

__all__ = ["Buyer", "Polled", "Reading", "StoredEvent", "StoredSnapshot", "StoredTender", "in_parts"]

_PART = 1000
"""Values in one IN list: SQLite takes 32,766 parameters a statement, PostgreSQL 32,767."""
_Key = TypeVar("_Key", int, str)


class StoredTender(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `tenders`; `source` is the one that told its newest snapshot. Moments are UTC."""

    id: int
    source: str
    ocid: str
    snapshot_id: int
    title: str
    buyer_id: str
    buyer_name: str
    region: str
    amount: Decimal | None
    currency: str | None
    published_at: datetime | None
    closes_at: datetime | None
    weight: int
    seen_at: datetime
    changed_at: datetime


class StoredSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a process: its release, and the findings that fired or could not be computed.

    `checks_possible` counts the indicators that apply, `checks_made` those of them that could be computed.
    """

    id: int
    tender_id: int
    sequence: int
    release: Release
    link: str
    seen_at: datetime
    findings: tuple[Finding, ...]
    checks_made: int
    checks_possible: int


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `events`; `kind` is one of `watchers.changes.Kind`, `detail` as `watchers.changes.Change` says."""

    id: int
    tender_id: int
    snapshot_id: int
    kind: str
    detail: dict[str, Any]
    happened_at: datetime


class Buyer(msgspec.Struct, frozen=True):
    """A body that buys: its id (SCHEME-id) and its name as last written."""

    id: str
    name: str


class Polled(msgspec.Struct, frozen=True):
    """Where a source stands, and when it last moved and was last read."""

    cursor: str
    moved_at: datetime
    polled_at: datetime


def in_parts(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    """The keys in lists short enough for one IN."""
    iterator = iter(keys)
    while part := list(islice(iterator, _PART)):
        yield part


def _finding(stored: Mapping[str, Any]) -> Finding:
    """A finding as it was judged; moments and dates among its facts come back as ISO 8601 text."""
    norm = stored.get("norm")
    return Finding(
        **{
            **stored,
            "status": Status(stored["status"]),
            "tier": Tier(stored["tier"]),
            "family": Family(stored["family"]),
            "subject": msgspec.convert(stored["subject"], Subject),
            "norm": msgspec.convert(norm, Norm) if norm else None,
        }
    )


_tender_rows = select(*(tenders.c[name] for name in StoredTender.__struct_fields__))


class Reading:
    """The reading side of `watchers.store.Store`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._release = msgspec.json.Decoder(Release)

    async def cursor(self, source: str) -> str | None:
        """The stored cursor; None if the source was never read."""
        polled = await self.polled(source)
        return polled.cursor if polled else None

    async def polled(self, source: str) -> Polled | None:
        """Where a source stands; None if it was never read."""
        query = select(cursors.c.cursor, cursors.c.moved_at, cursors.c.polled_at).where(cursors.c.source == source)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Polled(*row) if row else None

    async def tender(self, tender_id: int) -> StoredTender | None:
        """One tender; None if there is none."""
        return (await self.tenders([tender_id])).get(tender_id)

    async def tenders(self, tender_ids: Iterable[int]) -> dict[int, StoredTender]:
        """Several tenders by id."""
        found = [await self._tenders(_tender_rows.where(tenders.c.id.in_(part))) for part in in_parts(tender_ids)]
        return {tender.id: tender for part in found for tender in part}

    async def named(self, ocid: str) -> StoredTender | None:
        """The tender of a process that has this ocid; None if there is none."""
        found = await self._tenders(_tender_rows.where(tenders.c.ocid == ocid).order_by(tenders.c.id).limit(1))
        return found[0] if found else None

    async def recent_tenders(self, limit: int = 20) -> list[StoredTender]:
        """The tenders first seen last, newest first."""
        return await self._tenders(_tender_rows.order_by(tenders.c.id.desc()).limit(limit))

    async def _tenders(self, query: Select[Any]) -> list[StoredTender]:
        async with self.database.read() as connection:
            return [StoredTender(**row) for row in (await connection.execute(query)).mappings()]

    async def snapshot(self, snapshot_id: int) -> StoredSnapshot | None:
        """One snapshot with its findings; None if there is none."""
        return (await self.snapshots([snapshot_id])).get(snapshot_id)

    async def snapshots(self, snapshot_ids: Iterable[int]) -> dict[int, StoredSnapshot]:
        """Several snapshots by id, in two statements a thousand."""
        async with self.database.read() as connection:
            return await self.read_snapshots(connection, snapshot_ids)

    async def read_snapshots(
        self, connection: AsyncConnection, snapshot_ids: Iterable[int]
    ) -> dict[int, StoredSnapshot]:
        """The same on a connection at hand."""
        stored: dict[int, StoredSnapshot] = {}
        for part in in_parts(snapshot_ids):
            found: dict[int, list[Finding]] = {}
            of_these = select(findings.c.snapshot_id, findings.c.finding).where(findings.c.snapshot_id.in_(part))
            for row in await connection.execute(of_these.order_by(findings.c.id)):
                found.setdefault(row.snapshot_id, []).append(_finding(row.finding))
            for row in await connection.execute(select(snapshots).where(snapshots.c.id.in_(part))):
                stored[row.id] = StoredSnapshot(
                    id=row.id,
                    tender_id=row.tender_id,
                    sequence=row.sequence,
                    release=self._release.decode(row.release),
                    link=row.link,
                    seen_at=row.seen_at,
                    findings=tuple(found.get(row.id, ())),
                    checks_made=row.checks_made,
                    checks_possible=row.checks_possible,
                )
        return stored

    async def unmatched_events(self, limit: int = 500) -> list[StoredEvent]:
        """Events no subscription was compared with yet, oldest first."""
        wanted = (events.c[name] for name in StoredEvent.__struct_fields__)
        query = select(*wanted).where(events.c.matched_at.is_(None)).order_by(events.c.id).limit(limit)
        async with self.database.read() as connection:
            return [StoredEvent(**row) for row in (await connection.execute(query)).mappings()]

    async def events_between(self, tender_id: int, after: int, until: int) -> list[StoredEvent]:
        """What happened to a tender in its snapshots after the one of id `after` up to that of id `until`."""
        wanted = (events.c[name] for name in StoredEvent.__struct_fields__)
        of_tender = select(snapshots.c.id).where(snapshots.c.tender_id == tender_id)
        query = select(*wanted).where(
            events.c.snapshot_id.in_(of_tender), events.c.snapshot_id > after, events.c.snapshot_id <= until
        )
        async with self.database.read() as connection:
            return [StoredEvent(**row) for row in (await connection.execute(query.order_by(events.c.id))).mappings()]

    async def mark_matched(self, connection: AsyncConnection, event_ids: Collection[int], now: datetime) -> None:
        """Say in a transaction of the caller's (the one that fills the outbox) that these events were compared."""
        for part in in_parts(event_ids):
            await connection.execute(update(events).where(events.c.id.in_(part)).values(matched_at=now))

    async def find_buyers(self, text: str, limit: int = 10) -> list[Buyer]:
        """Buyers whose id or name in any language contains the text, in any case; the shortest names first."""
        words = " ".join(text.split()).casefold()
        if not words:
            return []
        query = select(buyers.c.id, buyers.c.name).where(buyers.c.search.contains(words, autoescape=True))
        query = query.order_by(func.length(buyers.c.name), buyers.c.id).limit(limit)
        async with self.database.read() as connection:
            return [Buyer(row.id, row.name) for row in await connection.execute(query)]

    async def buyer_names(self, ids: Iterable[str]) -> dict[str, str]:
        """The names of buyers by id, as last written; those nobody named are left out."""
        return await self._body_names(buyers, ids)

    async def supplier_names(self, ids: Iterable[str]) -> dict[str, str]:
        """The same of suppliers."""
        return await self._body_names(suppliers, ids)

    async def _body_names(self, table: Table, ids: Iterable[str]) -> dict[str, str]:
        names: dict[str, str] = {}
        async with self.database.read() as connection:
            for part in in_parts(ids):
                rows = await connection.execute(select(table.c.id, table.c.name).where(table.c.id.in_(part)))
                names.update((row.id, row.name) for row in rows if row.name)
        return names

    async def counts(self) -> dict[str, int]:
        """How many tenders, snapshots, flags, events (and unmatched ones) and buyers there are."""
        fired = select(func.count()).select_from(findings).where(findings.c.status == Status.FIRED.value)
        counted = {
            **{table.name: select(func.count()).select_from(table) for table in (tenders, snapshots, events, buyers)},
            "flags": fired,
            "events_unmatched": select(func.count()).select_from(events).where(events.c.matched_at.is_(None)),
        }
        query = select(*(count.scalar_subquery().label(name) for name, count in counted.items()))
        async with self.database.read() as connection:
            return dict((await connection.execute(query)).mappings().one())

    async def set_aside_counts(self) -> dict[str, int]:
        """How many records of each source are kept aside."""
        query = select(set_aside.c.source, func.count()).group_by(set_aside.c.source)
        async with self.database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def set_aside_reasons(self) -> dict[str, dict[str, int]]:
        """How many records of each source are kept aside for each reason."""
        reason = set_aside.c.reason
        query = select(set_aside.c.source, reason, func.count()).group_by(set_aside.c.source, reason)
        found: dict[str, dict[str, int]] = {}
        async with self.database.read() as connection:
            for row in await connection.execute(query.order_by(func.count().desc(), reason)):
                found.setdefault(row[0], {})[row[1]] = row[2]
        return found
