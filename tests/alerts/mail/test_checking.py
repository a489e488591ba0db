"""Whether every due run was made is asked of the tables, not of what makes the runs."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete

from alerts.mail.checking import missing_runs
from alerts.mail.tables import Frequency, digest_runs
from tests.alerts.mail.conftest import ROOFS
from tests.alerts.mail.test_runs import Days, days

__all__ = ["days"]
ARU = "aru@example.kz"


async def test_a_run_that_was_due_and_not_made_is_missed_after_an_hour(days: Days) -> None:
    id_ = await days.post.member(ARU, criteria=[ROOFS])
    days.clock.advance(days=2)  # Tuesday, 14:05 in Almaty: two runs were due and nothing made them
    assert await missing_runs(days.world.database, days.clock()) == {id_: [date(2026, 11, 23), date(2026, 11, 24)]}
    while await days.runs.do_one():
        pass
    assert await missing_runs(days.world.database, days.clock()) == {}


async def test_a_run_that_vanished_is_seen_though_the_maker_went_on(days: Days) -> None:
    id_ = await days.post.member(ARU, criteria=[ROOFS])
    for _ in range(3):
        await days.nine()
    async with days.world.database.write() as connection:
        await connection.execute(delete(digest_runs).where(digest_runs.c.run_date == date(2026, 11, 24)))
    days.clock.advance(hours=2)
    assert await missing_runs(days.world.database, days.clock()) == {id_: [date(2026, 11, 24)]}


@pytest.mark.parametrize("change", ["left", "weekly"])
async def test_days_on_which_nothing_was_due_are_not_missed(days: Days, change: str) -> None:
    id_ = await days.post.member(ARU, criteria=[ROOFS])
    boxes = days.post.mailing.boxes
    token = boxes.leave_token(id_, ARU)
    if change == "left":
        await boxes.leave(token)
    else:
        await boxes.set_frequency(id_, Frequency.WEEKLY)
    days.clock.advance(days=5)
    if change == "left":
        assert await missing_runs(days.world.database, days.clock()) == {}
        await boxes.rejoin(token)
    else:
        while await days.runs.do_one():
            pass
    assert await missing_runs(days.world.database, days.clock()) == {}
