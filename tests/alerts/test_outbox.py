"""What must hold of the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.outbox import Outbox, Result, State

LEASE = timedelta(seconds=60)


async def test_a_message_is_owed_once_however_often_it_is_written_down(world) -> None:
    person, tender = await world.person(), await world.tender()
    await world.owe(person, tender=tender)
    await world.owe(person, tender=tender)
    await world.owe(person, tender=tender, event="flag_raised:2")
    assert [row.event for row in await world.rows()] == ["published", "flag_raised:2"]


async def test_a_claimed_message_is_not_claimed_again(world) -> None:
    await world.owe(await world.person())
    assert len(await world.outbox.claim(10)) == 1
    assert await Outbox(world.database, world.clock).claim(10) == []


async def test_a_chat_gets_its_messages_in_the_order_of_tenders_one_at_a_time(world) -> None:
    person = await world.person()
    late, early, middle = [await world.owe(person, minutes=minutes) for minutes in (9, 1, 5)]
    order = []
    while owed := await world.outbox.claim(10):
        assert len(owed) == 1
        order.append(owed[0].id)
        await world.outbox.finish([Result(owed[0], State.SENT, "m1")])
    assert order == [early, middle, late]


async def test_a_message_that_waits_holds_the_later_ones_of_its_chat_back(world, clock) -> None:
    person = await world.person()
    first = await world.owe(person, minutes=1)
    await world.owe(person, minutes=2)
    await world.outbox.release(await world.outbox.claim(1), clock() + timedelta(seconds=30))
    assert await world.outbox.claim(10) == []
    clock.advance(seconds=31)
    assert [owed.id for owed in await world.outbox.claim(10)] == [first]


async def test_a_busy_chat_does_not_starve_the_others(world) -> None:
    busy, *others = [await world.person(str(n)) for n in range(5)]
    for _ in range(30):
        await world.owe(busy)
    for other in others:
        await world.owe(other, minutes=99)
    claimed = await world.outbox.claim(5)
    assert sorted(owed.subscriber_id for owed in claimed) == sorted([busy, *others])


async def test_chats_take_turns_when_there_is_more_than_can_be_sent(world) -> None:
    people = [await world.person(str(n)) for n in range(4)]
    for person in people * 3:
        await world.owe(person)
    served = []
    for _ in range(6):
        claimed = await world.outbox.claim(2)
        served += [owed.subscriber_id for owed in claimed]
        await world.outbox.finish([Result(owed, State.SENT) for owed in claimed])
    assert served == people * 3


async def test_heavier_ones_go_first(world) -> None:
    one, two = await world.person("1"), await world.person("2")
    await world.owe(one, priority=30)
    heavy = await world.owe(two, priority=20)
    assert [owed.id for owed in await world.outbox.claim(1)] == [heavy]


async def test_what_somebody_who_stopped_is_owed_by_a_race_is_skipped_at_the_claim(world) -> None:
    person = await world.person()
    await world.subscriptions.stop(person)
    await world.owe(person)  # the matcher did not know yet
    assert await world.outbox.claim(10) == []
    assert await world.states() == ["skipped"]


async def test_a_lease_that_ran_out_before_the_start_makes_it_due_after_the_start_uncertain(world, clock) -> None:
    started, waiting = [await world.owe(await world.person(str(n))) for n in range(2)]
    claimed = {owed.id: owed for owed in await world.outbox.claim(10, LEASE)}
    assert [owed.id for owed in await world.outbox.start([claimed[started]], LEASE)] == [started]
    assert await world.outbox.expire_leases() == (0, 0)
    clock.advance(seconds=61)
    assert await world.outbox.expire_leases() == (1, 1)
    assert await world.states() == ["uncertain", "due"]
    assert [owed.id for owed in await world.outbox.claim(10)] == [waiting]


async def test_who_lost_the_lease_may_not_start(world, clock) -> None:
    await world.owe(await world.person())
    slow = await world.outbox.claim(1, LEASE)
    clock.advance(seconds=61)
    assert await world.outbox.start(slow, LEASE) == []
    await world.outbox.expire_leases()
    quick = await world.outbox.claim(1, LEASE)
    assert await world.outbox.start(slow, LEASE) == []
    assert len(await world.outbox.start(quick, LEASE)) == 1
    assert await world.outbox.start(quick, LEASE) == []


async def test_who_gave_a_message_back_may_not_start_it_for_the_one_who_took_it(world, clock) -> None:
    id_ = await world.owe(await world.person())
    first = await world.outbox.claim(1, LEASE)
    await world.outbox.release(first, clock())
    clock.advance(seconds=1)
    second = await world.outbox.claim(1, LEASE)
    assert await world.outbox.start(first, LEASE) == []
    assert [owed.id for owed in await world.outbox.start(second, LEASE)] == [id_]


async def test_who_lost_the_lease_may_not_give_back_what_another_is_sending(world, clock) -> None:
    await world.owe(await world.person())
    slow = await world.outbox.claim(1, LEASE)
    clock.advance(seconds=61)  # the process, or its machine, stood still
    await world.outbox.expire_leases()
    quick = await world.outbox.claim(1, LEASE)
    for started in (False, True):
        if started:
            quick = await world.outbox.start(quick, LEASE)
        await world.outbox.release(slow, clock())
        assert await world.states() == ["sending"], "due again, it would be sent a second time"
    await world.outbox.finish([Result(slow[0], State.FAILED, "cannot be rendered")])
    assert await world.states() == ["sending"]
    await world.outbox.finish([Result(quick[0], State.SENT, "m7")])
    assert await world.states() == ["sent"]


async def test_chats_that_wait_take_no_place_in_a_claim(world, clock) -> None:
    _, ready = [await world.owe(await world.person(str(n))) for n in range(2)]
    await world.outbox.release(await world.outbox.claim(1), clock() + timedelta(seconds=30))
    world.outbox._after.clear()  # as after a restart: the waiting chat is looked at first
    assert [owed.id for owed in await world.outbox.claim(1)] == [ready]


async def test_an_answer_that_comes_after_the_lease_still_counts(world, clock) -> None:
    await world.owe(await world.person())
    [owed] = await world.outbox.start(await world.outbox.claim(1, LEASE), LEASE)
    clock.advance(seconds=61)
    await world.outbox.expire_leases()
    await world.outbox.finish([Result(owed, State.SENT, "m7")])
    assert await world.states() == ["sent"]


async def test_what_is_settled_stays_settled(world) -> None:
    await world.owe(await world.person())
    [owed] = await world.outbox.start(await world.outbox.claim(1))
    await world.outbox.finish([Result(owed, State.SENT, "m7")])
    await world.outbox.finish([Result(owed, State.DUE), Result(owed, State.FAILED, "no")])
    await world.outbox.release([owed], world.clock())
    [row] = await world.rows()
    assert (row.state, row.answer, row.attempts, row.lease_until) == ("sent", "m7", 1, None)


async def test_a_retry_counts_its_attempt_and_waits_its_time(world, clock) -> None:
    await world.owe(await world.person())
    [owed] = await world.outbox.start(await world.outbox.claim(1))
    await world.outbox.finish([Result(owed, State.DUE, "429", clock() + timedelta(seconds=5))])
    assert await world.outbox.claim(1) == []
    clock.advance(seconds=5)
    [owed] = await world.outbox.claim(1)
    assert owed.attempts == 1
    assert len(await world.outbox.start([owed])) == 1


@pytest.mark.parametrize("given_back", [True, False], ids=["no turn", "refused"])
async def test_what_is_written_again_in_doubt_does_not_touch_what_another_took_since(world, clock, given_back) -> None:
    await world.owe(await world.person())
    [owed] = await world.outbox.start(await world.outbox.claim(1))

    async def write() -> None:
        if given_back:
            await world.outbox.release([owed], clock())
        else:
            await world.outbox.finish([Result(owed, State.DUE, "429", clock())])

    await write()  # it is written, but the connection broke before that was said
    clock.advance(seconds=1)
    [others] = await world.outbox.start(await world.outbox.claim(1))
    await write()
    assert await world.states() == ["sending"], "due again, it would be sent a second time"
    await world.outbox.finish([Result(others, State.SENT, "m7")])
    assert await world.states() == ["sent"]


async def test_counts_name_every_state(world) -> None:
    for n in range(3):
        await world.owe(await world.person(str(n)))
    await world.outbox.claim(1)
    assert await world.outbox.counts() == dict.fromkeys(State, 0) | {State.DUE: 2, State.SENDING: 1}


async def test_two_processes_at_once_never_claim_the_same_message_or_chat(world) -> None:
    import asyncio

    for n in range(20):
        person = await world.person(str(n))
        await world.owe(person)
        await world.owe(person)
    boxes = [Outbox(world.database, world.clock) for _ in range(4)]
    claimed = [owed for part in await asyncio.gather(*(box.claim(10) for box in boxes)) for owed in part]
    assert len({owed.id for owed in claimed}) == len(claimed)
    assert len({owed.subscriber_id for owed in claimed}) == len(claimed)


async def test_a_new_process_on_sqlite_settles_what_the_killed_one_left_without_waiting(world) -> None:
    for address in ("1", "2"):
        await world.owe(await world.person(address))
    started, claimed = await world.outbox.claim(2)
    await world.outbox.start([started])
    settled = await Outbox(world.database, world.clock).recover()
    counts = await world.outbox.counts()
    if world.database.dialect == "sqlite":
        assert settled == (1, 1)
        assert (counts[State.DUE], counts[State.UNCERTAIN]) == (1, 1)
        assert await world.outbox.start([claimed]) == [], "the old process may not send what it no longer holds"
    else:
        assert settled == (0, 0)
        assert counts[State.SENDING] == 2
