"""What must hold of the list of what may not have reached a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from alerts.missed import carry, missed_tenders
from alerts.outbox import Result, State


async def _in_doubt(world: Any, *people: int) -> list[int]:
    """Messages to these people whose answers were lost; returns the tenders."""
    tenders = []
    for person in people:
        tenders.append(await world.tender())
        await world.owe(person, tender=tenders[-1])
        [owed] = await world.outbox.start(await world.outbox.claim(1))
        await world.outbox.finish([Result(owed, State.UNCERTAIN, "time-out")])
    return tenders


async def _carry(world: Any) -> int:
    return await carry(world.database, world.outbox, world.clock)


async def test_doubtful_messages_become_one_list_a_person_that_names_their_tenders(world, clock) -> None:
    one, two = await world.person("1"), await world.person("2")
    tenders = await _in_doubt(world, one, one, two)
    clock.advance(minutes=11)
    assert await _carry(world) == 3
    lists = [row for row in await world.rows() if row.event.startswith("missed:")]
    assert [(row.subscriber_id, row.state, row.tender_id) for row in lists] == [(one, "due", None), (two, "due", None)]
    assert [missed.tender_id for missed in await missed_tenders(world.database, lists[0].id)] == tenders[:2]
    assert [missed.tender_id for missed in await missed_tenders(world.database, lists[1].id)] == tenders[2:]
    clock.advance(days=1)
    assert await _carry(world) == 0  # told once


async def test_a_fresh_doubt_waits_for_its_late_answer(world, clock) -> None:
    await _in_doubt(world, await world.person())
    clock.advance(minutes=9)
    assert await _carry(world) == 0


async def test_what_is_carried_is_settled_and_a_late_answer_changes_nothing(world, clock) -> None:
    await world.owe(await world.person(), tender=await world.tender())
    [owed] = await world.outbox.start(await world.outbox.claim(1, timedelta(seconds=60)), timedelta(seconds=60))
    clock.advance(minutes=2)
    await world.outbox.expire_leases()
    clock.advance(minutes=11)
    await _carry(world)
    await world.outbox.finish([Result(owed, State.DUE)])
    assert await world.states() == ["uncertain", "due"]


async def test_a_list_that_is_lost_itself_is_taken_over_by_the_next(world, clock) -> None:
    tenders = await _in_doubt(world, await world.person())
    clock.advance(minutes=11)
    await _carry(world)
    [first] = await world.outbox.claim(1)
    await world.outbox.start([first])
    clock.advance(minutes=2)
    await world.outbox.expire_leases()
    clock.advance(minutes=11)
    assert await _carry(world) == 1
    [second] = await world.outbox.claim(1)
    assert second.id != first.id
    assert [missed.tender_id for missed in await missed_tenders(world.database, second.id)] == tenders
    assert await missed_tenders(world.database, first.id) == []


async def test_who_is_away_is_told_when_back(world, clock) -> None:
    person = await world.person()
    await _in_doubt(world, person)
    await world.subscriptions.stop(person)
    clock.advance(minutes=11)
    assert await _carry(world) == 0
    await world.subscriptions.resume(person)
    assert await _carry(world) == 1


async def test_a_kill_in_flight_ends_in_the_list_and_nothing_is_sent_twice(world, clock) -> None:
    person = await world.person()
    sent, tender = await world.tender(), await world.tender()
    await world.owe(person, tender=tender)
    await world.owe(person, tender=sent, minutes=1)
    await world.outbox.start(await world.outbox.claim(1, timedelta(seconds=60)))  # and the process dies
    clock.advance(minutes=2)
    await world.outbox.expire_leases()
    [next_one] = await world.outbox.claim(1)
    assert next_one.tender_id == sent
    await world.outbox.finish([Result(next_one, State.SENT, "m1")])
    clock.advance(minutes=11)
    assert await _carry(world) == 1
    [listed] = await world.outbox.claim(5)
    assert [missed.tender_id for missed in await missed_tenders(world.database, listed.id)] == [tender]
