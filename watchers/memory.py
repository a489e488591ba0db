"""What sources remember beside their cursors, read back from the store; it is written with the batch it came in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database
from watchers.reading import in_parts
from watchers.sources.base import Note
from watchers.tables import source_notes

__all__ = ["StoredMemory", "keep_notes"]

_COLUMNS = tuple(source_notes.c[name] for name in Note.__struct_fields__)


class StoredMemory:
    """The notes of one source."""

    def __init__(self, database: Database, source: str) -> None:
        self._database = database
        self._source = source

    async def recall(self, kind: str, keys: Collection[str]) -> dict[str, Note]:
        """The notes under these keys; a key without one is left out."""
        found: dict[str, Note] = {}
        mine = and_(source_notes.c.source == self._source, source_notes.c.kind == kind)
        async with self._database.read() as connection:
            for part in in_parts(keys):
                rows = await connection.execute(select(*_COLUMNS).where(mine, source_notes.c.key.in_(part)))
                found.update((row.key, _note(row)) for row in rows)
        return found

    async def due(self, kind: str, until: datetime, limit: int) -> list[Note]:
        """Notes to come back to by then, the longest due first."""
        query = select(*_COLUMNS).where(source_notes.c.source == self._source, source_notes.c.kind == kind)
        query = query.where(source_notes.c.due_at <= until).order_by(source_notes.c.due_at).limit(limit)
        async with self._database.read() as connection:
            return [_note(row) for row in await connection.execute(query)]


def _note(row: Row[Any]) -> Note:
    return Note(row.kind, row.key, row.value, row.due_at, row.noted_at)


async def keep_notes(
    connection: AsyncConnection, database: Database, source: str, notes: Iterable[Note], now: datetime
) -> None:
    """Write the notes of a batch in its transaction; of several under one key the last counts."""
    newest = {(note.kind, note.key): note for note in notes}
    kept = [
        {"source": source, "kind": note.kind, "key": note.key, "value": note.value, "due_at": note.due_at,
         "noted_at": now}
        for note in newest.values()
        if note.value is not None
    ]  # fmt: skip
    if kept:
        insert = database.insert(source_notes)
        changed = {name: insert.excluded[name] for name in ("value", "due_at", "noted_at")}
        keys = [source_notes.c.source, source_notes.c.kind, source_notes.c.key]
        kept.sort(key=lambda row: (row["kind"], row["key"]))  # one order: no deadlock
        await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed), kept)
    forgotten = [{"of_kind": note.kind, "under": note.key} for note in newest.values() if note.value is None]
    if forgotten:
        await connection.execute(_forget.where(source_notes.c.source == source), forgotten)


_forget = delete(source_notes).where(
    source_notes.c.kind == bindparam("of_kind"), source_notes.c.key == bindparam("under")
)
