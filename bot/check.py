"""`baqylau check`: OCDS files in, findings out.

The files are read here, one release after another; processes are judged in worker processes, a chunk at a time, and
their lines are printed in the order of the input. Compiled releases go straight through, others wait on disk until the
input ends, because any later file may hold another release of their process.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bot.check_lines import CSV_HEADER, Chunk, Judged, Judging, OutputFormat, csv_line
from bot.check_pool import in_order
from bot.check_report import Report
from watchers.indicators.registry import load_indicators
from watchers.readers import Found, SetAside, find_in_file
from watchers.readers.spill import Spill
from watchers.readers.streams import STDIN, expand

__all__ = ["CheckSummary", "PathMissing", "check_files"]

_CHUNK_RELEASES = 64
_CHUNK_BYTES = 512 * 1024


class PathMissing(Exception):  # noqa: N818 - it says what is the matter
    """A path on the command line does not exist. Raised by `check_files` before anything is read; exit code 2."""


class CheckSummary(msgspec.Struct):
    """What was read and found. `read` counts releases, `processes` what was judged after merging."""

    files: int = 0
    read: int = 0
    duplicates: int = 0
    covered: int = 0  # releases of a process that also came compiled
    merged: int = 0
    processes: int = 0
    set_aside: int = 0
    flagged: int = 0
    fired: Counter[str] = msgspec.field(default_factory=Counter)
    reasons: Counter[str] = msgspec.field(default_factory=Counter)
    cut_off: bool = False  # who reads our output went away

    @property
    def exit_code(self) -> int:
        """0, or 1 when nothing could be read."""
        return 0 if self.read or self.cut_off else 1


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
    for path in paths:
        if path != STDIN and not path.exists():
            raise PathMissing(f"check: {path} does not exist; give a file, a folder or - for standard input")
    load_indicators(settings or {})  # a wrong setting is said before anything is read
    summary = CheckSummary()
    make_judging = partial(_make_judging, settings or {}, output_format, show_all)
    with ExitStack() as stack:
        spill = stack.enter_context(Spill())
        asides = stack.enter_context(set_aside.open("wb")) if set_aside else None
        stack.callback(report.close)
        if output_format == "csv":
            out.write(csv_line(CSV_HEADER))
        tasks = _tasks(_processes(paths, spill, summary, report))
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


class _Batch(msgspec.Struct):
    """Processes on their way through a worker, with what was set aside while they were collected."""

    processes: list[list[Found]] = []
    asides: list[SetAside] = []
    size: int = 0

    def add(self, item: list[Found] | SetAside) -> bool:
        """Add one; True when the batch is full."""
        if isinstance(item, SetAside):
            self.asides.append(item)
            self.size += len(item.raw)
        else:
            self.processes.append(item)
            self.size += sum(len(found.raw) for found in item)
        return self.size >= _CHUNK_BYTES or len(self.processes) + len(self.asides) >= _CHUNK_RELEASES

    @property
    def chunk(self) -> Chunk:
        return [tuple(found.raw for found in process) for process in self.processes]


def _tasks(processes: Iterator[list[Found] | SetAside]) -> Iterator[tuple[_Batch, Chunk]]:
    batch = _Batch()
    for item in processes:
        if batch.add(item):
            yield batch, batch.chunk
            batch = _Batch()
    if batch.processes or batch.asides:
        yield batch, batch.chunk


def _processes(
    paths: Sequence[Path], spill: Spill, summary: CheckSummary, report: Report
) -> Iterator[list[Found] | SetAside]:
    """Every process of the input: compiled ones as they come, the others merged at the end."""
    for path in expand(paths):
        summary.files += 1
        report.file(path)
        for found in _found_in(path, report):
            if isinstance(found, SetAside):
                yield found
                continue
            summary.read += 1
            if not found.compiled:
                summary.duplicates += not spill.wait(found)
            elif spill.is_new(found):
                yield [found]
            else:
                summary.duplicates += 1
    summary.covered = spill.left_out()
    for process in spill.processes():
        if not isinstance(process, SetAside):
            summary.merged += len(process) > 1
        yield process


def _found_in(path: Path, report: Report) -> Iterator[Found | SetAside]:
    try:
        yield from find_in_file(path, report.advance)
    except OSError as error:
        yield SetAside(f"cannot be opened: {error.strerror or error}", b"", str(path))


def _account(batch: _Batch, judged: Judged, summary: CheckSummary, asides: BinaryIO | None) -> None:
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
            asides.write(_aside_line(aside))


def _aside_line(aside: SetAside) -> bytes:
    line = {"reason": aside.reason, "file": aside.url, "offset": aside.offset}
    try:
        line["raw"] = aside.raw.decode()
    except UnicodeDecodeError:
        line["raw_base64"] = base64.b64encode(aside.raw).decode()
    return msgspec.json.encode(line) + b"\n"
