"""What must hold between owed and due: limits, quiet hours, snooze, mutes, lists; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from alerts.filters import Criteria
from alerts.limits import Gate, Limits
from alerts.matching import Matcher
from alerts.missed import carry, missed_tenders
from alerts.outbox import Result, State
from alerts.preferences import MuteKind, Preferences
from alerts.tables import subscriptions
from alerts.timing import FOREVER, Mode, is_silent, next_slot, quiet_end
from tests.alerts.conftest import flag, roof_repair
from watchers.tables import tenders

ZONE = "Asia/Almaty"  # UTC+5; the clock stands at 14:05 there
NIGHT = (22 * 60, 8 * 60)


class Told:
    """A world with a matcher, a gate and the settings of its people."""

    def __init__(self, world: Any, **limits: int) -> None:
        self.world = world
        self.matcher = Matcher(world.store, world.subscriptions, world.outbox, world.clock)
        self.gate = Gate(world.store, world.clock, Limits(**({"burst": 0} | limits)))
        self.preferences = Preferences(world.database, world.clock)

    async def publish(self, count: int = 1, **tender: Any) -> list[int]:
        """New tenders with a flag, matched and decided."""
        published = self.world.clock().isoformat()
        made = [
            await self.world.happen(release=roof_repair(published=published, **tender), flags=[flag()])
            for _ in range(count)
        ]
        while await self.matcher.do_one():
            pass
        await self.decide()
        return made

    async def decide(self) -> None:
        while await self.gate.do_one():
            pass

    async def rows(self, state: str) -> list[Any]:
        return [row for row in await self.world.rows() if row.state == state]

    async def listed(self, list_id: int) -> list[int]:
        return [one.tender_id for one in await missed_tenders(self.world.database, list_id)]


@pytest.fixture
def told(world: Any) -> Told:
    return Told(world)


async def test_the_sixth_of_a_day_waits_and_all_of_the_rest_comes_as_one_list(told, world, clock) -> None:
    await world.person("1", Criteria())
    made = [(await told.publish())[0] for _ in range(8)]
    assert [row.tender_id for row in await told.rows("due")] == made[:5]
    waiting = await told.rows("held")
    assert {(row.due_at, row.held_for) for row in waiting} == {(datetime(2026, 11, 23, 4, tzinfo=UTC), "limit")}
    clock.now = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 09:00
    await told.decide()
    [listed] = [row for row in await told.rows("due") if row.tender_id is None]
    assert listed.event == "list:limit"
    assert await told.listed(listed.id) == made[5:]
    assert [row.tender_id for row in await told.rows("carried")] == made[5:]
    [next_day] = await told.publish()  # the list does not count in the new day's five
    assert next_day in [row.tender_id for row in await told.rows("due")]


async def test_a_persons_own_number_goes_before_the_configured_one(told, world) -> None:
    one, two = await world.person("1", Criteria()), await world.person("2", Criteria())
    await told.preferences.set_per_day(one, 2)
    await told.preferences.set_per_day(two, 0)
    await told.publish(7)
    due = [row.subscriber_id for row in await told.rows("due")]
    assert (due.count(one), due.count(two)) == (2, 7)


async def test_a_burst_is_one_message_and_counts_for_each(world) -> None:
    told = Told(world, burst=3)
    await world.person("1", Criteria())
    made = await told.publish(17)
    [listed] = await told.rows("due")
    assert listed.event == "list:burst"
    assert await told.listed(listed.id) == made[:5]
    assert [row.tender_id for row in await told.rows("held")] == made[5:]
    assert {row.released_at for row in await told.rows("carried")} == {world.clock()}


async def test_two_are_no_burst_and_a_long_one_is_several_lists(world) -> None:
    told = Told(world, burst=3, per_day=0, listed=10)
    await world.person("1", Criteria())
    await told.publish(2)
    assert [row.event for row in await told.rows("due")] == ["published"] * 2
    await told.publish(13)
    sizes = [len(await told.listed(row.id)) for row in await told.rows("due") if row.tender_id is None]
    assert sizes == [10, 3]


async def test_quiet_hours_hold_alerts_back_until_the_morning_but_not_what_closes_before(told, world, clock) -> None:
    person = await world.person("1", Criteria())
    await told.preferences.set_quiet(person, NIGHT)
    clock.now = datetime(2026, 11, 22, 18, tzinfo=UTC)  # 23:00
    waits = await told.publish(3)
    urgent = await world.happen(release=roof_repair(published=clock().isoformat()), flags=[flag()])
    async with world.database.write() as connection:
        closes = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 07:00
        await connection.execute(update(tenders).where(tenders.c.id == urgent).values(closes_at=closes))
    await told.matcher.do_one()
    await told.decide()
    assert [row.tender_id for row in await told.rows("due")] == [urgent]
    [owed] = await world.outbox.claim(5)
    assert is_silent(clock(), owed.zone, (owed.quiet_from, owed.quiet_until))
    clock.now = datetime(2026, 11, 23, 2, 59, tzinfo=UTC)
    await told.decide()
    assert len(await told.rows("held")) == 3
    clock.now = datetime(2026, 11, 23, 3, tzinfo=UTC)  # 08:00
    await told.decide()
    [listed] = await told.rows("due")
    assert (listed.event, await told.listed(listed.id)) == ("list:quiet", waits)


async def test_quiet_hours_switched_off_let_go_what_they_held(told, world, clock) -> None:
    person = await world.person("1", Criteria())
    await told.preferences.set_quiet(person, NIGHT)
    clock.now = datetime(2026, 11, 22, 18, tzinfo=UTC)
    await told.publish()
    await told.preferences.set_quiet(person, None)
    await told.decide()
    assert [row.event for row in await told.rows("due")] == ["published"]  # one alone is a card, not a list


async def test_a_snooze_stops_even_what_is_due_and_ends_in_one_list(told, world, clock) -> None:
    person = await world.person("1", Criteria())
    before = await told.publish(2)
    assert len(await told.rows("due")) == 2
    await told.preferences.snooze(person, FOREVER)
    after = await told.publish(9)
    assert await told.rows("due") == []
    clock.advance(days=9)
    await told.decide()
    assert await told.rows("due") == []
    await told.preferences.snooze(person, None)
    await told.decide()
    [listed] = await told.rows("due")
    assert (listed.event, await told.listed(listed.id)) == ("list:snooze", [*before, *after])


async def test_a_snooze_of_a_day_ends_by_itself(told, world, clock) -> None:
    person = await world.person("1", Criteria())
    await told.preferences.snooze(person, clock() + timedelta(days=1))
    await told.publish(2)
    clock.advance(days=1)
    await told.decide()
    assert [row.event for row in await told.rows("due")] == ["list:snooze"]


async def test_a_muted_buyer_kind_or_flag_is_skipped_with_the_reason(told, world, clock) -> None:
    people = [await world.person(str(n), Criteria()) for n in range(4)]
    await told.preferences.mute(people[0], MuteKind.BUYER, "KZ-BIN-000000000001", days=30)
    await told.preferences.mute(people[1], MuteKind.CATEGORY, "roof-repair", days=30)
    await told.preferences.mute(people[2], MuteKind.INDICATOR, "R003", days=30)
    await told.publish()
    async with world.database.write() as connection:  # the column that lists read
        await connection.execute(update(tenders).values(buyer_id="KZ-BIN-000000000001"))
    rows = {row.subscriber_id: (row.state, row.answer) for row in await world.rows()}
    assert rows[people[1]] == ("skipped", "muted: category")
    assert rows[people[2]] == ("skipped", "muted: indicator")
    assert rows[people[3]] == ("due", "")
    release = roof_repair(published=clock().isoformat())
    tender = await world.happen(None, release)
    async with world.database.write() as connection:
        await connection.execute(update(tenders).values(buyer_id="KZ-BIN-000000000001"))
    await world.happen("flag_raised", release, [flag(), flag("R018")], tender)
    await told.matcher.do_one()
    await told.decide()
    rows = {row.subscriber_id: (row.state, row.answer) for row in await world.rows() if row.tender_id == tender}
    assert rows[people[0]] == ("skipped", "muted: buyer")
    assert rows[people[2]] == ("due", ""), "another flag that its filter asks for is there"
    clock.advance(days=31)
    await told.publish()
    assert {row.state for row in await world.rows() if row.subscriber_id == people[2]} == {"skipped", "due"}
    assert await told.preferences.mutes(people[2]) == []


async def test_a_mute_counts_for_what_is_due_already_and_can_be_undone(told, world) -> None:
    one, other = await world.person("1", Criteria()), await world.person("2", Criteria())
    await told.publish()
    mute = await told.preferences.mute(one, MuteKind.INDICATOR, "R003", days=30)
    await told.decide()
    assert [row.state for row in await world.rows()] == ["skipped", "due"]
    assert await told.preferences.unmute(other, mute.id) is None, "another person's"
    assert await told.preferences.unmute(one, mute.id) == mute
    assert await told.preferences.unmute(one, mute.id) is None
    await told.publish()
    assert [row.state for row in await world.rows()] == ["skipped", "due", "due", "due"]


async def test_the_quickest_filter_decides_and_the_slower_come_as_lists(told, world, clock) -> None:
    hourly = await world.person("1", Criteria())
    both = await world.person("2", Criteria(), Criteria(words=("кровл",)))
    async with world.database.write() as connection:
        await connection.execute(update(subscriptions).where(subscriptions.c.id != 3).values(mode=Mode.HOURLY))
    made = await told.publish(2)
    assert {row.subscriber_id for row in await told.rows("due")} == {both}
    clock.now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    await told.decide()
    [listed] = [row for row in await told.rows("due") if row.subscriber_id == hourly]
    assert (listed.event, await told.listed(listed.id)) == ("list:hourly", made)


async def test_a_kill_between_the_steps_of_a_list_leaves_all_or_nothing(told, world, clock, monkeypatch) -> None:
    person = await world.person("1", Criteria())
    await told.preferences.snooze(person, FOREVER)
    made = await told.publish(4)
    await told.preferences.snooze(person, None)
    with monkeypatch.context() as broken:
        # The list is inserted, its rows are not carried yet.
        broken.setattr("alerts.limits._carry", text("SELECT nothing FROM nowhere"))
        with pytest.raises(DBAPIError):
            await told.decide()
    assert {row.state for row in await world.rows()} == {"held"}
    twice = Gate(world.store, clock, Limits())
    await told.decide()
    assert await twice.do_one() is False
    [listed] = await told.rows("due")
    assert await told.listed(listed.id) == made


async def test_a_list_in_doubt_is_told_by_the_list_of_the_possibly_missed(told, world, clock) -> None:
    told = Told(world, burst=3)
    await world.person("1", Criteria())
    made = await told.publish(3)
    [claimed] = await world.outbox.start(await world.outbox.claim(5))
    await world.outbox.finish([Result(claimed, State.UNCERTAIN, "time-out")])
    clock.advance(minutes=11)
    assert await carry(world.database, world.outbox, clock) == 1
    [missed] = await told.rows("due")
    assert missed.event.startswith("missed:")
    assert await told.listed(missed.id) == made


async def test_who_stopped_is_told_nothing_of_what_was_held(told, world) -> None:
    person = await world.person("1", Criteria())
    await told.preferences.snooze(person, FOREVER)
    await told.publish(2)
    await world.subscriptions.stop(person)
    assert {row.state for row in await world.rows()} == {"skipped"}


@pytest.mark.parametrize(
    ("local", "quiet", "ends"),
    [
        ("2026-11-22T22:00", NIGHT, "2026-11-23T08:00"),
        ("2026-11-22T21:59", NIGHT, None),
        ("2026-11-23T07:59", NIGHT, "2026-11-23T08:00"),
        ("2026-11-23T08:00", NIGHT, None),
        ("2026-11-22T13:00", (780, 840), "2026-11-22T14:00"),
        ("2026-11-22T14:00", (780, 840), None),
        ("2026-11-22T14:00", (600, 600), None),
        ("2026-11-22T14:00", None, None),
    ],
)
def test_quiet_hours_go_over_midnight(local: str, quiet: tuple[int, int] | None, ends: str | None) -> None:
    now = datetime.fromisoformat(f"{local}+05:00")
    assert quiet_end(now, ZONE, quiet) == (datetime.fromisoformat(f"{ends}+05:00") if ends else None)


@pytest.mark.parametrize(
    ("mode", "local", "slot"),
    [
        (Mode.HOURLY, "2026-11-22T14:05", "2026-11-22T15:00"),
        (Mode.DAILY, "2026-11-22T08:59", "2026-11-22T09:00"),
        (Mode.DAILY, "2026-11-22T09:00", "2026-11-23T09:00"),
        (Mode.WEEKLY, "2026-11-22T14:05", "2026-11-23T09:00"),  # a Sunday, then Monday
        (Mode.WEEKLY, "2026-11-23T09:00", "2026-11-30T09:00"),
        (Mode.WEEKLY, "2026-11-24T01:00", "2026-11-30T09:00"),
    ],
)
def test_lists_come_on_the_hour_every_day_or_on_monday(mode: Mode, local: str, slot: str) -> None:
    assert next_slot(mode, datetime.fromisoformat(f"{local}+05:00"), ZONE, 540) == datetime.fromisoformat(
        f"{slot}+05:00"
    )
