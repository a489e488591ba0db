"""How many people there are, by language and by region; groups so small that they would name somebody are not told."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from sqlalchemy import func, select

from alerts.tables import Standing, subscribers, subscriptions
from watchers.database import Database

__all__ = ["FEWEST", "Crowd", "crowd_of"]

FEWEST = 5
EVERYWHERE = "*"


class Crowd(msgspec.Struct, frozen=True):
    """Active chats. `regions` by the code before any district, "*" where none is named; a chat may be in many."""

    languages: dict[str, int]
    regions: dict[str, int]


async def crowd_of(database: Database) -> Crowd:
    """Count the active chats of a database."""
    active = (subscribers.c.state == Standing.ACTIVE, subscribers.c.channel == "telegram")
    by_language = select(subscribers.c.language, func.count()).where(*active).group_by(subscribers.c.language)
    kept = select(subscriptions.c.subscriber_id, subscriptions.c.criteria).join(subscribers)
    kept = kept.where(*active, subscriptions.c.deleted_at.is_(None), subscriptions.c.paused.is_(False))
    where: defaultdict[str, set[int]] = defaultdict(set)
    async with database.read() as connection:
        languages = {row[0]: row[1] for row in await connection.execute(by_language)}
        for owner, criteria in await connection.execute(kept):
            for code in criteria.get("regions") or [EVERYWHERE]:
                where["-".join(code.split("-")[:2])].add(owner)
    return Crowd(languages, {code: len(people) for code, people in sorted(where.items())})
