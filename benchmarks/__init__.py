"""Measurements as ratios inside one run: `python -m benchmarks [name...]`.

A module `bench_<name>.py` has `run() -> list[Result]`. A figure is compared with a floor measured beside it in the same
run, because absolute speed on a shared machine says little.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
    """One line of the table. `ratio` is figure / floor; `target` is what it is held to, in words or a number.

    `met` says whether the target was reached, None where there is none. A figure that stands alone has no floor.
    """

    name: str
    figure: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    target: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        """Figure to floor."""
        return self.figure / self.floor if self.floor else None
