"""Runs the benchmarks named on the command line, all of them without a name, and prints their tables."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from rich.console import Console
from rich.table import Table

import benchmarks
from benchmarks import Result

_PREFIX = "bench_"


def main(names: list[str]) -> int:
    """Run them; 1 if a target was missed, 2 for a name there is none of."""
    known = [
        m.name.removeprefix(_PREFIX) for m in pkgutil.iter_modules(benchmarks.__path__) if m.name.startswith(_PREFIX)
    ]
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"benchmarks: {', '.join(unknown)} is not one of {', '.join(sorted(known))}", file=sys.stderr)
        return 2
    missed = False
    for name in sorted(names or known):
        results: list[Result] = importlib.import_module(f"benchmarks.{_PREFIX}{name}").run()
        Console().print(table(name, results))
        missed = missed or any(result.met is False for result in results)
    return int(missed)


def table(name: str, results: list[Result]) -> Table:
    """The results of one benchmark as a table."""
    shown = Table(title=name, title_justify="left")
    for heading in ("measured", "figure", "floor", "ratio", "target", "met"):
        shown.add_column(heading, justify="left" if heading in {"measured", "target"} else "right")
    for result in results:
        floor = f"{number(result.floor)} {result.floor_name}".strip() if result.floor is not None else ""
        ratio = f"{result.ratio:.2f}" if result.ratio is not None else ""
        met = {True: "yes", False: "NO", None: ""}[result.met]
        shown.add_row(result.name, f"{number(result.figure)} {result.unit}", floor, ratio, result.target, met)
    return shown


def number(value: float) -> str:
    """A number as a person reads it."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
