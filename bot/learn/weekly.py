"""The lesson of the week: for who asked, on a Monday at the hour of their lists, about what their alerts told most.

It becomes owed once a week and person, in the transaction that notes it, so that no restart and no second process owes
it again. Who paused everything gets none meanwhile; who read all lessons gets none any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import Row, and_, or_, select, update

from alerts.format import zone_of
from alerts.learning import Learning, learners
from alerts.outbox import Debt, Event, Outbox
from alerts.tables import Standing, State, outbox, subscribers
from bot.learn.lesson import Lesson
from bot.learn.library import Lessons
from watchers.database import Database
from watchers.tables import findings

__all__ = ["LESSON_PRIORITY", "Weekly"]

LESSON_PRIORITY = 50  # behind every alert and list
_LOOKED_BACK = timedelta(weeks=4)
_FIRED = "fired"
_AT_ONCE = 50


class _Learner(msgspec.Struct, frozen=True):
    id: int
    language: str
    zone: str
    digest_at: int
    weekly_at: datetime | None


class Weekly:
    """Owes the lessons of one database."""

    def __init__(self, database: Database, outbox_: Outbox, lessons: Lessons, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._outbox = outbox_
        self._lessons = lessons
        self._clock = clock
        self._learning = Learning(database, clock)

    async def do_one(self) -> bool:
        """Owe what is due now; True where there may be more at once."""
        due = [one for one in await self._learners() if self._is_due(one)]
        for one in due[:_AT_ONCE]:
            await self._owe(one)
        return len(due) > _AT_ONCE

    async def _learners(self) -> list[_Learner]:
        now = self._clock()
        wanted = (
            learners.c.weekly.is_(True),
            subscribers.c.state == Standing.ACTIVE,
            or_(subscribers.c.snoozed_until.is_(None), subscribers.c.snoozed_until <= now),
        )
        columns = (subscribers.c.id, subscribers.c.language, subscribers.c.zone, subscribers.c.digest_at)
        query = select(*columns, learners.c.weekly_at).join(learners, learners.c.subscriber_id == subscribers.c.id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.where(*wanted).order_by(subscribers.c.id))
            return [_Learner(*row) for row in rows]

    def _is_due(self, one: _Learner) -> bool:
        """Whether this week's hour has come, and none became owed since."""
        begins = _hour_of_week(self._clock(), one.zone, one.digest_at)
        return begins <= self._clock() and (one.weekly_at is None or one.weekly_at < begins)

    async def _owe(self, one: _Learner) -> None:
        now = self._clock()
        begins = _hour_of_week(now, one.zone, one.digest_at)
        lesson = await self._chosen(one)
        mine = and_(
            learners.c.subscriber_id == one.id,
            learners.c.weekly.is_(True),
            or_(learners.c.weekly_at.is_(None), learners.c.weekly_at < begins),
        )
        async with self._database.write() as connection:
            first = (await connection.execute(update(learners).where(mine).values(weekly_at=now))).rowcount
            if first and lesson is not None:
                event = f"{Event.LESSON}:{lesson.slug}"
                await self._outbox.owe(connection, [Debt(one.id, None, None, event, (), LESSON_PRIORITY, now)])

    async def _chosen(self, one: _Learner) -> Lesson | None:
        """The unread lesson whose flags the person was told of most in four weeks, else the next of the path."""
        done = await self._learning.progress(one.id)
        unread = [
            lesson
            for lesson in self._lessons.path(one.language)
            if lesson.slug not in done or done[lesson.slug].answered is None
        ]
        met = Counter[str]()
        for row in await self._told(one.id):
            met[row.indicator] += 1
        counted = {lesson.slug: sum(met[code] for code in lesson.indicators) for lesson in unread}
        return max(unread, key=lambda lesson: counted[lesson.slug], default=None)

    async def _told(self, subscriber_id: int) -> list[Row[Any]]:
        query = select(findings.c.indicator).join(outbox, outbox.c.snapshot_id == findings.c.snapshot_id)
        query = query.where(
            outbox.c.subscriber_id == subscriber_id,
            outbox.c.state.in_([State.SENT, State.CARRIED]),
            outbox.c.created_at >= self._clock() - _LOOKED_BACK,
            findings.c.status == _FIRED,
        )
        async with self._database.read() as connection:
            return list(await connection.execute(query.limit(5000)))


def _hour_of_week(now: datetime, zone: str, minutes: int) -> datetime:
    """This week's Monday in a zone, so many minutes after midnight, in UTC."""
    there = now.astimezone(zone_of(zone))
    monday = (there - timedelta(days=there.weekday())).date()
    begins = datetime.combine(monday, time(minutes // 60, minutes % 60), tzinfo=zone_of(zone))
    return begins.astimezone(UTC)
