"""What is remembered of every purchase that is followed, and how it becomes what a batch keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from watchers.sources.base import Batch, Memory, Note, Record, Rejected
from watchers.sources.goszakup.feeds import local_stamp
from watchers.sources.goszakup.gathering import Gathered, Read, Unread
from watchers.sources.goszakup.life import SECOND_LOOKS, next_look, second_look
from watchers.sources.goszakup.mapping import link_of, release_of

__all__ = ["DIRECT", "PURCHASE", "Followed", "Kind", "Moment", "batch_of", "read_note", "recall"]

Kind = str
PURCHASE, DIRECT = "purchase", "direct"
"""Kinds of notes: announcements by id; contracts without one by the id of the first version."""

_FRESH = timedelta(seconds=2)
_DOUBTED = 3
"""Times in a row that a record with something broken in it is not taken: over an hour."""
_FORGOTTEN_AFTER = timedelta(days=90)


class Followed(msgspec.Struct, frozen=True, array_like=True):
    """`changed`, `deals`: the newest dates of changes that were taken, as the portal writes them. `asked`: how often in
    a row it could not be taken. `versions`: ids of a direct contract and its addenda. `ended`: nothing more to come.
    """

    stored: bool = False
    changed: str = ""
    deals: str = ""
    asked: int = 0
    versions: tuple[int, ...] = ()
    ended: bool = False


class Moment(msgspec.Struct, frozen=True):
    """When a batch is made: by our clock, and by the later of both; and where links and records point."""

    now: datetime
    portal_now: datetime
    split_seconds: float
    link_base: str
    api_base: str

    @property
    def settled(self) -> str:
        """What changed after this may change again within the same second: it is looked at once more."""
        return local_stamp(self.portal_now - _FRESH)


async def recall(memory: Memory, kind: Kind, ids: Collection[int]) -> dict[int, Followed]:
    """What is remembered of these; those never met are left out."""
    notes = await memory.recall(kind, [str(number) for number in ids])
    return {int(key): read_note(note) for key, note in notes.items()}


def read_note(note: Note) -> Followed:
    """What a note says; one that cannot be read says nothing."""
    try:
        return msgspec.json.decode(note.value or b"[]", type=Followed)
    except msgspec.DecodeError:
        return Followed()


def batch_of(
    kind: Kind,
    gathered: Gathered,
    known: Mapping[int, Followed],
    told: Mapping[int, Followed],
    *,
    moment: Moment,
    cursor: str,
) -> Batch:
    """Records, records set aside, and a note on each purchase. `told` is what the portal's lists said of them."""
    batch = Batch([], [], cursor, list(gathered.notes))
    for read in gathered.read:
        before, said = known.get(read.id, Followed()), told.get(read.id, Followed())
        if not read.complete and before.stored:
            waiting = msgspec.structs.replace(before, asked=before.asked + 1)
            batch.notes.append(_note(kind, read.id, waiting, _once_it_is_well(before.asked, moment)))
            continue
        taken = _record(kind, read, before, moment)
        if isinstance(taken, Record):
            batch.records.append(taken)
            batch.notes.append(_note_read(kind, read, before, said, moment))
        else:
            gathered.unread.append(taken)
        if isinstance(taken, Record) and read.doubts:
            batch.rejected.append(Rejected(f"taken without: {_joined(read.doubts)}", read.raw, taken.url))
    for unread in gathered.unread:
        before, said = known.get(unread.id, Followed()), told.get(unread.id, Followed())
        batch.rejected.append(Rejected(unread.reason, unread.raw, _url(kind, unread.id, moment)))
        batch.notes.append(_note_unread(kind, unread, before, said, moment))
    return batch


def _record(kind: Kind, read: Read, before: Followed, moment: Moment) -> Record | Unread:
    """The record, or why not. One with something broken in it is asked for again before it is taken without that."""
    if read.doubts and before.asked < _DOUBTED:
        return Unread(read.id, _joined(read.doubts), read.raw)
    try:
        release = release_of(read.records, now=moment.now)
    except ValueError as error:
        return Unread(read.id, f"not a purchase that can be named: {error}", read.raw)
    return Record(release, read.raw, _url(kind, read.id, moment), link_of(release, moment.link_base))


def _joined(doubts: Sequence[str]) -> str:
    more = f" and {len(doubts) - 3} more" if len(doubts) > 3 else ""
    return "; ".join(doubts[:3]) + more


def _url(kind: Kind, number: int, moment: Moment) -> str:
    return f"{moment.api_base}/v3/{'trd-buy' if kind == PURCHASE else 'contract'}/{number}"


def _note_read(kind: Kind, read: Read, before: Followed, said: Followed, moment: Moment) -> Note:
    look = next_look(read.records, moment.now) if read.complete else _once_it_is_well(before.asked, moment)
    followed = Followed(
        stored=True,
        changed=min(max(read.changed, said.changed), moment.settled),
        deals=min(max(read.deals, said.deals), moment.settled),
        asked=0 if read.complete else before.asked + 1,
        versions=_versions(before, said),
        ended=look is None,
    )
    return _note(kind, read.id, followed, look or moment.now + _FORGOTTEN_AFTER)


def _once_it_is_well(times: int, moment: Moment) -> datetime:
    """When a purchase that came in pieces is asked for whole."""
    look = second_look(min(times, len(SECOND_LOOKS) - 1), moment.now) or moment.now
    return max(look, moment.now + timedelta(seconds=moment.split_seconds))


def _note_unread(kind: Kind, unread: Unread, before: Followed, said: Followed, moment: Moment) -> Note:
    """The lists need not name it again: it is asked for by itself, less and less often."""
    followed = msgspec.structs.replace(
        before,
        changed=max(before.changed, min(said.changed, moment.settled)),
        deals=max(before.deals, min(said.deals, moment.settled)),
        asked=before.asked + 1,
        versions=_versions(before, said),
    )
    return _note(kind, unread.id, followed, second_look(before.asked, moment.now))


def _versions(before: Followed, said: Followed) -> tuple[int, ...]:
    return tuple(sorted({*before.versions, *said.versions}))


def _note(kind: Kind, number: int, followed: Followed, look: datetime | None) -> Note:
    return Note(kind, str(number), msgspec.json.encode(followed), look)
