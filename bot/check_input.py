"""What every form of `baqylau check` reads: processes out of files, in chunks for the workers; the tally of them."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bot.check_lines import Chunk
from bot.check_report import Report
from watchers.readers import Found, SetAside, find_in_file
from watchers.readers.spill import Spill
from watchers.readers.streams import STDIN, expand

__all__ = ["Batch", "CheckSummary", "PathMissing", "aside_line", "batches", "processes_in", "refuse_missing"]

MOST_PROCESSES = 64
_BYTES = 8 * 1024  # a process takes about so much; a chunk of few large ones is cut sooner


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


def refuse_missing(paths: Sequence[Path]) -> None:
    """Raise PathMissing for a path that is not there."""
    for path in paths:
        if path != STDIN and not path.exists():
            raise PathMissing(f"check: {path} does not exist; give a file, a folder or - for standard input")


class Batch(msgspec.Struct):
    """Processes on their way through a worker, with what was set aside while they were collected."""

    most: int = MOST_PROCESSES
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
        return self.size >= self.most * _BYTES or len(self.processes) + len(self.asides) >= self.most

    @property
    def chunk(self) -> Chunk:
        """The releases of each process, for a worker."""
        return [tuple(found.raw for found in process) for process in self.processes]


def batches(processes: Iterator[list[Found] | SetAside], most: int = MOST_PROCESSES) -> Iterator[tuple[Batch, Chunk]]:
    """Chunks of at most so many processes for the workers, with what is kept of each here."""
    batch = Batch(most)
    for item in processes:
        if batch.add(item):
            yield batch, batch.chunk
            batch = Batch(most)
    if batch.processes or batch.asides:
        yield batch, batch.chunk


def processes_in(
    paths: Sequence[Path], spill: Spill, summary: CheckSummary, report: Report, *, as_it_is: bool = False
) -> Iterator[list[Found] | SetAside]:
    """Every process of the input: compiled ones as they come, the others merged at the end.

    `as_it_is`: a compiled release, and one on a line of its own, is a process however often it comes.
    """
    for path in expand(paths):
        summary.files += 1
        report.file(path)
        for found in _found_in(path, report):
            if isinstance(found, SetAside):
                yield found
                continue
            summary.read += 1
            if as_it_is and (found.compiled or found.bare):
                yield [found]
            elif not found.compiled:
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


def aside_line(aside: SetAside) -> bytes:
    """What was set aside as one line of JSON."""
    line = {"reason": aside.reason, "file": aside.url, "offset": aside.offset}
    try:
        line["raw"] = aside.raw.decode()
    except UnicodeDecodeError:
        line["raw_base64"] = base64.b64encode(aside.raw).decode()
    return msgspec.json.encode(line) + b"\n"
