"""Worker processes that answer in the order they were asked, never with more than a few chunks under way."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import Any, TypeVar

__all__ = ["in_order"]

Kept = TypeVar("Kept")
Task = TypeVar("Task")
Answer = TypeVar("Answer")

_AHEAD = 2  # tasks under way for each worker: one in hand, one waiting
_work: Callable[[object], object]


def in_order(
    tasks: Iterable[tuple[Kept, Task]], make_work: Callable[[], Callable[[Task], Answer]], workers: int
) -> Iterator[tuple[Kept, Answer]]:
    """Yield what was kept of each task with the task's answer, in order; equal for any number of workers.

    `make_work` is called once in each process and must be picklable. One task, or one worker, needs no process.
    """
    tasks = iter(tasks)
    first = list(islice(tasks, 2))
    if workers < 2 or len(first) < 2:
        work = make_work()
        for kept, task in chain(first, tasks):
            yield kept, work(task)
        return
    pool = ProcessPoolExecutor(workers, _multiprocessing(), _start_worker, (make_work,))  # type: ignore[arg-type]
    under_way: deque[tuple[Kept, Future[Any]]] = deque()
    try:
        for kept, task in chain(first, tasks):
            with _undisturbed():
                under_way.append((kept, pool.submit(_answer, task)))
            while len(under_way) > workers * _AHEAD:
                yield _next(under_way)
        while under_way:
            yield _next(under_way)
    finally:
        pool.shutdown(cancel_futures=True)


def _next(under_way: deque[tuple[Kept, Future[Any]]]) -> tuple[Kept, Any]:
    kept, future = under_way.popleft()
    return kept, future.result()


def _multiprocessing() -> multiprocessing.context.BaseContext:
    """Forking is ten times quicker to start, but safe only while nothing else runs in this process."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if forks else "spawn")


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Put Ctrl-C off: a process that starts meanwhile puts it off as well, until it ignores it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(make_work: Callable[[], Callable[[object], object]]) -> None:
    global _work  # noqa: PLW0603 - the one thing a worker process is for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)  # releases are trees without cycles: looking for some costs a tenth of the time
    _work = make_work()


def _answer(task: object) -> object:
    return _work(task)
