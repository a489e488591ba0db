"""Filters that were shared: a token stands for what a filter asked for at that moment, and for nothing of who shared.

The row names the sharer only so that it goes with them; whoever opens the link is told the criteria alone.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy import delete, select

from alerts.filters import Criteria, checked
from alerts.tables import shares
from watchers.database import Database

__all__ = ["PREFIX", "Sharing"]

PREFIX = "f_"
_PAYLOAD = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{1,62}}")
_BYTES = 16  # 22 characters of the 62 that a deep link has room for
_MOST = 50  # of one subscriber; the oldest links end first


class Sharing:
    """The shared filters of a database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def share(self, subscriber_id: int, criteria: Criteria) -> str:
        """The payload of a deep link to these criteria, always the same for the same ones of a subscriber."""
        kept = msgspec.to_builtins(checked(criteria))
        mine = shares.c.subscriber_id == subscriber_id
        async with self._database.write() as connection:
            rows = (await connection.execute(select(shares).where(mine).order_by(shares.c.id))).all()
            for row in rows:
                if msgspec.convert(row.criteria, Criteria) == checked(criteria):
                    return f"{PREFIX}{row.token}"
            if len(rows) >= _MOST:
                oldest = [row.id for row in rows[: len(rows) - _MOST + 1]]
                await connection.execute(delete(shares).where(shares.c.id.in_(oldest)))
            token = secrets.token_urlsafe(_BYTES)
            new = {"token": token, "subscriber_id": subscriber_id, "criteria": kept, "made_at": self._clock()}
            await connection.execute(shares.insert().values(**new))
        return f"{PREFIX}{token}"

    async def shared(self, payload: str) -> Criteria | None:
        """What a link leads to; None where there is nothing (any more), or an older version would misread it."""
        if not _PAYLOAD.fullmatch(payload):
            return None
        query = select(shares.c.criteria).where(shares.c.token == payload.removeprefix(PREFIX))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        try:
            return msgspec.convert(row.criteria, Criteria) if row else None
        except msgspec.ValidationError:
            return None
