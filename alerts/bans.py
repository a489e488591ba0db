"""Whom the operator keeps out. Only a keyed digest of the number is stored; it outlasts /delete_me, or it were none.

A ban is looked up on every update, so that it is kept in memory and read again after a moment: another process may
have made or lifted one.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Column, String, Table, delete, select

from watchers.database import Database, UTCDateTime, metadata

__all__ = ["Bans", "bans"]

bans = Table(
    "bans",
    metadata,
    Column("who", String(64), primary_key=True),  # keyed digest of a chat's or a person's number
    Column("since", UTCDateTime, nullable=False),
)

_READ_AGAIN = timedelta(seconds=30)


class Bans:
    """The bans of a database. `secret`: what the digests are keyed with; another one forgets all bans."""

    def __init__(self, database: Database, clock: Callable[[], datetime], secret: str) -> None:
        self._database = database
        self._clock = clock
        self._secret = hmac.digest(b"baqylau bans", secret.encode(), "sha256")
        self._known: frozenset[str] = frozenset()
        self._read_at: datetime | None = None

    def _digest(self, number: int) -> str:
        return hmac.digest(self._secret, str(number).encode(), "sha256").hex()

    async def hold(self, *numbers: int) -> bool:
        """Whether a chat or person is banned."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= _READ_AGAIN:
            async with self._database.read() as connection:
                self._known = frozenset((await connection.execute(select(bans.c.who))).scalars())
            self._read_at = now
        return bool(self._known) and any(self._digest(one) in self._known for one in numbers)

    async def ban(self, number: int) -> None:
        """Answer nothing from there any more. Twice is once."""
        row = {"who": self._digest(number), "since": self._clock()}
        async with self._database.write() as connection:
            await connection.execute(self._database.insert(bans).values(row).on_conflict_do_nothing())
        self._read_at = None

    async def unban(self, number: int) -> bool:
        """Answer again; False where there was no ban."""
        async with self._database.write() as connection:
            gone = await connection.execute(delete(bans).where(bans.c.who == self._digest(number)))
        self._read_at = None
        return bool(gone.rowcount)
