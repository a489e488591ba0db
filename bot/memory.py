"""How the garbage collector is set for a process that runs for months."""

from __future__ import annotations

import gc

__all__ = ["settle"]


def settle() -> None:
    """Leave what lives as long as the process out of the collector's rounds, and make the rounds rarer.

    With the defaults a third of a message's CPU went into looking again and again at classes, templates and indicator
    pages, because a hundred messages on their way count as young garbage (`benchmarks/bench_send.py`). Cycles are still
    collected. Call it once everything is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
