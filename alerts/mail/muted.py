"""What a chat muted is not told by mail either, where it came by that chat's filters alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.muting import Muting
from alerts.tables import subscriptions
from watchers.reading import in_parts

__all__ = ["muted_rows"]


class _Row(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def snapshot_id(self) -> int | None: ...
    @property
    def event(self) -> str: ...
    @property
    def matched(self) -> list[int]: ...
    @property
    def buyer_id(self) -> str: ...


class _AsOf(msgspec.Struct, frozen=True):
    """A row, asked about as if it were the chat's whose filters matched."""

    id: int  # its place in the list of those asked about
    subscriber_id: int
    snapshot_id: int | None
    event: str
    matched: list[int]
    buyer_id: str


async def muted_rows(
    muting: Muting, connection: AsyncConnection, rows: Sequence[_Row], now: datetime
) -> dict[int, str]:
    """Ids of rows that everybody muted whose filters they match, and what is muted: buyer, category, indicator."""
    owners: dict[int, int] = {}
    query = select(subscriptions.c.id, subscriptions.c.subscriber_id)
    for part in in_parts({id_ for row in rows for id_ in row.matched}):
        owners.update((id_, who) for id_, who in await connection.execute(query.where(subscriptions.c.id.in_(part))))
    asked: list[_AsOf] = []
    of_row: dict[int, list[int]] = {}
    for row in rows:
        for who in {owners[id_] for id_ in row.matched if id_ in owners}:
            mine = [id_ for id_ in row.matched if owners.get(id_) == who]
            of_row.setdefault(row.id, []).append(len(asked))
            asked.append(_AsOf(len(asked), who, row.snapshot_id, row.event, mine, row.buyer_id))
    reasons = await muting.reasons(connection, asked, now)
    return {id_: reasons[places[0]] for id_, places in of_row.items() if all(place in reasons for place in places)}
