"""How long work tells how far it is: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

__all__ = ["Progressing", "duration"]

_LINE_EVERY = 10.0


def duration(seconds: float) -> str:
    """A stretch of time for people: "40 s", "12 min", "3 h 05 min"."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


class Progressing:
    """Tells of `total` units of work (any number; 0: not known) as they are done: `with Progressing(...) as progress`.

    `now` gives seconds. Elsewhere than on a terminal the first line comes at once, further ones ten seconds apart.
    """

    def __init__(self, name: str, total: float, stream: TextIO, *, now: Callable[[], float] = time.monotonic) -> None:
        self._name, self._total, self._stream, self._now = name, total, stream, now
        self._done = 0.0
        self._began = self._told = 0.0
        self._bar: Progress | None = None
        if stream.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[said]}"),
                TimeElapsedColumn(), TimeRemainingColumn(), console=Console(file=stream), transient=True,
            )  # fmt: skip

    def __enter__(self) -> Self:
        """Begin."""
        self._began = self._now()
        self._told = self._began - _LINE_EVERY
        if self._bar is not None:
            self._bar.start()
            self._bar.add_task(self._name, total=self._total or None, said="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def reach(self, done: float, said: str = "") -> None:
        """So much is done now; `said` are counts in words."""
        self._done = done
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, said=said)
            return
        now = self._now()
        if now - self._told >= _LINE_EVERY:
            self._told = now
            print(f"{self._name}: {self._line(said)}", file=self._stream, flush=True)

    def _line(self, said: str) -> str:
        share = f"{self._done / self._total:.0%}" if self._total else ""
        return ", ".join(filter(None, (share, said, self._left())))

    def _left(self) -> str:
        """How long the rest takes at the pace so far."""
        passed = self._now() - self._began
        if not self._total or self._done <= 0 or passed < 1 or self._done >= self._total:
            return ""
        return f"about {duration(passed * (self._total - self._done) / self._done)} left"
