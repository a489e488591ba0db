"""What must hold of the pace. Time is a number that moves only when everybody sleeps."""

from __future__ import annotations

import asyncio
import itertools
import random

from alerts.pace import Pace, Pacer


class Time:
    """A clock whose naps take no time."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        for _ in range(5):  # let others come first
            await asyncio.sleep(0)
        self.now += seconds


def make(**pace: float) -> tuple[Pacer, Time]:
    time = Time()
    return Pacer(Pace(**pace), monotonic=time.monotonic, sleep=time.sleep), time


async def _turn(pacer: Pacer, time: Time, chat: str, *, first: bool = False) -> float:
    assert await pacer.turn(chat, first=first)
    return time.now


def busiest_second(moments: list[float]) -> int:
    return max(sum(1 for other in moments if moment <= other < moment + 0.9999) for moment in moments)


async def test_the_bot_is_spaced_and_never_bursts_even_after_a_pause() -> None:
    pacer, time = make()
    first = await asyncio.gather(*(_turn(pacer, time, str(n)) for n in range(100)))
    time.now += 60
    second = await asyncio.gather(*(_turn(pacer, time, f"b{n}") for n in range(100)))
    for moments in (sorted(first), sorted(second)):
        gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
        assert min(gaps) > 0.034
        assert 3.9 < moments[-1] - moments[0] < 4.1  # 99 gaps of 40 ms


async def test_what_a_busy_machine_gives_late_is_made_up_for_and_no_second_gets_more_than_its_share() -> None:
    pacer, time = make()
    lots = random.Random(5)

    async def late(seconds: float) -> None:
        await Time.sleep(time, seconds + lots.choice((0.0, 0.01, 0.03, 0.1)))

    pacer._sleep = late
    moments = sorted(await asyncio.gather(*(_turn(pacer, time, str(n)) for n in range(500))))
    assert moments[-1] - moments[0] < 1.04 * 500 / 25
    assert busiest_second(moments) <= 26


async def test_what_nobody_asked_for_is_not_made_up_for() -> None:
    pacer, time = make()
    await _turn(pacer, time, "1")
    time.now += 5
    moments = sorted(await asyncio.gather(*(_turn(pacer, time, f"b{n}") for n in range(26))))
    assert moments[-1] - moments[0] >= 0.999  # 25 gaps of 40 ms


async def test_a_chat_hears_once_a_second_and_a_group_twenty_times_a_minute() -> None:
    pacer, time = make()
    moments = await asyncio.gather(
        *(_turn(pacer, time, "7") for _ in range(5)), *(_turn(pacer, time, "-100") for _ in range(5))
    )
    for part, least in ((sorted(moments[:5]), 1.0), (sorted(moments[5:]), 3.0)):
        assert all(later - earlier >= least - 1e-6 for earlier, later in itertools.pairwise(part))


async def test_a_chat_that_has_to_wait_does_not_hold_up_the_others() -> None:
    pacer, time = make()
    start = time.now
    slow = [asyncio.create_task(_turn(pacer, time, "-100")) for _ in range(3)]
    others = await asyncio.gather(*(_turn(pacer, time, str(n)) for n in range(20)))
    assert max(others) - start < 1.0
    assert max(await asyncio.gather(*slow)) - start > 5.9


async def test_an_answer_to_a_person_goes_before_the_alerts_that_wait() -> None:
    pacer, time = make()
    alerts = [asyncio.create_task(_turn(pacer, time, str(n))) for n in range(200)]
    await asyncio.sleep(0)
    asked = time.now
    answered = await _turn(pacer, time, "person", first=True)
    assert answered - asked <= 0.04
    assert len(set(await asyncio.gather(*alerts))) == 200


async def test_answers_have_a_share_of_their_own_and_all_together_stay_below_thirty_a_second() -> None:
    pacer, time = make()
    alerts = [_turn(pacer, time, f"a{n}") for n in range(100)]
    answers = [_turn(pacer, time, f"p{n}", first=True) for n in range(100)]
    moments = await asyncio.gather(*alerts, *answers)
    assert busiest_second(list(moments)) <= 30
    assert max(moments[100:]) < min(max(moments[:100]), 104.0)  # 29 a second for the answers, the alerts after


async def test_a_wait_asked_of_everyone_moves_everyone() -> None:
    pacer, time = make()
    pacer.hold(30)
    start = time.now
    assert pacer.wait_of() == 30
    alert, answer = await asyncio.gather(_turn(pacer, time, "1"), _turn(pacer, time, "2", first=True))
    assert min(alert, answer) >= start + 30


async def test_a_wait_asked_of_one_chat_is_its_own() -> None:
    pacer, time = make()
    pacer.hold(30, "-5")
    start = time.now
    other, chat = await asyncio.gather(_turn(pacer, time, "1"), _turn(pacer, time, "-5"))
    assert other - start < 0.1
    assert chat - start >= 30
    assert pacer.wait_of() == 0


async def test_a_shorter_wait_does_not_take_back_a_longer_one() -> None:
    pacer, _ = make()
    pacer.hold(30)
    pacer.hold(5)
    assert pacer.wait_of("1") == 30


async def test_the_impatient_are_told_at_once_and_use_no_turn() -> None:
    pacer, time = make()
    waiting = asyncio.create_task(pacer.turn("1", patience=1))
    patient = asyncio.create_task(_turn(pacer, time, "2"))
    pacer.hold(30)
    await asyncio.sleep(0)
    pacer.hold(31)
    assert await waiting is False
    assert await pacer.turn("3", patience=1) is False
    assert time.now == 100.0
    assert await patient >= 131.0
    assert await _turn(pacer, time, "1") - await _turn(pacer, time, "3") < 0  # nobody's second was used up


async def test_who_leaves_the_queue_leaves_no_gap() -> None:
    pacer, time = make()
    first = asyncio.create_task(_turn(pacer, time, "1"))
    leaver = asyncio.create_task(_turn(pacer, time, "2"))
    last = asyncio.create_task(_turn(pacer, time, "3"))
    await asyncio.sleep(0)
    leaver.cancel()
    assert await last - await first < 0.05


async def test_chats_long_silent_are_forgotten() -> None:
    pacer, time = make(per_second=1e6, chat_seconds=0.001)
    pacer.REMEMBERED_CHATS = 50  # type: ignore[misc]
    for n in range(500):
        await _turn(pacer, time, str(n))
        time.now += 0.01
    assert len(pacer._next_of_chat) <= 51
