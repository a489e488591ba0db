"""`baqylau check --format cardinal`: one results object over the whole input, as OCP's Cardinal prints it.

Worker processes add up what they are given, a chunk at a time; the sums are put together here in the order of the
input, and the fences worked out at the end. Only the sums are held, however long the input is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bot.check_input import Batch, CheckSummary, aside_line, batches, processes_in, refuse_missing
from bot.check_lines import Chunk
from bot.check_pool import in_order
from bot.check_report import Report
from watchers.cardinal import Folding, Partial, Settings, results_of
from watchers.readers import BadRecord, compile_releases
from watchers.readers.spill import Spill

__all__ = ["check_as_cardinal"]

_MOST_PROCESSES = 512


def check_as_cardinal(
    paths: Sequence[Path],
    *,
    rules: Settings,
    meta: bool = True,
    maps: bool = False,
    out: BinaryIO,
    report: Report,
    workers: int = 1,
    set_aside: Path | None = None,
) -> CheckSummary:
    """Write Cardinal's results object for all of `paths` (files, folders, `-`) to `out`, one line.

    `rules` is Cardinal's settings file; `meta` and `maps` add its objects of those names. A compiled release, and a
    release on a line of its own, is a process each time it comes, as in Cardinal; releases in packages are merged.
    Raises `PathMissing`, and OSError where the set-aside file cannot be written.
    """
    refuse_missing(paths)
    summary, whole = CheckSummary(), Partial()
    with ExitStack() as stack:
        spill = stack.enter_context(Spill())
        asides = stack.enter_context(set_aside.open("wb")) if set_aside else None
        stack.callback(report.close)
        tasks = batches(processes_in(paths, spill, summary, report, as_it_is=True), _MOST_PROCESSES)
        answers = in_order(tasks, partial(_make_folding, rules, maps), workers)
        stack.callback(answers.close)  # type: ignore[attr-defined]
        for batch, part in answers:
            whole.add(part)
            _account(batch, summary, asides)
        results = results_of(whole, rules, meta=meta, maps=maps)
        _tally(results, whole, summary)
        try:
            out.write(_json(results) + b"\n")
            out.flush()
        except BrokenPipeError:
            summary.cut_off = True
    report.summary(summary)
    return summary


def _make_folding(rules: Settings, maps: bool) -> Callable[[Chunk], Partial]:
    folding = Folding(rules, maps=maps)
    return lambda chunk: folding.fold(_compiled(chunk))


def _compiled(chunk: Chunk) -> list[bytes]:
    return [one for releases in chunk if (one := _one(releases))]


def _one(releases: tuple[bytes, ...]) -> bytes:
    if len(releases) == 1:
        return releases[0]
    try:
        return compile_releases(releases)
    except BadRecord:
        return b""


def _account(batch: Batch, summary: CheckSummary, asides: BinaryIO | None) -> None:
    for aside in batch.asides:
        summary.set_aside += 1
        summary.reasons[aside.reason.partition(":")[0]] += 1
        if asides is not None:
            asides.write(aside_line(aside))


def _tally(results: dict[str, Any], whole: Partial, summary: CheckSummary) -> None:
    summary.processes = whole.read
    summary.flagged = len(whole.processes)
    for group in ("OCID", "Buyer", "ProcuringEntity", "Tenderer"):
        for codes in results.get(group, {}).values():
            summary.fired.update(code if group == "OCID" else f"{code} ({group})" for code in codes)


def _json(results: dict[str, Any]) -> bytes:
    return msgspec.json.encode(_finite(results))


def _finite(value: Any) -> Any:
    """Infinity and not-a-number as null; ids as any database takes them is not our business here."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
