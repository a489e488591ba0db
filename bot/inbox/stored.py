"""The table of received updates: stored whole, claimed in order per chat, emptied of their content once handled.

What people write in confidence is sealed before it is stored: see `bot.inbox.arrival`.

A claim is a lease: whoever handles an update renews it, and an update whose lease ran out (its process was killed) is
handed out again. While one update of a chat is out, no other of that chat is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.inbox.arrival import ArrivalKey, NoReader, inbox_keys, is_private, seal
from watchers.database import BigId, Database, UTCDateTime, metadata

__all__ = ["Inbox", "StoredUpdate", "inbox", "is_id"]

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True),  # order of arrival
    Column("update_id", BigInteger, nullable=False, unique=True),
    Column("chat_id", BigInteger, nullable=False),  # 0 once handled
    Column("body", Text, nullable=False),  # the update as JSON, sealed or not; '' once handled
    Column("sealed_for", String(16), nullable=False, server_default=""),  # the key of `inbox_keys` that opens `body`
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
ALIVE = timedelta(seconds=90)
"""A process that has not renewed its arrival key for so long is taken for dead, and what was sealed for it for lost."""
SHORTEST_KEEP, LONGEST_KEEP = timedelta(days=1), timedelta(days=7)


class StoredUpdate(msgspec.Struct, frozen=True):
    """One claimed update: `body` is its JSON, `attempts` counts this claim too.

    `lost`: it was sealed for a process that is gone; all that is known of it is its chat.
    """

    id: int
    update_id: int
    chat_id: int
    body: str
    attempts: int
    lost: bool = False


Confiding = Callable[[Collection[int]], Awaitable[set[int]]]
"""Which of these chats are telling something in confidence now."""


class Inbox:
    """Received updates on `database`.

    `keep`: how long the id and the times of a handled update stay, to recognise a repeated one. Telegram repeats for at
    most a day, and restarts its numbering at random after a week of silence; so between one day and seven.
    Raises ValueError for another length. `confiding`: which chats are writing a tip, so that all of theirs is sealed.
    `reader`: this process handles updates, and has a key for what is sealed.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        keep: timedelta = KEEP,
        lease: timedelta = timedelta(seconds=30),
        confiding: Confiding | None = None,
        reader: bool = True,
    ) -> None:
        if not SHORTEST_KEEP <= keep <= LONGEST_KEEP:
            raise ValueError(f"inbox: updates cannot be kept for {keep}: choose between one day and seven")
        self._database = database
        self._clock = clock
        self._keep = keep
        self.lease = lease
        self._confiding = confiding
        self._key = ArrivalKey.make() if reader else None
        self.arrived = asyncio.Event()

    async def put(self, updates: Sequence[Mapping[str, Any]]) -> int:
        """Store a batch in one transaction and return how many were new; a known update_id is dropped.

        Raises NoReader if something has to be sealed and no process that could open it is alive.
        """
        if not updates:
            return 0
        private = await self._to_seal(updates)
        async with self._database.write() as connection:
            public = await self._public(connection) if any(private) else ("", b"")
            rows = [self._row(one, public if sealed else None) for one, sealed in zip(updates, private, strict=True)]
            statement = self._database.insert(inbox).on_conflict_do_nothing(index_elements=["update_id"])
            stored = await connection.execute(statement.values(rows).returning(inbox.c.id))
            new = len(stored.all())
        self.arrived.set()
        return new

    def _row(self, one: Mapping[str, Any], key: tuple[str, bytes] | None) -> dict[str, Any]:
        body = json.dumps(one, separators=(",", ":"))  # ASCII: no NUL or half a character reaches the database
        return {
            "update_id": int(one["update_id"]),
            "chat_id": chat_of(one),
            "body": seal(body, key[1]) if key else body,
            "sealed_for": key[0] if key else "",
            "received_at": self._clock(),
        }

    async def _to_seal(self, updates: Sequence[Mapping[str, Any]]) -> list[bool]:
        """For each update whether it is to be sealed; after a sealed one, all that follow it in its chat are."""
        chats = {chat_of(one) for one in updates}
        waiting = inbox.c.handled_at.is_(None) & (inbox.c.sealed_for != "")
        async with self._database.read() as connection:
            query = select(inbox.c.chat_id).where(inbox.c.chat_id.in_(chats), waiting)
            closed = set((await connection.execute(query)).scalars())
        if self._confiding is not None:
            closed |= await self._confiding(chats)
        private = []
        for one in updates:
            if is_private(one):
                closed.add(chat_of(one))
            private.append(chat_of(one) in closed)
        return private

    async def _public(self, connection: AsyncConnection) -> tuple[str, bytes]:
        """The key to seal with: ours, said to the others in the same transaction, or that of the freshest process."""
        if self._key is not None:
            await self._announce(connection)
            return self._key.id, self._key.public
        alive = inbox_keys.c.alive_until > self._clock()
        query = select(inbox_keys.c.id, inbox_keys.c.public).where(alive).order_by(inbox_keys.c.alive_until.desc())
        row = (await connection.execute(query.limit(1))).one_or_none()
        if row is None:
            raise NoReader("inbox: no process that answers people is alive: start one with the role chat")
        return str(row.id), bytes(row.public)

    async def _announce(self, connection: AsyncConnection) -> None:
        if self._key is None:
            return
        now = self._clock()
        row = {"id": self._key.id, "public": self._key.public, "alive_until": now + ALIVE}
        upsert = self._database.insert(inbox_keys).values(row)
        upsert = upsert.on_conflict_do_update(index_elements=["id"], set_={"alive_until": now + ALIVE})
        await connection.execute(upsert)

    async def announce(self) -> None:
        """Say that this process lives, and forget the keys of those that have not said so for a day."""
        async with self._database.write() as connection:
            await self._announce(connection)
            await connection.execute(delete(inbox_keys).where(inbox_keys.c.alive_until < self._clock() - ALIVE * 960))

    async def retire(self) -> None:
        """This process ends: what was sealed for it and is not handled is lost at once, not in a while."""
        if self._key is not None:
            async with self._database.write() as connection:
                await connection.execute(delete(inbox_keys).where(inbox_keys.c.id == self._key.id))

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
            .where(inbox.c.id.in_(ids), inbox.c.handled_at.is_(None), free, or_(self._ours(), self._of_the_dead(now)))
            .values(lease_until=now + self.lease, attempts=inbox.c.attempts + 1)
            .returning(*(inbox.c[name] for name in ("id", "update_id", "chat_id", "body", "attempts", "sealed_for")))
        )
        async with self._database.write() as connection:
            rows = (await connection.execute(lease)).all()
        return sorted(map(self._opened, rows), key=lambda one: one.id)

    def _ours(self) -> ColumnElement[bool]:
        return inbox.c.sealed_for.in_(("", self._key.id if self._key else ""))

    def _of_the_dead(self, now: datetime) -> ColumnElement[bool]:
        return inbox.c.sealed_for.not_in(select(inbox_keys.c.id).where(inbox_keys.c.alive_until > now))

    def _opened(self, row: Row[Any]) -> StoredUpdate:
        body: str | None = row.body
        if row.sealed_for:
            body = self._key.open(row.body) if self._key else None
        return StoredUpdate(row.id, row.update_id, row.chat_id, body or "", row.attempts, lost=body is None)

    async def more_lost(self, one: StoredUpdate) -> bool:
        """Whether a later update of the same chat is lost as well, so that its person is told once."""
        later = (inbox.c.chat_id == one.chat_id) & (inbox.c.id > one.id) & inbox.c.handled_at.is_(None)
        lost = ~self._ours() & self._of_the_dead(self._clock())
        async with self._database.read() as connection:
            return (await connection.execute(select(inbox.c.id).where(later, lost).limit(1))).first() is not None

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
        async with self._database.write() as connection:
            await self._announce(connection)
            if self._database.dialect == "sqlite":
                await connection.execute(update(inbox).where(inbox.c.handled_at.is_(None)).values(lease_until=None))
                others = inbox_keys.c.id != (self._key.id if self._key else "")
                await connection.execute(delete(inbox_keys).where(others))

    async def finish(self, id_: int, error: str = "") -> None:
        """The update is done: what was written, in which chat, and that it was sealed is erased; its number and times
        stay for a while.
        """
        erased = {"chat_id": 0, "body": "", "sealed_for": "", "lease_until": None, "error": error[:200]}
        erased["handled_at"] = self._clock()
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
