"""`baqylau check --as goszakup`: captured raw records in, the findings of the live watcher out.

One object a line, or a list of them. Each goes the way of a live record: read, mapped, judged with the history that was
captured with it. A bad line is told with its number and the others go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bot.check_captures import Capture, captures_in
from bot.check_input import refuse_missing
from bot.check_lines import CSV_HEADER, LineWriter, OutputFormat, csv_line
from bot.check_pool import in_order
from watchers.history import History
from watchers.history.memory import history_of
from watchers.indicators.base import Context, Status
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.readers.streams import expand
from watchers.rules import load_rules
from watchers.sources.goszakup.captured import captured_from, unwrapped
from watchers.sources.goszakup.mapping import link_of
from watchers.sources.goszakup.privacy import for_people
from watchers.sources.goszakup.reading import Unreadable, loaded
from watchers.sources.goszakup.settings import LINK_BASE

__all__ = ["Tally", "check_captured"]

_CHUNK = 16
_NOTES_SHOWN = 20
_ENCODER = msgspec.json.Encoder(enc_hook=str)


class Tally(msgspec.Struct):
    """What was read and found."""

    files: int = 0
    judged: int = 0
    bad: int = 0
    flagged: int = 0
    notes: int = 0
    fired: Counter[str] = msgspec.field(default_factory=Counter)
    cut_off: bool = False  # who reads our output went away

    @property
    def exit_code(self) -> int:
        """0, or 1 when nothing could be read."""
        return 0 if self.judged or self.cut_off else 1


class _Judged(msgspec.Struct):
    """What came of one capture: lines to print, what to say of it, codes that fired; `bad` where it is unusable."""

    lines: bytes = b""
    judged: int = 0
    flagged: int = 0
    fired: Counter[str] = msgspec.field(default_factory=Counter)
    notes: list[str] = msgspec.field(default_factory=list)
    bad: str = ""


def check_captured(
    paths: Sequence[Path],
    *,
    output_format: OutputFormat = "jsonl",
    show_all: bool = False,
    out: BinaryIO,
    tell: Callable[[str], None],
    workers: int = 1,
    set_aside: Path | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Tally:
    """Judge every captured purchase in `paths` (files, folders, `-`) and write a line a finding to `out`.

    `tell` is given sentences for the operator: bad lines, values left out, the summary. Raises `PathMissing`, OSError
    where the set-aside file cannot be written, IndicatorSettingsError.
    """
    refuse_missing(paths)
    load_indicators(settings or {})  # a wrong setting is said before anything is read
    tally = Tally()
    with ExitStack() as stack:
        asides = stack.enter_context(set_aside.open("wb")) if set_aside else None
        if output_format == "csv":
            out.write(csv_line(("id", *CSV_HEADER)))
        answers = in_order(
            _tasks(paths, tally), partial(_make_judging, settings or {}, output_format, show_all), workers
        )
        stack.callback(answers.close)  # type: ignore[attr-defined]
        try:
            for captures, judged in answers:
                for capture, one in zip(captures, judged, strict=True):
                    _account(capture, one, tally, tell, asides)
                    out.write(one.lines)
            out.flush()
        except BrokenPipeError:
            tally.cut_off = True
    for line in _summary(tally):
        tell(line)
    return tally


def _tasks(paths: Sequence[Path], tally: Tally) -> Iterator[tuple[list[Capture], list[Capture]]]:
    chunk: list[Capture] = []
    for path in expand(paths):
        tally.files += 1
        for capture in captures_in(path):
            chunk.append(capture)
            if len(chunk) == _CHUNK:
                yield chunk, chunk
                chunk = []
    if chunk:
        yield chunk, chunk


def _make_judging(settings: Mapping[str, Mapping[str, Any]], output_format: OutputFormat, show_all: bool) -> Any:
    return _Judging(settings, output_format, show_all=show_all).chunk


class _Judging:
    """Judges captures as the live watcher does."""

    def __init__(
        self, settings: Mapping[str, Mapping[str, Any]], output_format: OutputFormat, *, show_all: bool
    ) -> None:
        self._indicators = load_indicators(settings)
        self._rules = load_rules()
        self._writer = LineWriter(output_format)
        self._csv = output_format == "csv"
        self._show_all = show_all

    def chunk(self, captures: list[Capture]) -> list[_Judged]:
        return [self._one(capture) for capture in captures]

    def _one(self, capture: Capture) -> _Judged:
        if capture.trouble:
            return _Judged(bad=capture.trouble)
        judged = _Judged()
        try:
            for value in unwrapped(loaded(capture.raw)):
                self._purchase(value, judged)
        except Unreadable as error:
            judged.bad = str(error)
        return judged

    def _purchase(self, value: Mapping[str, Any], judged: _Judged) -> None:
        captured = captured_from(value)
        history = None if captured.earlier is None else self._history(captured.release, captured.earlier)
        context = Context(rules=self._rules, history=history, seen_at=captured.now)
        findings = judge_release(captured.release, context, self._indicators)
        fired = [finding for finding in findings if finding.status is Status.FIRED]
        judged.judged += 1
        judged.flagged += bool(fired)
        judged.fired.update(finding.indicator for finding in fired)
        judged.notes += captured.notes
        for finding in findings if self._show_all else fired:
            judged.lines += self._named(captured.id, self._writer.line(finding))

    def _history(self, release: Release, earlier: Iterable[Release]) -> History | None:
        """What the captured history says, with the links that the live watcher has by default."""
        return history_of(release, earlier, self._rules, lambda one: link_of(one, LINK_BASE))

    def _named(self, name: object, line: bytes) -> bytes:
        """The line of a finding with the id of its capture in front."""
        if self._csv:
            return csv_line((name,)).rstrip(b"\r\n") + b"," + line
        return b'{"id":' + _ENCODER.encode(name) + b"," + line[1:]


def _account(
    capture: Capture, one: _Judged, tally: Tally, tell: Callable[[str], None], asides: BinaryIO | None
) -> None:
    tally.judged += one.judged
    tally.flagged += one.flagged
    tally.fired.update(one.fired)
    for note in one.notes:
        tally.notes += 1
        if tally.notes <= _NOTES_SHOWN:
            tell(f"check: {capture.place}: {note}")
    if one.bad:
        tally.bad += 1
        tell(f"check: {capture.place}: {one.bad}; mend it, the others go on")
        if asides is not None:
            raw = for_people(capture.raw).decode("utf-8", "replace")
            asides.write(_ENCODER.encode({"reason": one.bad, "place": capture.place, "raw": raw}) + b"\n")


def _summary(tally: Tally) -> list[str]:
    counts = (
        f"check: {tally.judged} purchases judged from {tally.files} files, {tally.bad} lines could not be used,"
        f" {tally.notes} values left out, {tally.flagged} purchases flagged"
    )
    lines = [counts]
    lines += [f"  {code}: {count}" for code, count in sorted(tally.fired.items())]
    if tally.flagged:
        lines.append("A flag is a reason to look, not proof of wrongdoing.")
    if not tally.judged and not tally.cut_off:
        lines.append('check: nothing could be read; give captured records, {"id", "now", "records": {"TrdBuy": ...}}')
    return lines
