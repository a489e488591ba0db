"""The lesson of the week: to who asked, once a week, at their hour, about what they met most; through the outbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from alerts.channels.base import Message
from alerts.learning import Learning
from alerts.messages import Messages
from alerts.outbox import CHAT, Event, Outbox, Owed
from alerts.preferences import Preferences
from alerts.render import Renderer
from alerts.subscriptions import Subscriptions
from alerts.tables import outbox
from bot.chat.lessons import weekly
from bot.learn.library import Lessons
from bot.learn.weekly import Weekly
from bot.lists import _lesson_lines
from tests.bot.chat.talking import store_tender
from watchers.database import Database
from watchers.store import Store

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 3, 59, tzinfo=UTC)  # 08:59 in Almaty; lists come at 09:00


class World:
    def __init__(self, database: Database, clock: Any) -> None:
        clock.now = FRIDAY
        self.database, self.clock = database, clock
        self.outbox = Outbox(database, clock, lane=CHAT)
        self.people = Subscriptions(database, clock)
        self.learning = Learning(database, clock)
        self.lessons = Lessons(clock)
        self.weekly = Weekly(database, self.outbox, self.lessons, clock)

    async def person(self, name: str = "1", *, wanted: bool = True) -> int:
        person = await self.people.get_or_create("telegram", name, "en")
        await self.learning.set_weekly(person.id, wanted=wanted)
        return person.id

    async def owed(self) -> list[str]:
        async with self.database.read() as connection:
            rows = await connection.execute(select(outbox.c.event).where(outbox.c.tender_id.is_(None)))
            return sorted(rows.scalars())


@pytest.fixture
def world(database: Database, clock: Any) -> World:
    return World(database, clock)


async def test_it_comes_on_monday_at_the_hour_once_however_often_it_is_looked(world: World) -> None:
    await world.person()
    await world.person("2", wanted=False)
    assert not await world.weekly.do_one()
    assert await world.owed() == []
    world.clock.now = MONDAY
    await world.weekly.do_one()
    assert await world.owed() == [], "a minute early"
    world.clock.advance(minutes=2)
    again = Weekly(world.database, world.outbox, world.lessons, world.clock)
    for one in (world.weekly, again, world.weekly):
        await one.do_one()
    assert await world.owed() == ["lesson:how-a-purchase-works"]
    world.clock.advance(days=3)
    await world.weekly.do_one()
    assert len(await world.owed()) == 1
    world.clock.advance(days=4)
    await world.weekly.do_one()
    assert len(await world.owed()) == 2


async def test_two_processes_that_looked_at_once_owe_it_once(world: World) -> None:
    await world.person()
    world.clock.now = MONDAY + timedelta(minutes=2)
    (seen,) = await world.weekly._learners()
    for one in (world.weekly, Weekly(world.database, world.outbox, world.lessons, world.clock)):
        await one._owe(seen)
    assert len(await world.owed()) == 1


async def test_it_is_about_what_was_met_most_and_not_read_yet(world: World) -> None:
    who = await world.person()
    store = Store(world.database, world.clock)
    for number in (1, 2):
        await store_tender(store, number)
    tenders = await store.recent_tenders(2)
    now = world.clock()
    async with world.database.write() as connection:
        for tender in tenders:
            row = {
                "subscriber_id": who, "tender_id": tender.id, "snapshot_id": tender.snapshot_id, "event": "published",
                "matched": [], "priority": 30, "state": "sent", "due_at": now, "tender_time": now, "created_at": now,
            }  # fmt: skip
            await connection.execute(insert(outbox).values(row))
    world.clock.now = MONDAY + timedelta(minutes=2)
    await world.weekly.do_one()
    assert await world.owed() == ["lesson:too-little-time"], "R003 was in both alerts"
    await world.learning.answered(who, "too-little-time", 4, right=False)
    world.clock.advance(days=7)
    await world.weekly.do_one()
    assert "lesson:how-a-purchase-works" in await world.owed()


async def test_who_paused_or_left_gets_none_and_who_read_all_neither(world: World) -> None:
    asleep, left, learned = [await world.person(name) for name in ("1", "2", "3")]
    await Preferences(world.database, world.clock).snooze(asleep, MONDAY + timedelta(days=2))
    await world.people.stop(left)
    for lesson in world.lessons.path("en"):
        await world.learning.answered(learned, lesson.slug, 3, right=True)
    world.clock.now = MONDAY + timedelta(minutes=2)
    await world.weekly.do_one()
    assert await world.owed() == []
    world.clock.advance(days=3)
    await world.weekly.do_one()
    assert len(await world.owed()) == 1, "who is back hears it later that week"


async def test_the_outbox_s_row_becomes_the_lesson(world: World) -> None:
    await world.person()
    world.clock.now = MONDAY + timedelta(minutes=2)
    await world.weekly.do_one()

    def made(owed: Owed, slug: str) -> Message:
        lesson = world.lessons.lesson(slug, owed.language)
        assert lesson is not None
        return weekly(lesson, world.lessons.today(), world.lessons.good_for, owed.language)

    store = Store(world.database, world.clock)
    messages = Messages(store, world.people, Renderer(world.clock), others={Event.LESSON: made})
    (owed,) = await world.outbox.claim(5)
    message = await messages.render(owed)
    assert "A state purchase in seven steps" in message.html
    assert message.html.startswith("The lesson of this week")
    assert {button.data for row in message.buttons for button in row} >= {"lw:0", "lc:how-a-purchase-works:1:0"}


async def test_the_operator_sees_which_lessons_lose_people(world: World) -> None:
    first, second = await world.person("1"), await world.person("2")
    for who in (first, second):
        await world.learning.opened(who, "codes", 1)
        await world.learning.vote(who, "codes", 1, clear=who == first)
    await world.learning.answered(first, "splitting", 3, right=True)
    lines = "\n".join(_lesson_lines(await world.learning.readers(), await world.learning.votes()))
    assert "codes                           2        0 100.0 %" in lines
    assert "splitting                       1        1   0.0 %" in lines
    assert lines.index("codes") < lines.index("splitting")
    assert "codes                           2        1       1   2 of 2" in lines
    assert _lesson_lines([], []) == []
