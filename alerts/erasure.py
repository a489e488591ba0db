"""Erasing a subscriber: everything that could tell who it was goes at once, an empty row stays until it is safe to go.

The matching index of a running process may still hold the filters for a moment; the empty rows keep what it writes in
that moment from failing, and are deleted a day later, by the next erasure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.follows import follows
from alerts.learning import learners, lesson_progress, lesson_votes
from alerts.mail.tables import digest_runs, mail_asks, mail_links, mail_settings
from alerts.opinions import flag_votes
from alerts.tables import Standing, mutes, outbox, shares, subscribers, subscriptions
from watchers.database import Database

__all__ = ["erase_subscriber"]

_ERASED = "erased:"
_SETTLED = timedelta(days=1)


async def erase_subscriber(database: Database, clock: Callable[[], datetime], subscriber_id: int) -> None:
    """Erase the address, language, filters and the list of messages of a subscriber. Doing it twice changes nothing.

    With a chat go the mail addresses that get digests by its filters alone.
    """
    for mail_id in await _only_by(database, subscriber_id):
        await _erase(database, clock(), mail_id)
    await _erase(database, clock(), subscriber_id)


async def _only_by(database: Database, chat_id: int) -> list[int]:
    """The mail addresses with no filter but those of this chat."""
    others = mail_links.alias()
    own = select(subscriptions.c.id).where(
        subscriptions.c.subscriber_id == mail_links.c.mail_id, subscriptions.c.deleted_at.is_(None)
    )
    shared = select(others.c.chat_id).where(others.c.mail_id == mail_links.c.mail_id, others.c.chat_id != chat_id)
    asked = select(mail_asks.c.subscriber_id).join(subscribers, subscribers.c.id == mail_asks.c.subscriber_id)
    asked = asked.where(mail_asks.c.chat_id == chat_id, subscribers.c.state == Standing.PENDING)
    query = select(mail_links.c.mail_id).where(mail_links.c.chat_id == chat_id, ~own.exists(), ~shared.exists())
    async with database.read() as connection:
        return sorted({*(await connection.execute(query)).scalars(), *(await connection.execute(asked)).scalars()})


async def _forget_mail(connection: AsyncConnection, subscriber_id: int) -> None:
    for table, columns in (
        (mail_asks, (mail_asks.c.subscriber_id, mail_asks.c.chat_id)),
        (mail_links, (mail_links.c.mail_id, mail_links.c.chat_id)),
        (mail_settings, (mail_settings.c.subscriber_id,)),
        (digest_runs, (digest_runs.c.subscriber_id,)),
    ):
        mine = or_(*(column == subscriber_id for column in columns))
        await connection.execute(delete(table).where(mine))


async def _erase(database: Database, now: datetime, subscriber_id: int) -> None:
    emptied: dict[str, Any] = {"name": "", "topic": None, "criteria": {}, "paused": True}
    emptied |= {"deleted_at": now, "changed_at": now}
    nobody = {
        "address": f"{_ERASED}{subscriber_id}",
        "language": "en",
        "zone": "UTC",
        "state": Standing.STOPPED,
        "state_reason": "",
        "created_at": now,
        "changed_at": now,
        "quiet_from": None,
        "quiet_until": None,
        "per_day": None,
        "digest_at": 540,
        "snoozed_until": None,
        "topic": 0,
        "short": False,
        "news": False,
        "posts": False,
    }
    gone = select(subscribers.c.id).where(
        subscribers.c.address.like(f"{_ERASED}%"), subscribers.c.changed_at < now - _SETTLED
    )
    async with database.write() as connection:
        await _forget_mail(connection, subscriber_id)
        for table in (outbox, mutes, shares, follows, flag_votes, learners, lesson_progress, lesson_votes):
            await connection.execute(delete(table).where(table.c.subscriber_id == subscriber_id))
        mine = subscriptions.c.subscriber_id == subscriber_id
        await connection.execute(update(subscriptions).where(mine).values(**emptied))
        await connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(**nobody))
        for table in (
            outbox,
            mutes,
            shares,
            follows,
            flag_votes,
            learners,
            lesson_progress,
            lesson_votes,
            subscriptions,
        ):
            await connection.execute(delete(table).where(table.c.subscriber_id.in_(gone)))
        await connection.execute(delete(subscribers).where(subscribers.c.id.in_(gone)))
