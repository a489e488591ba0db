"""Forgetting addresses: with the person who shared their filters, after leaving, or when nobody ever confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, or_, select

from alerts.erasure import erase_subscriber
from alerts.mail.ask import CONFIRM_WITHIN
from alerts.mail.tables import EMAIL, mail_asks
from alerts.tables import Standing, subscribers
from watchers.database import Database

__all__ = ["AFTER_LEAVING", "prune"]

AFTER_LEAVING = timedelta(days=28)
"""How long an address that left is kept, so that leaving by mistake can be undone and a late bounce is understood."""


async def prune(database: Database, clock: Callable[[], datetime]) -> int:
    """Erase addresses that left four weeks ago or that nobody confirmed in time; returns how many."""
    now = clock()
    mail = and_(subscribers.c.channel == EMAIL, subscribers.c.address.contains("@"))
    unconfirmed = and_(
        subscribers.c.state == Standing.PENDING,
        ~exists().where(mail_asks.c.subscriber_id == subscribers.c.id, mail_asks.c.asked_at > now - CONFIRM_WITHIN),
    )
    gone = (Standing.STOPPED, Standing.UNREACHABLE)
    left = and_(subscribers.c.state.in_(gone), subscribers.c.changed_at < now - AFTER_LEAVING)
    over = or_(mail_asks.c.confirmed_at.is_not(None), mail_asks.c.asked_at < now - CONFIRM_WITHIN)
    async with database.write() as connection:
        await connection.execute(delete(mail_asks).where(over, mail_asks.c.asked_at < now - AFTER_LEAVING))
        query = select(subscribers.c.id).where(mail, or_(unconfirmed, left)).limit(500)
        ids = (await connection.execute(query)).scalars().all()
    for id_ in ids:
        await erase_subscriber(database, clock, id_)
    return len(ids)
