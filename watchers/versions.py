"""The versions of a tender: every snapshot with the digest of the answer it came from, and that answer itself.

Nothing here is ever overwritten, so that what is cited today can be compared for as long as the database is kept.
"""

from __future__ import annotations

import asyncio
import zlib
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database
from watchers.reading import Reading, StoredSnapshot
from watchers.tables import events, raw_answers, snapshots

__all__ = ["LARGEST_RAW", "RawAnswer", "Version", "look", "raw_answer", "release_json", "snapshot_id", "versions"]

_MOST = 500
_LARGEST_ID, _LARGEST_SEQUENCE = 2**63 - 1, 2**31 - 1
LARGEST_RAW = 64 * 1024 * 1024
"""Bytes of an answer that are unpacked for a person; larger ones are not handed out."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One snapshot of a tender. `sha256` is of the publisher's answer, '' where none was kept; moments are UTC.

    `source` told it; `changes` are what happened with it: kind and detail of `watchers.changes.Change`.
    """

    id: int
    sequence: int
    source: str
    seen_at: datetime
    sha256: str
    url: str
    changes: tuple[tuple[str, dict[str, Any]], ...] = ()


class RawAnswer(msgspec.Struct, frozen=True):
    """What a publisher answered, byte for byte; `fetched_at` UTC."""

    source: str
    url: str
    fetched_at: datetime
    sha256: str
    body: bytes


async def versions(database: Database, tender_id: int, *, most: int = _MOST) -> list[Version]:
    """The newest versions of a tender, the newest first; none for a tender there is none of."""
    if tender_id > _LARGEST_ID:
        return []
    async with database.read() as connection:
        return await _versions(connection, tender_id, most)


async def look(
    reading: Reading, tender_id: int, sequence: int | None = None
) -> tuple[StoredSnapshot, list[Version]] | None:
    """A snapshot of a tender (the newest, or the one of that sequence) and its versions; None if there is none.

    All of it on one connection: whoever reads a page waits for it.
    """
    if tender_id > _LARGEST_ID or (sequence or 0) > _LARGEST_SEQUENCE:
        return None
    async with reading.database.read() as connection:
        known = await _versions(connection, tender_id, _MOST)
        if not known:
            return None
        wanted = next((one.id for one in known if sequence in {None, one.sequence}), None)
        if wanted is None and sequence is not None:
            wanted = await _find(connection, tender_id, sequence)
        snapshot = (await reading.read_snapshots(connection, [wanted])).get(wanted) if wanted is not None else None
    return (snapshot, known) if snapshot is not None else None


async def _versions(connection: AsyncConnection, tender_id: int, most: int) -> list[Version]:
    query = (
        select(
            snapshots.c.id, snapshots.c.sequence, snapshots.c.source, snapshots.c.seen_at, raw_answers.c.sha256,
            raw_answers.c.url,
        )
        .join_from(snapshots, raw_answers, snapshots.c.raw_id == raw_answers.c.id, isouter=True)
        .where(snapshots.c.tender_id == tender_id)
        .order_by(snapshots.c.sequence.desc())
        .limit(most)
    )  # fmt: skip
    rows = (await connection.execute(query)).all()
    happened: dict[int, list[tuple[str, dict[str, Any]]]] = {}
    if rows:
        told = select(events.c.snapshot_id, events.c.kind, events.c.detail)
        told = told.where(events.c.snapshot_id.in_([row.id for row in rows])).order_by(events.c.id)
        for event in await connection.execute(told):
            happened.setdefault(event.snapshot_id, []).append((event.kind, event.detail))
    return [
        Version(
            id=row.id,
            sequence=row.sequence,
            source=row.source,
            seen_at=row.seen_at,
            sha256=row.sha256 or "",
            url=row.url or "",
            changes=tuple(happened.get(row.id, ())),
        )
        for row in rows
    ]


async def snapshot_id(database: Database, tender_id: int, sequence: int) -> int | None:
    """The id of a tender's snapshot of that sequence; None if there is none."""
    if tender_id > _LARGEST_ID or sequence > _LARGEST_SEQUENCE:
        return None
    async with database.read() as connection:
        return await _find(connection, tender_id, sequence)


async def _find(connection: AsyncConnection, tender_id: int, sequence: int) -> int | None:
    query = select(snapshots.c.id).where(snapshots.c.tender_id == tender_id, snapshots.c.sequence == sequence)
    return (await connection.execute(query)).scalar_one_or_none()


async def raw_answer(database: Database, snapshot: int) -> RawAnswer | None:
    """The answer a snapshot came from; None where none was kept, or where it is larger than `LARGEST_RAW`."""
    query = (
        select(raw_answers)
        .join_from(raw_answers, snapshots, snapshots.c.raw_id == raw_answers.c.id)
        .where(snapshots.c.id == snapshot)
    )
    async with database.read() as connection:
        row = (await connection.execute(query)).one_or_none()
    body = await asyncio.to_thread(_unpacked, row.body) if row is not None else None
    if row is None or body is None:
        return None
    return RawAnswer(row.source, row.url, row.fetched_at, row.sha256, body)


def _unpacked(body: bytes) -> bytes | None:
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(body, LARGEST_RAW)
    return None if unpacking.unconsumed_tail else unpacked


async def release_json(database: Database, snapshot: int) -> bytes | None:
    """The OCDS release of a snapshot, as it was judged; None if there is none."""
    async with database.read() as connection:
        return (await connection.execute(select(snapshots.c.release).where(snapshots.c.id == snapshot))).scalar()
