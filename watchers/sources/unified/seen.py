"""What of the platform's listing was read already: a digest of each lot's row, kept as a note by announcement.

A row that differs from the one noted means that its announcement changed and is read again. Notes are dropped some days
after the deadline: then the announcement is no longer followed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec

from watchers.sources.base import Memory, Note
from watchers.sources.quasi.words import moment_of
from watchers.sources.unified.model import LotRow

__all__ = ["InMemory", "changed", "forgotten", "note_of"]

_KIND = "lots"
_WITHOUT_DEADLINE = timedelta(days=60)
_FORGOTTEN_AT_ONCE = 500
_AGAIN = ""
"""Beside the digests, which stand under ids of lots: when the announcement is read again in any case."""


class InMemory:
    """Notes of this process alone, for a source that nobody gave a memory."""

    def __init__(self) -> None:
        self.notes: dict[str, Note] = {}

    async def recall(self, kind: str, keys: Collection[str]) -> dict[str, Note]:
        """The notes under these keys."""
        return {key: self.notes[key] for key in keys if kind == _KIND and key in self.notes}

    async def due(self, kind: str, until: datetime, limit: int) -> list[Note]:
        """Notes to come back to by then."""
        due = (note for note in self.notes.values() if kind == _KIND and note.due_at and note.due_at <= until)
        return list(due)[:limit]

    def keep(self, notes: Iterable[Note]) -> None:
        """What the store would keep with a batch."""
        for note in notes:
            if note.value is None:
                self.notes.pop(note.key, None)
            else:
                self.notes[note.key] = note


def _digest(row: LotRow) -> bytes:
    said = (
        row.announcement_number, row.lot_number, row.name_ru, row.description_ru, row.total_price, row.quantity,
        row.status.id if row.status else None, row.status_words,
        row.purchase_method_name, row.offer_start_date, row.offer_end_date,
        tuple(thing.code for thing in row.enstrus or ()),
    )  # fmt: skip
    return blake2b(msgspec.json.encode(said), digest_size=6).digest()


def _known(note: Note | None) -> dict[str, bytes]:
    if note is None or note.value is None:
        return {}
    try:
        return msgspec.msgpack.decode(note.value, type=dict[str, bytes])
    except msgspec.DecodeError:  # of an older version
        return {}


async def changed(
    memory: Memory, groups: Mapping[str, list[LotRow]], floor: datetime, *, now: datetime | None = None
) -> dict[str, dict[str, bytes]]:
    """The announcements of which a lot is new or reads otherwise, each with the digests to note.

    One published before `floor` that was never noted is not ours to tell of. With `now` those are named too that were
    to be read again by then.
    """
    notes = await memory.recall(_KIND, groups.keys())
    found: dict[str, dict[str, bytes]] = {}
    for key, rows in groups.items():
        before = _known(notes.get(key))
        published = [moment for row in rows if (moment := moment_of(row.announcement_publish_date)) is not None]
        if not before and published and max(published) < floor:
            continue
        again = before.pop(_AGAIN, b"").decode()
        shown = {str(row.id): _digest(row) for row in rows}
        is_due = now is not None and again != "" and datetime.fromisoformat(again) <= now
        if is_due or any(before.get(lot) != digest for lot, digest in shown.items()):
            found[key] = before | shown
    return found


def note_of(
    key: str,
    listed: Mapping[str, bytes],
    lots: Sequence[LotRow],
    now: datetime,
    kept: timedelta,
    *,
    again: datetime | None = None,
) -> Note:
    """What to remember of an announcement until it is no longer followed: the rows `listed`, and all `lots` it has.

    `again`: when it is read again although no row changed.
    """
    digests = {str(lot.id): _digest(lot) for lot in lots} | dict(listed)
    if again is not None:
        digests[_AGAIN] = again.isoformat().encode()
    ends = [moment for lot in lots if (moment := moment_of(lot.offer_end_date)) is not None]
    until = max(ends) + kept + timedelta(days=2) if ends else now + _WITHOUT_DEADLINE
    return Note(_KIND, key, msgspec.msgpack.encode(digests), max(until, now + timedelta(days=1)))


async def forgotten(memory: Memory, now: datetime) -> list[Note]:
    """Notes that are no longer needed, to be dropped."""
    return [Note(_KIND, note.key, None) for note in await memory.due(_KIND, now, _FORGOTTEN_AT_ONCE)]
