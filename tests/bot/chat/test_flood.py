"""A bucket of tokens per chat."""

from __future__ import annotations

from bot.chat.flood import FloodGuard, Verdict
from tests.conftest import Clock


def test_a_burst_is_served_then_told_once_then_ignored_then_served_again(clock: Clock) -> None:
    guard = FloodGuard(burst=3, every=1, mute=60)
    answers = [guard.judge(1, clock()) for _ in range(6)]
    assert answers == [Verdict.HANDLE] * 3 + [Verdict.SAY] + [Verdict.IGNORE] * 2
    assert guard.judge(2, clock()) is Verdict.HANDLE
    clock.advance(seconds=59)
    assert guard.judge(1, clock()) is Verdict.IGNORE
    clock.advance(seconds=1)
    assert [guard.judge(1, clock()) for _ in range(3)] == [Verdict.HANDLE] * 3


def test_a_steady_writer_is_never_held_off(clock: Clock) -> None:
    guard = FloodGuard(burst=3, every=1)
    for _ in range(100):
        assert guard.judge(1, clock()) is Verdict.HANDLE
        clock.advance(seconds=1)


def test_a_crowd_does_not_fill_the_memory(clock: Clock) -> None:
    guard = FloodGuard(remembered=10)
    for sender in range(1000):
        guard.judge(sender, clock())
    assert len(guard._buckets) == 10
