"""What happened to a purchase since somebody knows it: by the messages that told them, or from where they follow it."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.changes import Changes, changes_of
from alerts.follows import known_by_following
from alerts.told import Told
from watchers.store import Store

__all__ = ["changes_since"]


async def changes_since(store: Store, told: Sequence[Told], who: int, row: tuple[int, int, int]) -> Changes:
    """What happened between the snapshot that a subscriber knows and that of a row, (its id, tender, snapshot).

    `told`: what tells them of the tender. Without any (they follow it, and no filter of theirs ever matched) they know
    the snapshot from which they follow it; without that, at least what came with this snapshot is told.
    """
    row_id, tender_id, snapshot_id = row
    known = [one.snapshot_id for one in told if one.id < row_id and one.snapshot_id < snapshot_id]
    if not known:
        followed = await known_by_following(store.database, who, tender_id)
        known = [followed] if 0 < followed < snapshot_id else [snapshot_id - 1]
    return changes_of(await store.events_between(tender_id, max(known), snapshot_id)) or Changes()
