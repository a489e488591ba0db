"""Who was told of a tender, by which message, and with which snapshot: the ledger, asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.tables import State, outbox
from watchers.database import Database
from watchers.history.tables import history_lots
from watchers.ocds import Release
from watchers.tables import tenders

__all__ = ["Told", "ancestors_of", "told_by_message", "told_of", "told_to"]

_NEVER = (State.FAILED.value, State.SKIPPED.value)
_REPEATS = {"unsuccessfulProcess", "prior"}
_list = outbox.alias("list")
_PREFIX = 11  # of an ocid: which publisher gave it


class Told(msgspec.Struct, frozen=True):
    """A row about a tender that told, tells or will tell of it. `by`: the list that carries it; `answer`, `sent_at`:
    of the message that told it, its own or the list's; '' and None while there is none.
    """

    id: int
    subscriber_id: int
    tender_id: int
    snapshot_id: int
    event: str
    matched: list[int]
    state: str
    by: int | None
    by_state: str | None
    answer: str
    sent_at: datetime | None

    @property
    def pending(self) -> bool:
        """Whether its message has not been made yet, so that it can still be made from a newer snapshot."""
        return self.state in {State.HELD, State.DUE} or (self.state == State.CARRIED and self.by_state == State.DUE)


_COLUMNS = (
    *(outbox.c[name] for name in ("id", "subscriber_id", "tender_id", "snapshot_id", "event", "matched", "state")),
    outbox.c.carried_by,
    _list.c.state.label("list_state"),
    outbox.c.answer,
    outbox.c.finished_at,
    _list.c.answer.label("list_answer"),
    _list.c.finished_at.label("list_finished_at"),
)
_told = (
    select(*_COLUMNS)
    .select_from(outbox.outerjoin(_list, _list.c.id == outbox.c.carried_by))
    .where(outbox.c.state.not_in(_NEVER), outbox.c.snapshot_id.is_not(None))
    .order_by(outbox.c.id)
)


def _row(row: Any) -> Told:
    id_, subscriber, tender, snapshot, event, matched, state, by, by_state, answer, at, list_answer, list_at = row
    if state != State.SENT:
        answer, at = (list_answer, list_at) if by_state == State.SENT else ("", None)
    return Told(id_, subscriber, tender, snapshot, event, matched, state, by, by_state, answer, at)


async def told_of(connection: AsyncConnection, tender_id: int) -> dict[int, list[Told]]:
    """By subscriber: what tells of a tender, oldest first."""
    found: dict[int, list[Told]] = defaultdict(list)
    for row in await connection.execute(_told.where(outbox.c.tender_id == tender_id)):
        one = _row(row)
        found[one.subscriber_id].append(one)
    return found


async def told_to(database: Database, subscriber_id: int, tender_ids: Iterable[int]) -> list[Told]:
    """What tells one subscriber of any of these tenders, oldest first."""
    theirs = and_(outbox.c.subscriber_id == subscriber_id, outbox.c.tender_id.in_(list(tender_ids)))
    async with database.read() as connection:
        return [_row(row) for row in await connection.execute(_told.where(theirs))]


async def told_by_message(database: Database, subscriber_id: int, message_id: str) -> list[Told]:
    """What one message (the channel's id) told a subscriber: one row, or those of a list; the newest without an id."""
    query = _told.where(outbox.c.subscriber_id == subscriber_id)
    if message_id:
        own = and_(outbox.c.answer == message_id, outbox.c.state == State.SENT)
        query = query.where(or_(own, and_(_list.c.answer == message_id, _list.c.state == State.SENT)))
    else:
        query = query.where(or_(outbox.c.state == State.SENT, _list.c.state == State.SENT))
        query = query.order_by(None).order_by(outbox.c.id.desc()).limit(1)
    async with database.read() as connection:
        return [_row(row) for row in await connection.execute(query)]


async def ancestors_of(connection: AsyncConnection, release: Release) -> list[int]:
    """The stored tenders that a release repeats or follows: named by it, or failed at the same point of the plan."""
    known = history_lots.c.ocid.startswith(release.ocid[:_PREFIX], autoescape=True)  # of the same publisher
    named = {
        str(one.identifier)
        for one in release.related_processes
        if one.identifier is not None and not _REPEATS.isdisjoint(one.relationship)
    }
    is_one: ColumnElement[bool] = tenders.c.ocid.in_(_failed_before(release.ocid).where(known))
    if named:
        by_id = select(history_lots.c.ocid).where(history_lots.c.tender_id.in_(named), known)
        is_one = or_(is_one, tenders.c.ocid.in_(named), tenders.c.ocid.in_(by_id))
    query = select(tenders.c.id).where(is_one, tenders.c.ocid != release.ocid)
    return list((await connection.execute(query.order_by(tenders.c.id.desc()).limit(10))).scalars())


def _failed_before(ocid: str) -> Select[tuple[str]]:
    """Purchases that came to nothing, for a point of the plan that this one is for too.

    Publishers state a failure late: bids that were closed before, with no award known, count as well.
    """
    own = history_lots.alias("own")  # few rows, by key; each finds its point by the index of points
    same = and_(history_lots.c.plan_root == own.c.plan_root, history_lots.c.published_at <= own.c.published_at)
    nothing = or_(
        history_lots.c.outcome.in_(("unsuccessful", "cancelled")),
        and_(history_lots.c.outcome == "", history_lots.c.closes_at <= own.c.published_at),
    )
    joined = own.join(history_lots, same)
    return select(history_lots.c.ocid).select_from(joined).where(own.c.ocid == ocid, own.c.plan_root != "", nothing)
