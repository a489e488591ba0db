"""What may not have reached a person is told once more, as a list, instead of being sent again as if it had not.

An uncertain message may or may not have arrived, and there is no way to ask. Sending it again risks a repetition,
leaving it a loss; so the person gets one message that names these tenders as possibly missed. If that list itself ends
uncertain, the next one takes over what it named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.outbox import CHAT, Debt, Event, Outbox
from alerts.tables import Standing, State, outbox, subscribers
from watchers.database import Database

__all__ = ["MISSED_PRIORITY", "Missed", "carry", "missed_tenders"]

MISSED_PRIORITY = 40
AT_MOST = 100  # tenders in one list; the rest go into the next


class Missed(msgspec.Struct, frozen=True):
    """One tender of a list, and the snapshot its own message was to be rendered from; `id`, `event` of that row."""

    tender_id: int
    snapshot_id: int | None
    id: int
    event: str


async def carry(
    database: Database, outbox_: Outbox, clock: Callable[[], datetime], *, after: timedelta = timedelta(minutes=10)
) -> int:
    """Owe a list to everyone with messages uncertain for longer than `after`; returns how many messages were carried.

    Those who are told nothing now get theirs when they are back.
    """
    now = clock()
    async with database.write() as connection:
        query = (
            select(outbox.c.id, outbox.c.subscriber_id)
            .join(subscribers, subscribers.c.id == outbox.c.subscriber_id)
            .where(
                outbox.c.state == State.UNCERTAIN, outbox.c.carried_by.is_(None), outbox.c.finished_at <= now - after
            )
            .where(subscribers.c.state == Standing.ACTIVE, outbox.c.priority < CHAT.stop)  # mail has its digests
            .where(outbox.c.event.not_like(f"{Event.LESSON}:%"))  # a lesson can be opened any time
            .order_by(outbox.c.id)
            .with_for_update(of=outbox, skip_locked=True)
        )
        of_person: dict[int, list[int]] = defaultdict(list)
        for row in await connection.execute(query):
            of_person[row.subscriber_id].append(row.id)
        for subscriber_id, ids in of_person.items():
            await _owe_list(connection, outbox_, subscriber_id, ids[:AT_MOST], now)
    return sum(min(len(ids), AT_MOST) for ids in of_person.values())


async def _owe_list(
    connection: AsyncConnection, outbox_: Outbox, subscriber_id: int, ids: list[int], now: datetime
) -> None:
    event = f"missed:{ids[-1]}"  # each uncertain message is carried once, so no two lists share a name
    await outbox_.owe(connection, [Debt(subscriber_id, None, None, event, (), MISSED_PRIORITY, now)])
    named = and_(outbox.c.subscriber_id == subscriber_id, outbox.c.event == event)
    list_id = (await connection.execute(select(outbox.c.id).where(named))).scalar_one()
    # What a lost list named is named by this one.
    carried = or_(outbox.c.id.in_(ids), outbox.c.carried_by.in_(ids))
    await connection.execute(update(outbox).where(carried).values(carried_by=list_id))


async def missed_tenders(database: Database, list_id: int) -> list[Missed]:
    """The tenders a list names (the outbox id of its message), oldest first, each once, by its newest row."""
    where = and_(outbox.c.carried_by == list_id, outbox.c.tender_id.is_not(None))
    query = (
        select(outbox.c.tender_id, outbox.c.snapshot_id, outbox.c.id, outbox.c.event)
        .where(where)
        .order_by(outbox.c.tender_time, outbox.c.id)
    )
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    newest = {row.tender_id: Missed(*row) for row in rows}
    return list(newest.values())
