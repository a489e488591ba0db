"""What must hold of subscribers and their filters."""

from __future__ import annotations

from decimal import Decimal

import pytest

from alerts.filters import BadFilter, Criteria
from alerts.subscriptions import TooManyFilters, UnknownFilter
from alerts.tables import Standing

FUEL = Criteria(categories=("fuel",))
SCHOOLS = Criteria(words=("школ",), min_amount=Decimal("10000000.50"))


async def test_an_address_is_one_subscriber_however_often_it_comes(world) -> None:
    first = await world.subscriptions.get_or_create("telegram", "7", "kk")
    again = await world.subscriptions.get_or_create("telegram", "7", "ru")
    other = await world.subscriptions.get_or_create("email", "7", "ru")
    assert first == again
    assert first.id != other.id
    await world.subscriptions.set_language(first.id, "en")
    assert (await world.subscriptions.subscriber("telegram", "7")).language == "en"
    assert await world.subscriptions.subscriber("telegram", "8") is None


async def test_criteria_come_back_as_they_were_kept(world) -> None:
    person = await world.person("1", FUEL, SCHOOLS)
    assert [one.criteria for one in await world.subscriptions.filters(person)] == [FUEL, SCHOOLS]


async def test_the_same_filter_again_is_the_same_one_and_wakes_it(world) -> None:
    person = await world.person("1", FUEL)
    [kept] = await world.subscriptions.filters(person)
    await world.subscriptions.pause_filter(person, kept.id)
    again = await world.subscriptions.add(person, Criteria(categories=("fuel", "fuel")))
    assert (again.id, again.paused) == (kept.id, False)


async def test_a_filter_of_another_person_cannot_be_touched(world) -> None:
    mine, theirs = await world.person("1", FUEL), await world.person("2", FUEL)
    [forged] = await world.subscriptions.filters(theirs)
    for act in ("pause_filter", "resume_filter", "delete", "restore", "filter"):
        with pytest.raises(UnknownFilter):
            await getattr(world.subscriptions, act)(mine, forged.id)
    with pytest.raises(UnknownFilter):
        await world.subscriptions.rename(mine, forged.id, "x")
    assert [one.id for one in await world.subscriptions.filters(theirs)] == [forged.id]


async def test_a_deleted_filter_is_gone_and_can_be_brought_back(world) -> None:
    person = await world.person("1", FUEL)
    [kept] = await world.subscriptions.filters(person)
    await world.subscriptions.delete(person, kept.id)
    assert await world.subscriptions.filters(person) == []
    with pytest.raises(UnknownFilter):
        await world.subscriptions.delete(person, kept.id)
    assert (await world.subscriptions.restore(person, kept.id)).criteria == FUEL
    await world.subscriptions.rename(person, kept.id, "отопление")
    assert [one.name for one in await world.subscriptions.filters(person)] == ["отопление"]


async def test_there_is_a_limit_of_filters_that_deleting_and_restoring_does_not_pass(world) -> None:
    filters = [Criteria(words=(f"слово{n}",)) for n in range(world.subscriptions.limit)]
    person = await world.person("1", *filters)
    with pytest.raises(TooManyFilters):
        await world.subscriptions.add(person, FUEL)
    first = (await world.subscriptions.filters(person))[0]
    await world.subscriptions.delete(person, first.id)
    await world.subscriptions.add(person, FUEL)
    with pytest.raises(TooManyFilters):
        await world.subscriptions.restore(person, first.id)


async def test_criteria_beyond_the_limits_are_refused(world) -> None:
    person = await world.person("1")
    for criteria in (
        Criteria(words=tuple(f"слово{n}" for n in range(21))),
        Criteria(words=("я",)),
        Criteria(min_weight=6),
        Criteria(min_amount=Decimal(1), currency="тг"),
    ):
        with pytest.raises(BadFilter):
            await world.subscriptions.add(person, criteria)
    assert await world.subscriptions.filters(person) == []


async def test_who_stops_is_owed_nothing_more_and_hears_again_after_resuming(world) -> None:
    person, other = await world.person("1", FUEL), await world.person("2")
    for one in (person, person, other):
        await world.owe(one)
    [claimed, *_] = await world.outbox.claim(1)
    assert claimed.subscriber_id == person
    await world.subscriptions.stop(person)
    assert await world.states() == ["skipped", "skipped", "due"]
    assert {row.answer for row in await world.rows() if row.subscriber_id == person} == {"stopped"}
    assert await world.outbox.start([claimed]) == []
    await world.subscriptions.resume(person)
    await world.owe(person)
    assert (await world.states())[-1] == "due"


async def test_a_request_that_is_out_is_not_skipped_by_a_stop(world) -> None:
    person = await world.person("1")
    await world.owe(person)
    await world.outbox.start(await world.outbox.claim(1))
    await world.subscriptions.stop(person)
    assert await world.states() == ["sending"]


async def test_unreachable_keeps_the_servers_words(world) -> None:
    person = await world.person("1")
    await world.subscriptions.unreachable(person, "Forbidden: bot was blocked by the user")
    found = await world.subscriptions.subscriber("telegram", "1")
    assert (found.state, found.state_reason) == (Standing.UNREACHABLE, "Forbidden: bot was blocked by the user")


async def test_every_change_that_concerns_matching_is_told(world, clock) -> None:
    person = await world.person("1", FUEL)
    [kept] = await world.subscriptions.filters(person)

    async def told() -> list[bool]:
        clock.advance(seconds=1)
        return [one.live async for part in world.subscriptions.changed_since(moment) for one in part]

    moment = clock.advance(seconds=1)
    assert await told() == []
    for act, live in (
        (lambda: world.subscriptions.pause_filter(person, kept.id), False),
        (lambda: world.subscriptions.resume_filter(person, kept.id), True),
        (lambda: world.subscriptions.stop(person), False),
        (lambda: world.subscriptions.resume(person), True),
        (lambda: world.subscriptions.delete(person, kept.id), False),
        (lambda: world.subscriptions.restore(person, kept.id), True),
    ):
        moment = clock.advance(seconds=1)
        await act()
        assert await told() == [live]
    assert [[one.id for one in part] async for part in world.subscriptions.changed_since(None)] == [[kept.id]]


async def test_a_moved_chat_keeps_its_filters_and_its_debts(world) -> None:
    person = await world.person("-5", FUEL)
    await world.owe(person)
    assert await world.subscriptions.move(person, "-1005") == person
    [owed] = await world.outbox.claim(5)
    assert owed.address == "-1005"


async def test_a_chat_that_moved_to_one_we_know_becomes_one_with_it(world) -> None:
    old, new = await world.person("-5", FUEL), await world.person("-1005", SCHOOLS)
    both = await world.tender()
    await world.owe(old, tender=both)
    await world.owe(new, tender=both)
    await world.owe(old)
    assert await world.subscriptions.move(old, "-1005") == new
    assert [one.criteria for one in await world.subscriptions.filters(new)] == [FUEL, SCHOOLS]
    rows = await world.rows()
    assert [(row.subscriber_id, row.state) for row in rows] == [(old, "skipped"), (new, "due"), (new, "due")]
    assert (await world.subscriptions.subscriber("telegram", "-5")).state is Standing.STOPPED


async def test_counts_say_who_is_there(world) -> None:
    stopped = await world.person("1", FUEL)
    person = await world.person("2", FUEL, SCHOOLS)
    await world.subscriptions.stop(stopped)
    await world.subscriptions.pause_filter(person, (await world.subscriptions.filters(person))[0].id)
    counts = await world.subscriptions.counts()
    assert counts.subscribers == {"active": 1, "stopped": 1}
    assert (counts.filters, counts.paused) == (2, 1)
