"""Which parts of this process are alive: each says so at every turn it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

__all__ = ["Part", "Pulse"]


class Part(msgspec.Struct):
    """A part of the process: when it last took a turn (monotonic seconds), and what troubles it ('' if nothing)."""

    beat: float
    trouble: str = ""


class Pulse:
    """The parts and their last turns. A part that took none for `silent` seconds is stuck."""

    def __init__(self, *, silent: float = 120.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._silent = silent
        self._now = monotonic
        self.parts: dict[str, Part] = {}

    def beat(self, part: str, trouble: str = "") -> None:
        """The part took a turn."""
        self.parts[part] = Part(self._now(), trouble)

    def age(self, part: str) -> float:
        """Seconds since its last turn."""
        return self._now() - self.parts[part].beat

    def stuck(self) -> list[str]:
        """The parts that took no turn for too long."""
        return sorted(name for name in self.parts if self.age(name) > self._silent)
