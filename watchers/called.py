"""What buyers are called in one language: their newest purchase tells it, beside the name that is kept."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from watchers.reading import in_parts
from watchers.store import Store
from watchers.summary import summarise
from watchers.tables import tenders

__all__ = ["called"]


async def called(store: Store, buyer_ids: Iterable[str], language: str) -> dict[str, str]:
    """Names by id; a buyer whose newest purchase has none in this language is left out."""
    newest: list[int] = []
    async with store.database.read() as connection:
        for part in in_parts(buyer_ids):
            query = select(func.max(tenders.c.id)).where(tenders.c.buyer_id.in_(part)).group_by(tenders.c.buyer_id)
            newest += (await connection.execute(query)).scalars().all()
    known = await store.tenders(newest)
    snapshots = await store.snapshots(one.snapshot_id for one in known.values())
    told = (summarise(one.release) for one in snapshots.values())
    return {one.buyer_id: name for one in told if (name := one.buyer_names.get(language))}
