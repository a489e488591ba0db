"""`baqylau check`: OCDS files in, findings out.

The files are read here, one release after another; processes are judged in worker processes, a chunk at a time, and
their lines are printed in the order of the input. Compiled releases go straight through, others wait on disk until the
input ends, because any later file may hold another release of their process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from bot.check_input import Batch, CheckSummary, aside_line, batches, processes_in, refuse_missing
from bot.check_lines import CSV_HEADER, Judged, Judging, OutputFormat, csv_line
from bot.check_pool import in_order
from bot.check_report import Report
from watchers.indicators.registry import load_indicators
from watchers.readers import SetAside
from watchers.readers.spill import Spill

__all__ = ["check_files"]


def check_files(
    paths: Sequence[Path],
    *,
    output_format: OutputFormat = "jsonl",
    show_all: bool = False,
    out: BinaryIO,
    report: Report,
    workers: int = 1,
    set_aside: Path | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> CheckSummary:
    """Judge every process in `paths` (files, folders, `-`) and write a line a finding to `out`.

    Bad records are counted, and written to the file `set_aside` if one is given. Raises `PathMissing`, OSError where
    the set-aside file cannot be written, IndicatorSettingsError; KeyboardInterrupt passes once the workers are gone.
    """
    refuse_missing(paths)
    load_indicators(settings or {})  # a wrong setting is said before anything is read
    summary = CheckSummary()
    make_judging = partial(_make_judging, settings or {}, output_format, show_all)
    with ExitStack() as stack:
        spill = stack.enter_context(Spill())
        asides = stack.enter_context(set_aside.open("wb")) if set_aside else None
        stack.callback(report.close)
        if output_format == "csv":
            out.write(csv_line(CSV_HEADER))
        tasks = batches(processes_in(paths, spill, summary, report))
        answers = in_order(tasks, make_judging, workers)
        stack.callback(answers.close)  # type: ignore[attr-defined]
        try:
            for batch, judged in answers:
                _account(batch, judged, summary, asides)
                out.write(judged.lines)
            out.flush()
        except BrokenPipeError:
            summary.cut_off = True
    report.summary(summary)
    return summary


def _make_judging(settings: Mapping[str, Mapping[str, Any]], output_format: OutputFormat, show_all: bool) -> Any:
    return Judging(load_indicators(settings), output_format, show_all=show_all).chunk


def _account(batch: Batch, judged: Judged, summary: CheckSummary, asides: BinaryIO | None) -> None:
    bad = [
        SetAside(reason, batch.processes[place][0].raw, batch.processes[place][0].url, batch.processes[place][0].offset)
        for place, reason in judged.bad
    ]
    summary.processes += len(batch.processes) - len(bad)
    summary.read -= sum(len(batch.processes[place]) for place, _ in judged.bad)
    summary.flagged += judged.flagged
    summary.fired.update(judged.fired)
    for aside in (*batch.asides, *bad):
        summary.set_aside += 1
        summary.reasons[aside.reason.partition(":")[0]] += 1
        if asides is not None:
            asides.write(aside_line(aside))
