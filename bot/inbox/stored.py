"""The table of received updates: stored whole, claimed in order per chat, emptied of their content once handled.

A claim is a lease: whoever handles an update renews it, and an update whose lease ran out (its process was killed) is
handed out again. While one update of a chat is out, no other of that chat is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, delete, func, or_, select, text, update

from watchers.database import BigId, Database, UTCDateTime, metadata

__all__ = ["Inbox", "StoredUpdate", "inbox", "is_id"]

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True),  # order of arrival
    Column("update_id", BigInteger, nullable=False, unique=True),
    Column("chat_id", BigInteger, nullable=False),  # 0 once handled
    Column("body", Text, nullable=False),  # the update as JSON, '' once handled
    Column("received_at", UTCDateTime, nullable=False),
    Column("lease_until", UTCDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("handled_at", UTCDateTime),
    Column("error", String(200), nullable=False, server_default=""),  # what broke and where, never what was written
    Index("ix_inbox_received_at", "received_at"),
)
Index(
    "ix_inbox_unhandled",
    inbox.c.chat_id,
    inbox.c.id,
    sqlite_where=text("handled_at IS NULL"),
    postgresql_where=text("handled_at IS NULL"),
)

KEEP = timedelta(days=2)
SHORTEST_KEEP, LONGEST_KEEP = timedelta(days=1), timedelta(days=7)


class StoredUpdate(msgspec.Struct, frozen=True):
    """One claimed update: `body` is its JSON, `attempts` counts this claim too."""

    id: int
    update_id: int
    chat_id: int
    body: str
    attempts: int


class Inbox:
    """Received updates on `database`.

    `keep`: how long the id and the times of a handled update stay, to recognise a repeated one. Telegram repeats for at
    most a day, and restarts its numbering at random after a week of silence; so between one day and seven.
    Raises ValueError for another length.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        keep: timedelta = KEEP,
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        if not SHORTEST_KEEP <= keep <= LONGEST_KEEP:
            raise ValueError(f"inbox: updates cannot be kept for {keep}: choose between one day and seven")
        self._database = database
        self._clock = clock
        self._keep = keep
        self.lease = lease
        self.arrived = asyncio.Event()

    async def put(self, updates: Sequence[Mapping[str, Any]]) -> int:
        """Store a batch in one transaction and return how many were new; a known update_id is dropped."""
        if not updates:
            return 0
        now = self._clock()
        rows = [
            {
                "update_id": int(one["update_id"]),
                "chat_id": chat_of(one),
                "body": json.dumps(
                    one, separators=(",", ":")
                ),  # ASCII: no NUL or half a character reaches the database
                "received_at": now,
            }
            for one in updates
        ]
        statement = self._database.insert(inbox).on_conflict_do_nothing(index_elements=["update_id"])
        async with self._database.write() as connection:
            stored = await connection.execute(statement.values(rows).returning(inbox.c.id))
            new = len(stored.all())
        self.arrived.set()
        return new

    async def claim(self, limit: int) -> list[StoredUpdate]:
        """Lease the oldest waiting update of up to `limit` chats, oldest first."""
        now = self._clock()
        heads = (
            select(func.min(inbox.c.id))
            .where(inbox.c.handled_at.is_(None))
            .group_by(inbox.c.chat_id)
            .having(or_(func.max(inbox.c.lease_until).is_(None), func.max(inbox.c.lease_until) <= now))
            .order_by(func.min(inbox.c.id))
            .limit(limit)
        )
        async with self._database.read() as connection:
            ids = (await connection.execute(heads)).scalars().all()
        if not ids:
            return []
        # Between the two statements another process may have taken one; the UPDATE looks again and skips it.
        free = or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= now)
        lease = (
            update(inbox)
            .where(inbox.c.id.in_(ids), inbox.c.handled_at.is_(None), free)
            .values(lease_until=now + self.lease, attempts=inbox.c.attempts + 1)
            .returning(inbox.c.id, inbox.c.update_id, inbox.c.chat_id, inbox.c.body, inbox.c.attempts)
        )
        async with self._database.write() as connection:
            rows = (await connection.execute(lease)).all()
        return sorted((StoredUpdate(*row) for row in rows), key=lambda one: one.id)

    async def renew(self, ids: Sequence[int]) -> None:
        """Keep the leases of updates that are still being handled."""
        await self._set_lease(ids, self._clock() + self.lease)

    async def put_back(self, ids: Sequence[int], delay: timedelta = timedelta()) -> None:
        """Hand the updates out again after `delay`; the rest of their chats waits behind them."""
        await self._set_lease(ids, self._clock() + delay if delay else None)

    async def _set_lease(self, ids: Sequence[int], until: datetime | None) -> None:
        waiting = inbox.c.id.in_(ids) & inbox.c.handled_at.is_(None)
        async with self._database.write() as connection:
            await connection.execute(update(inbox).where(waiting).values(lease_until=until))

    async def recover(self) -> None:
        """Free what a killed process held: at once on SQLite, which has one worker; elsewhere leases run out."""
        if self._database.dialect != "sqlite":
            return
        async with self._database.write() as connection:
            await connection.execute(update(inbox).where(inbox.c.handled_at.is_(None)).values(lease_until=None))

    async def finish(self, id_: int, error: str = "") -> None:
        """The update is done: what was written and in which chat is erased, its number and times stay for a while."""
        erased = {"chat_id": 0, "body": "", "lease_until": None, "handled_at": self._clock(), "error": error[:200]}
        async with self._database.write() as connection:
            await connection.execute(update(inbox).where(inbox.c.id == id_).values(**erased))

    async def waiting(self) -> int:
        """How many updates are not handled yet."""
        count = select(func.count()).select_from(inbox).where(inbox.c.handled_at.is_(None))
        async with self._database.read() as connection:
            return int((await connection.execute(count)).scalar_one())

    async def sweep(self) -> int:
        """Delete handled rows older than `keep`; returns how many."""
        old = inbox.c.handled_at.is_not(None) & (inbox.c.received_at < self._clock() - self._keep)
        async with self._database.write() as connection:
            return int((await connection.execute(delete(inbox).where(old))).rowcount)


def is_id(value: object) -> bool:
    """Whether it is a number that a table can hold: JSON knows longer ones."""
    return type(value) is int and -(2**63) <= value < 2**63


def chat_of(update_: Mapping[str, Any]) -> int:
    """The chat an update belongs to, whatever its type; the person where there is no chat, 0 where there is neither."""
    for kind, event in update_.items():
        if kind == "update_id" or not isinstance(event, Mapping):
            continue
        message = event.get("message")
        for holder, key in ((event, "chat"), (message, "chat"), (event, "from"), (event, "user")):
            place = holder.get(key) if isinstance(holder, Mapping) else None
            if isinstance(place, Mapping) and is_id(place.get("id")):
                return int(place["id"])
    return 0
