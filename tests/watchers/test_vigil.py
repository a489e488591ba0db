"""Alarms: raised when the operator should know, ended by proof alone, kept over a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.watchers.test_poll import Shelf, watcher
from watchers.poll import Standing, State
from watchers.rhythm import rhythm_of
from watchers.sources.base import SourceError, SourceSettings
from watchers.store import Store
from watchers.vigil import Alarm, Stood, Vigil, alarm_of, read_standings, say_told

FRIDAY = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # 18:00 in Astana
MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 09:00


def rhythm(**named: Any) -> Any:
    settings = {"silence_hours": 3.0, "work_hours": "09:00-19:00", "calendar": "KZ"}
    return rhythm_of(SourceSettings(kind="shelf", **settings | named))


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        (FRIDAY, FRIDAY + timedelta(hours=3), 1.0),
        (FRIDAY, MONDAY, 1.0),
        (FRIDAY, MONDAY + timedelta(hours=2), 3.0),
        (MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2, minutes=30), 1.5),
        (MONDAY, MONDAY - timedelta(hours=2), 0.0),
        (datetime(2026, 12, 15, 13, tzinfo=UTC), datetime(2026, 12, 17, 5, tzinfo=UTC), 2.0),  # the 16th is a holiday
    ],
)
def test_working_time_leaves_out_nights_weekends_and_holidays(since: datetime, until: datetime, hours: float) -> None:
    assert rhythm().worked(since, until) == timedelta(hours=hours)


@pytest.mark.parametrize("hours", ["9-18", "18:00-09:00", "09:00-25:00", "09:00-09:00", ""])
def test_hours_that_are_none_are_refused(hours: str) -> None:
    with pytest.raises(ValueError, match="is not like"):
        rhythm(work_hours=hours)


def stands(**named: Any) -> Standing:
    return Standing(**{"state": State.WAITING, "good_at": MONDAY, "caught_at": MONDAY, "new_at": MONDAY} | named)


LATER = MONDAY + timedelta(hours=3)
CASES: list[tuple[str, Standing, Stood, datetime, Alarm]] = [
    ("well", stands(), Stood(source="a"), MONDAY + timedelta(minutes=29), Alarm.NONE),
    ("a moment of trouble", stands(state=State.TROUBLED, failures=2), Stood(source="a"),
     MONDAY + timedelta(minutes=29), Alarm.NONE),
    ("no answer for half an hour", stands(state=State.TROUBLED, failures=9), Stood(source="a"),
     MONDAY + timedelta(minutes=31), Alarm.UNANSWERING),
    ("hanging in one request", stands(state=State.READING), Stood(source="a"),
     MONDAY + timedelta(minutes=31), Alarm.UNANSWERING),
    ("refused", stands(state=State.OFF), Stood(source="a"), MONDAY, Alarm.REFUSED),
    ("a full disk", stands(failures=1, ours=True), Stood(source="a"), MONDAY, Alarm.BROKEN),
    ("read, never to the end", stands(good_at=LATER, new_at=LATER), Stood(source="a"), LATER, Alarm.SLOW),
    ("nothing new for two hours", stands(good_at=LATER, caught_at=LATER), Stood(source="a"),
     LATER - timedelta(hours=1), Alarm.NONE),
    ("nothing new for three", stands(good_at=LATER, caught_at=LATER), Stood(source="a"), LATER, Alarm.SILENT),
    ("just started, alarm of before", Standing(), Stood(source="a", alarm="silent", alarm_at=FRIDAY), MONDAY,
     Alarm.SILENT),
    ("just started, was well", Standing(), Stood(source="a", good_at=FRIDAY, new_at=FRIDAY), MONDAY, Alarm.NONE),
    ("started and still nothing new", stands(new_at=None), Stood(source="a", alarm="silent", alarm_at=FRIDAY,
     new_at=FRIDAY - timedelta(hours=3)), MONDAY, Alarm.SILENT),
    ("something new at last", stands(), Stood(source="a", alarm="silent", alarm_at=FRIDAY), MONDAY, Alarm.NONE),
    ("answers again", stands(), Stood(source="a", alarm="refused", alarm_at=FRIDAY), MONDAY, Alarm.NONE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("standing", "before", "now", "alarm"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_what_is_an_alarm(standing: Standing, before: Stood, now: datetime, alarm: Alarm) -> None:
    found = alarm_of(standing, before, rhythm(), poll_seconds=120, started=MONDAY, now=now)
    assert found == alarm


def test_a_source_without_a_rhythm_may_be_silent() -> None:
    calm = rhythm(silence_hours=0.0)
    standing = stands(good_at=LATER + timedelta(days=9), caught_at=LATER + timedelta(days=9))
    now = LATER + timedelta(days=9)
    assert alarm_of(standing, Stood(source="a"), calm, poll_seconds=1, started=MONDAY, now=now) == Alarm.NONE


async def test_a_standing_is_kept_and_an_alarm_ends_once_the_source_answers(database: Any, clock: Any) -> None:
    store = Store(database, clock)
    source = Shelf({0: SourceError("shelf: token refused (401)", permanent=True)})
    one = watcher(source, store, clock)
    vigil = Vigil([one], database, {"shelf": rhythm()}, clock)
    await one.run(_stopped_after_one_attempt(one))
    await vigil.do_one()
    [stood] = await read_standings(database)
    assert (stood.alarm, stood.trouble, stood.good_at, stood.told) == (
        "refused",
        "shelf: token refused (401)",
        None,
        "",
    )
    began = clock()
    clock.advance(minutes=10)
    await say_told(database, stood, clock())
    again = watcher(Shelf(), store, clock)  # a new process
    vigil = Vigil([again], database, {"shelf": rhythm()}, clock)
    await vigil.do_one()
    [stood] = await read_standings(database)
    assert (stood.alarm, stood.alarm_at, stood.told) == ("refused", began, "refused")
    while await again.do_one():
        pass
    await vigil.do_one()
    [stood] = await read_standings(database)
    assert (stood.alarm, stood.told, stood.state) == ("", "refused", "waiting")
    assert (stood.good_at, stood.new_at, stood.alarm_at) == (clock(), clock(), began)


def _stopped_after_one_attempt(one: Any) -> Any:
    import asyncio

    stop = asyncio.Event()
    attempt = one._attempt

    async def once(given: asyncio.Event) -> float:
        await attempt(given)
        stop.set()
        return 0.0

    one._attempt = once
    return stop
