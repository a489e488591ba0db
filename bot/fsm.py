"""Where a conversation stands, in SQL: survives a restart, is dropped when nobody finished it.

One row per aiogram key; a state or data not touched for `lifetime` is as good as gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from aiogram.exceptions import DataNotDictLikeError
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, DefaultKeyBuilder, StateType, StorageKey
from sqlalchemy import BigInteger, Column, String, Table, Text, delete, select

from watchers.database import Database, UTCDateTime, metadata

__all__ = ["SqlStorage", "conversations"]

conversations = Table(
    "conversations",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("chat_id", BigInteger, nullable=False, index=True),
    Column("state", String(255)),
    Column("data", Text, nullable=False, server_default="{}"),  # JSON
    Column("changed_at", UTCDateTime, nullable=False, index=True),
)


class SqlStorage(BaseStorage):
    """aiogram's FSM storage on `database`. Data must be a JSON object: TypeError for what JSON cannot hold."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], *, lifetime: timedelta = timedelta(days=1)
    ) -> None:
        self._database = database
        self._clock = clock
        self._lifetime = lifetime
        self._keys = DefaultKeyBuilder(with_bot_id=True, with_business_connection_id=True, with_destiny=True)

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Set the state; None forgets it."""
        await self._write(key, {"state": state.state if isinstance(state, State) else state})

    async def get_state(self, key: StorageKey) -> str | None:
        """The state, None if there is none or it expired."""
        row = await self._row(key)
        return row[0] if row else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Replace the data."""
        if not isinstance(data, dict):
            raise DataNotDictLikeError(f"fsm: data must be a dict, got {type(data).__name__}")
        await self._write(key, {"data": json.dumps(data, ensure_ascii=False)})

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """The data, {} if there is none or it expired."""
        row = await self._row(key)
        return dict(json.loads(row[1])) if row else {}

    async def clear_chat(self, chat_id: int) -> None:
        """Forget everything begun in a chat."""
        async with self._database.write() as connection:
            await connection.execute(delete(conversations).where(conversations.c.chat_id == chat_id))

    async def drop_expired(self) -> int:
        """Delete what nobody finished in time; returns how many rows."""
        old = conversations.c.changed_at < self._clock() - self._lifetime
        async with self._database.write() as connection:
            return int((await connection.execute(delete(conversations).where(old))).rowcount)

    async def close(self) -> None:
        """Nothing to close: the database belongs to whoever opened it."""

    async def _row(self, key: StorageKey) -> tuple[str | None, str] | None:
        fresh = conversations.c.changed_at >= self._clock() - self._lifetime
        one = select(conversations.c.state, conversations.c.data).where(
            conversations.c.key == self._keys.build(key), fresh
        )
        async with self._database.read() as connection:
            row = (await connection.execute(one)).one_or_none()
        return (row.state, row.data) if row else None

    async def _write(self, key: StorageKey, part: dict[str, Any]) -> None:
        now = self._clock()
        built = self._keys.build(key)
        expired = (conversations.c.key == built) & (conversations.c.changed_at < now - self._lifetime)
        row = {"key": built, "chat_id": key.chat_id, "changed_at": now} | part
        upsert = self._database.insert(conversations).values(**row)
        upsert = upsert.on_conflict_do_update(index_elements=["key"], set_={"changed_at": now} | part)
        empty = (conversations.c.key == built) & conversations.c.state.is_(None) & (conversations.c.data == "{}")
        async with self._database.write() as connection:
            await connection.execute(delete(conversations).where(expired))
            await connection.execute(upsert)
            await connection.execute(delete(conversations).where(empty))
