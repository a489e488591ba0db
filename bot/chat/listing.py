"""The lists that commands ask for: which tenders are in them, in which order."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from alerts.filters import Criteria
from alerts.follows import follows
from alerts.tables import State, outbox
from bot.chat.services import Person, Services
from watchers.places import place
from watchers.tables import tenders

__all__ = ["deadlines", "latest", "top"]

_MOST = 60
_SOON = timedelta(days=7)
_WEEK = timedelta(days=7)


async def latest(services: Services) -> list[int]:
    """What was published last, of what is not in the future."""
    moment = tenders.c.published_at
    query = select(tenders.c.id).where(moment <= services.clock()).order_by(moment.desc(), tenders.c.id.desc())
    async with services.database.read() as connection:
        return list((await connection.execute(query.limit(_MOST))).scalars())


async def deadlines(person: Person, services: Services) -> list[int]:
    """What closes within a week of what a chat follows or was told of, the nearest first."""
    if person.subscriber is None:
        return []
    now, mine = services.clock(), person.subscriber.id
    followed = select(follows.c.tender_id).where(follows.c.subscriber_id == mine)
    told = select(outbox.c.tender_id).where(
        outbox.c.subscriber_id == mine,
        outbox.c.tender_id.is_not(None),
        outbox.c.state.not_in([State.FAILED.value, State.SKIPPED.value]),
        outbox.c.created_at >= now - timedelta(days=60),
    )
    query = select(tenders.c.id).where(
        or_(tenders.c.id.in_(followed), tenders.c.id.in_(told)), tenders.c.closes_at.between(now, now + _SOON)
    )
    query = query.order_by(tenders.c.closes_at, tenders.c.id).limit(_MOST)
    async with services.database.read() as connection:
        return list((await connection.execute(query)).scalars())


async def top(person: Person, services: Services) -> tuple[list[int], list[str]]:
    """The heaviest flags of the last seven days in the regions of a chat's filters; with the names of these."""
    regions = await _regions(person, services)
    now = services.clock()
    week = tenders.c.published_at.between(now - _WEEK, now)
    query = select(tenders.c.id, tenders.c.region).where(week, tenders.c.weight > 0)
    if regions:
        query = query.where(or_(*(tenders.c.region.startswith(code, autoescape=True) for code in regions)))
    query = query.order_by(tenders.c.weight.desc(), tenders.c.amount.desc(), tenders.c.id.desc()).limit(_MOST)
    async with services.database.read() as connection:
        ids = list((await connection.execute(query)).scalars())
    known = [place(code) for code in regions]
    return ids, [one.name(person.language) for one in known if one is not None]


async def _regions(person: Person, services: Services) -> list[str]:
    """The regions that a chat's filters name; a district stands for its region."""
    if person.subscriber is None:
        return []
    kept = await services.subscriptions.filters(person.subscriber.id)
    asked: list[Criteria] = [one.criteria for one in kept if not one.paused]
    codes = {"-".join(code.split("-")[:2]) for one in asked for code in one.regions}
    return sorted(codes)[:20]
