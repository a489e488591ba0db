"""Erasing a subscriber: everything that could tell who it was goes at once, an empty row stays until it is safe to go.

The matching index of a running process may still hold the filters for a moment; the empty rows keep what it writes in
that moment from failing, and are deleted a day later, by the next erasure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from alerts.tables import Standing, mutes, outbox, subscribers, subscriptions
from watchers.database import Database

__all__ = ["erase_subscriber"]

_ERASED = "erased:"
_SETTLED = timedelta(days=1)


async def erase_subscriber(database: Database, clock: Callable[[], datetime], subscriber_id: int) -> None:
    """Erase the address, language, filters and the list of messages of a subscriber. Doing it twice changes nothing."""
    now = clock()
    emptied = {"name": "", "criteria": {}, "paused": True, "deleted_at": now, "changed_at": now}
    nobody = {
        "address": f"{_ERASED}{subscriber_id}",
        "language": "en",
        "zone": "UTC",
        "state": Standing.STOPPED,
        "state_reason": "",
        "created_at": now,
        "changed_at": now,
        "quiet_from": None,
        "quiet_until": None,
        "per_day": None,
        "digest_at": 540,
        "snoozed_until": None,
    }
    gone = select(subscribers.c.id).where(
        subscribers.c.address.like(f"{_ERASED}%"), subscribers.c.changed_at < now - _SETTLED
    )
    async with database.write() as connection:
        for table in (outbox, mutes):
            await connection.execute(delete(table).where(table.c.subscriber_id == subscriber_id))
        mine = subscriptions.c.subscriber_id == subscriber_id
        await connection.execute(update(subscriptions).where(mine).values(**emptied))
        await connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(**nobody))
        for table in (outbox, mutes, subscriptions):
            await connection.execute(delete(table).where(table.c.subscriber_id.in_(gone)))
        await connection.execute(delete(subscribers).where(subscribers.c.id.in_(gone)))
