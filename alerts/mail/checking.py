"""Whether every run that was due was made: asked of the tables, without trusting what made the runs."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import func, select

from alerts.format import zone_of
from alerts.mail.run import DIGEST_PRIORITY, Outcome
from alerts.mail.tables import Frequency, digest_runs, mail_settings
from alerts.tables import Standing, outbox, subscribers
from alerts.timing import Mode, next_slot
from watchers.database import Database

__all__ = ["DigestFigures", "digest_figures", "missing_runs"]

GRACE = timedelta(hours=1)
_LOOK_BACK = timedelta(days=8)
_DAY = timedelta(days=1)


class DigestFigures(msgspec.Struct, frozen=True):
    """How the digests of a day stand."""

    missing: int = 0
    states: dict[str, int] = {}


async def missing_runs(database: Database, now: datetime) -> dict[int, list[date]]:
    """By address (a subscriber's id): the days of the last week on which a run was due and none is written down.

    Counted from the moment its settings hold without a break; the last hour is left to the maker.
    """
    people = select(mail_settings, subscribers.c.zone, subscribers.c.digest_at).join(
        subscribers, subscribers.c.id == mail_settings.c.subscriber_id
    )
    people = people.where(subscribers.c.state == Standing.ACTIVE)
    runs = select(digest_runs.c.subscriber_id, digest_runs.c.run_date, digest_runs.c.kind)
    runs = runs.where(digest_runs.c.run_date >= (now - _LOOK_BACK).date() - _DAY)
    made: dict[int, set[tuple[date, str]]] = defaultdict(set)
    async with database.read() as connection:
        for row in await connection.execute(runs):
            made[row.subscriber_id].add((row.run_date, row.kind))
        rows = (await connection.execute(people)).all()
    missing: dict[int, list[date]] = {}
    for one in rows:
        slot = next_slot(Mode(one.frequency), max(one.since, now - _LOOK_BACK), one.zone, one.digest_at)
        while slot <= now - GRACE:
            day = slot.astimezone(zone_of(one.zone)).date()
            if (day, Frequency(one.frequency)) not in made[one.subscriber_id]:
                missing.setdefault(one.subscriber_id, []).append(day)
            slot = next_slot(Mode(one.frequency), slot, one.zone, one.digest_at)
    return missing


async def digest_figures(database: Database, now: datetime) -> DigestFigures:
    """Counts for metrics and the operator."""
    mails = select(outbox.c.state, func.count()).where(
        outbox.c.priority == DIGEST_PRIORITY, outbox.c.created_at > now - _DAY
    )
    empty = select(func.count()).where(digest_runs.c.made_at > now - _DAY, digest_runs.c.outcome == Outcome.EMPTY)
    async with database.read() as connection:
        states = {row[0]: row[1] for row in await connection.execute(mails.group_by(outbox.c.state))}
        states["empty"] = (await connection.execute(empty)).scalar_one()
    return DigestFigures(len(await missing_runs(database, now)), states)
