"""The watcher: every record once, trouble waited out, a stop at any moment costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from tests.watchers.tenders import batch, finding, judged, release
from watchers.poll import FIRST_WAIT, LONGEST_WAIT, OFF_WAIT, State, Watcher
from watchers.sources.base import Batch, Rejected, SourceError
from watchers.store import Store

COUNT = 6


class Shelf:
    """A publisher of `COUNT` processes, two a batch; `trouble` is raised before the batch of that number."""

    name = "shelf"
    rank = 0
    poll_seconds = 30.0

    def __init__(self, trouble: dict[int, BaseException] | None = None, *, slow: float = 0) -> None:
        self.trouble = trouble or {}
        self.slow = slow
        self.started_from: list[str | None] = []
        self.closed = False
        self.left_open = 0

    async def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        self.started_from.append(cursor)
        self.left_open += 1
        try:
            for start in range(int(cursor or 0), COUNT, 2):
                if start in self.trouble:
                    raise self.trouble[start]
                await asyncio.sleep(self.slow)
                ones = [judged(release(f"ocds-demo-{n}")) for n in (start, start + 1)]
                yield batch(*ones, cursor=str(start + 2), rejected=[Rejected("bad", str(start).encode(), "u")])
        finally:
            self.left_open -= 1

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def store(database: Any, clock: Any) -> Store:
    return Store(database, clock)


def watcher(source: Shelf, store: Store, clock: Any, **named: Any) -> Watcher:
    return Watcher(source, store, named.pop("judge", lambda _: [finding()]), clock, jitter=lambda: 1.0, **named)


async def drain(one: Watcher) -> int:
    count = 0
    while await one.do_one():
        count += 1
    return count


class Waits:
    """Replaces the waiting between attempts: keeps how long was asked, ends the run after `most`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, most: int, then: Callable[[int], None] | None = None) -> None:
        self.asked: list[float] = []
        self._most, self._then = most, then
        real = Watcher._attempt

        async def attempt(one: Watcher, stop: asyncio.Event) -> float:
            wait = await real(one, stop)
            if wait:
                self.asked.append(wait)
                if self._then:
                    self._then(len(self.asked))
                if len(self.asked) >= self._most:
                    stop.set()
            return 0.0

        monkeypatch.setattr(Watcher, "_attempt", attempt)


async def test_everything_is_read_once_and_then_it_is_caught_up(store: Store, clock: Any) -> None:
    source = Shelf()
    one = watcher(source, store, clock)
    assert await drain(one) == 3
    assert (one.standing.state, one.standing.good_at) == (State.WAITING, clock())
    assert await drain(one) == 0
    assert source.started_from == [None, "6"]
    counted = await store.counts()
    assert (counted["tenders"], counted["flags"], await store.set_aside_counts()) == (6, 6, {"shelf": 3})


async def test_after_a_restart_it_goes_on_from_the_stored_cursor(store: Store, clock: Any) -> None:
    first = watcher(Shelf(), store, clock)
    await first.do_one()
    source = Shelf()
    assert await drain(watcher(source, store, clock)) == 2
    assert source.started_from == ["2"]
    assert (await store.counts())["events"] == 6


async def test_trouble_in_the_middle_keeps_what_was_saved_and_starts_again_from_there(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Shelf({4: SourceError("shelf: no answer (503)")})
    waits = Waits(monkeypatch, 8, lambda count: source.trouble.clear() if count == 5 else None)
    one = watcher(source, store, clock)
    with structlog.testing.capture_logs() as logs:
        await one.run(asyncio.Event())
    assert waits.asked == [5, 10, 20, 40, 80, 30, 30, 30], "doubled while in trouble, then the source's own pace"
    assert source.started_from[:6] == [None, "4", "4", "4", "4", "4"]
    assert [line["event"] for line in logs if line["event"] != "batch saved"] == [
        "source in trouble", "source answers again",
    ]  # fmt: skip
    assert (await store.counts())["events"] == 6
    assert (source.closed, source.left_open) == (True, 0)


async def test_waits_grow_to_a_bound_with_jitter(store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = Waits(monkeypatch, 12)
    lowest = Watcher(Shelf({0: SourceError("x")}), store, lambda _: [], clock, jitter=lambda: 0.0)
    await lowest.run(asyncio.Event())
    assert (waits.asked[0], waits.asked[-1]) == (FIRST_WAIT / 2, LONGEST_WAIT / 2)


async def test_where_the_rest_was_read_it_is_read_again_at_the_usual_pace(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = Waits(monkeypatch, 9)
    source = Shelf({0: SourceError("one list of two", partly=True)})
    await watcher(source, store, clock).run(asyncio.Event())
    assert waits.asked == [5, 10, 20, *[30] * 6]


async def test_the_wait_a_publisher_asks_for_is_honoured(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = Waits(monkeypatch, 1)
    await watcher(Shelf({0: SourceError("x", retry_after=123.0)}), store, clock).run(asyncio.Event())
    assert waits.asked == [123.0]


async def test_a_permanent_refusal_switches_off_and_is_tried_again_rarely(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Shelf({2: SourceError("shelf: token refused (401): renew it", permanent=True)})
    waits = Waits(monkeypatch, 4, lambda count: source.trouble.clear() if count == 3 else None)
    one = watcher(source, store, clock)
    states: list[State] = []
    monkeypatch.setattr(
        waits, "_then", lambda count: (states.append(one.standing.state), count == 3 and source.trouble.clear())
    )
    await one.run(asyncio.Event())
    assert waits.asked == [OFF_WAIT, OFF_WAIT, OFF_WAIT, 30]
    assert states == [State.OFF, State.OFF, State.OFF, State.WAITING]


async def test_one_source_in_trouble_does_not_hold_up_another(store: Store, clock: Any) -> None:
    broken, fine = Shelf({0: KeyError("a bug")}), Shelf()
    broken.name = "broken"
    stop = asyncio.Event()
    runs = [asyncio.create_task(watcher(source, store, clock).run(stop)) for source in (broken, fine)]
    while (await store.counts())["tenders"] < COUNT:  # noqa: ASYNC110 - the database says when
        await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*runs)
    assert broken.closed
    assert await store.cursor("broken") is None


async def test_a_record_that_breaks_judging_is_set_aside_and_the_rest_goes_on(store: Store, clock: Any) -> None:
    def judge(one: Any) -> list[Any]:
        if one.ocid == "ocds-demo-3":
            raise ZeroDivisionError("per lot")
        return []

    await drain(watcher(Shelf(), store, clock, judge=judge))
    assert (await store.counts())["tenders"] == 5
    assert await store.set_aside_counts() == {"shelf": 4}
    async with store.database.read() as connection:
        reasons = (await connection.execute(text("SELECT reason FROM set_aside"))).scalars().all()
    assert "it could not be judged (ZeroDivisionError: per lot)" in reasons


async def test_what_cannot_be_saved_is_our_own_trouble_and_read_again(
    store: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def rename(*names: str) -> None:
        async with store.database.write() as connection:
            await connection.execute(text("ALTER TABLE {} RENAME TO {}".format(*names)))

    await rename("events", "gone")
    waits = Waits(monkeypatch, 2)
    source = Shelf()
    one = watcher(source, store, clock)
    await one.run(asyncio.Event())
    assert waits.asked == [5, 10]
    assert one.standing.ours
    assert one.standing.trouble.startswith("store: 2 records of shelf were not saved (")
    assert (source.started_from, await store.cursor("shelf")) == ([None, None], None)
    await rename("gone", "events")
    await drain(watcher(Shelf(), store, clock))
    assert (await store.counts())["events"] == 6


@pytest.mark.parametrize("slow", [0.0, 3600.0], ids=["asleep after the poll", "in the middle of a request"])
async def test_it_stops_at_once_wherever_it_is(store: Store, clock: Any, slow: float) -> None:
    source, stop = Shelf(slow=slow), asyncio.Event()
    run = asyncio.create_task(watcher(source, store, clock).run(stop))
    await asyncio.sleep(0.3)
    assert not run.done()
    stop.set()
    await asyncio.wait_for(run, 10)
    assert (source.closed, source.left_open) == (True, 0)


async def test_a_watcher_cancelled_at_any_moment_neither_loses_nor_doubles(store: Store, clock: Any) -> None:
    for patience in range(60):
        run = asyncio.create_task(watcher(Shelf(), store, clock).run(asyncio.Event()))
        await asyncio.sleep(patience / 2000)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
    await drain(watcher(Shelf(), store, clock))
    counted = await store.counts()
    assert (counted["tenders"], counted["snapshots"], counted["events"], counted["flags"]) == (6, 6, 6, 6)


async def test_each_batch_is_one_line_of_progress(store: Store, clock: Any) -> None:
    with structlog.testing.capture_logs() as logs:
        await drain(watcher(Shelf(), store, clock))
    lines = [line for line in logs if line["event"] == "batch saved"]
    assert len(lines) == 3
    assert lines[0] | {"source": "shelf", "new": 2, "flags": 2, "set_aside": 1} == lines[0]
