"""How `baqylau check` tells its progress and its end, on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from watchers.readers.streams import STDIN, expand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.check_input import CheckSummary

__all__ = ["BarReport", "LineReport", "NoReport", "Report", "report_for", "summary_lines"]

_LINE_EVERY = 64 * 1024 * 1024
_REASONS_SHOWN = 5


class Report(Protocol):
    """Whom `check_files` tells how far it is."""

    def file(self, path: Path) -> None:
        """A file is begun."""

    def advance(self, count: int) -> None:
        """So many more bytes of the input were read (packed bytes, where it is packed)."""

    def summary(self, summary: CheckSummary) -> None:
        """All is done."""

    def close(self) -> None:
        """Nothing more comes, done or not."""


def report_for(paths: Sequence[Path], stream: TextIO) -> Report:
    """The report that fits `stream`: a bar on a terminal, plain lines otherwise."""
    return BarReport(paths, stream) if stream.isatty() else LineReport(stream)


def summary_lines(summary: CheckSummary) -> list[str]:
    """The summary as lines of text: counts first, then why records were set aside, then the indicators that fired."""
    counts = (
        f"check: {summary.read} releases read from {summary.files} files ({summary.duplicates} duplicates,"
        f" {summary.covered} of processes that also came compiled),"
        f" {summary.processes} processes judged ({summary.merged} merged of several releases),"
        f" {summary.set_aside} records set aside, {summary.flagged} processes flagged"
    )
    lines = [counts]
    reasons = summary.reasons.most_common(_REASONS_SHOWN)
    lines += [f"  set aside, {count}: {reason}" for reason, count in reasons]
    if len(summary.reasons) > len(reasons):
        lines.append(f"  set aside for {len(summary.reasons) - len(reasons)} more reasons")
    lines += [f"  {code}: {count}" for code, count in sorted(summary.fired.items())]
    if summary.flagged:
        lines.append("A flag is a reason to look, not proof of wrongdoing.")
    if not summary.read and not summary.cut_off:
        lines.append("check: nothing could be read; give OCDS releases or records, as JSON or JSON Lines")
    return lines


class NoReport:
    """Says nothing; the base of those that do."""

    def file(self, path: Path) -> None:
        """Say nothing."""

    def advance(self, count: int) -> None:
        """Say nothing."""

    def summary(self, summary: CheckSummary) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Nothing to close."""


class LineReport(NoReport):
    """Plain lines: one for every 64 MiB read, and the summary."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._read = 0
        self._path = Path()

    def file(self, path: Path) -> None:
        """Remember the file to name it."""
        self._path = path

    def advance(self, count: int) -> None:
        """A line where another 64 MiB is full."""
        full = self._read // _LINE_EVERY
        self._read += count
        if self._read // _LINE_EVERY > full:
            print(f"check: {self._read // 2**20} MiB read, in {self._path}", file=self._stream, flush=True)

    def summary(self, summary: CheckSummary) -> None:
        """The counts."""
        for line in summary_lines(summary):
            print(line, file=self._stream)
        self._stream.flush()


class BarReport(NoReport):
    """A progress bar that goes when the work is done, then the summary."""

    def __init__(self, paths: Sequence[Path], stream: TextIO) -> None:
        self._console = Console(file=stream)
        known = all(path != STDIN and (path.is_file() or path.is_dir()) for path in paths)
        total = sum(file.stat().st_size for file in expand(paths) if file.is_file()) if known else None
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn(),
            console=self._console, transient=True, auto_refresh=False,
        )  # fmt: skip
        self._task = self._progress.add_task("check", total=total)
        self._begun = False

    def file(self, path: Path) -> None:
        """Name the file beside the bar."""
        self._progress.update(self._task, description=path.name[-30:])

    def advance(self, count: int) -> None:
        """Move the bar; it has no thread of its own, so that workers can be forked at any time."""
        if not self._begun:
            self._begun = True
            self._progress.start()
        self._progress.update(self._task, advance=count, refresh=True)

    def summary(self, summary: CheckSummary) -> None:
        """The counts."""
        for line in summary_lines(summary):
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._begun:
            self._progress.stop()
