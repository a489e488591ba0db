"""A chunk of processes in, lines of findings out: what each worker of `baqylau check` does."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from bot.check_texts import LANGUAGES, Texts
from watchers.indicators.base import Context, Finding, Indicator, Norm, Status, Subject
from watchers.indicators.registry import judge_release
from watchers.readers import BadRecord, compile_releases, decode_release
from watchers.rules import load_rules

__all__ = ["CSV_HEADER", "Chunk", "Judged", "Judging", "LineWriter", "OutputFormat", "csv_line"]

OutputFormat = Literal["jsonl", "csv"]
Chunk = list[tuple[bytes, ...]]  # the releases of each process: one, or several to merge

_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
CSV_HEADER = (
    "ocid", "indicator", "version", "status", "subject_role", "subject_id", "tier", "weight", "value", "threshold",
    "unit", "facts", "norm_act", "norm_clause", "text_en", "text_ru", "text_kk", "reason",
)  # fmt: skip
# A cell that begins like this is run as a formula by spreadsheets; a plain number is not.
_FORMULA = re.compile(r"[\s\0]*[=+\-@|%＝＋－＠]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class Judged(msgspec.Struct):
    """What came of a chunk: the lines to print, the counts, and which processes could not be read and why."""

    lines: bytes
    flagged: int
    fired: Counter[str]
    bad: list[tuple[int, str]]


class Line(msgspec.Struct):
    """One printed finding; the order of the fields is the order printed."""

    ocid: str
    indicator: str
    version: int
    status: Status
    subject: Subject
    tier: str
    weight: int
    value: Any
    threshold: Any
    unit: str
    facts: dict[str, Any]
    norm: Norm | None
    text: dict[str, str]
    reason: str | msgspec.UnsetType = msgspec.UNSET


class LineWriter:
    """Writes findings as lines of one format, their sentences in three languages."""

    def __init__(self, output_format: OutputFormat) -> None:
        self._line = self._csv if output_format == "csv" else self._json
        self._texts = Texts()

    def line(self, finding: Finding) -> bytes:
        """The finding as one line of UTF-8, with its line end."""
        return self._line(finding)

    def _json(self, finding: Finding) -> bytes:
        line = Line(
            finding.ocid, finding.indicator, finding.version, finding.status, finding.subject, finding.tier,
            finding.weight, finding.value, finding.threshold, finding.unit, finding.facts, finding.norm,
            self._texts.of(finding), finding.reason or msgspec.UNSET,
        )  # fmt: skip
        return _ENCODER.encode(line) + b"\n"

    def _csv(self, finding: Finding) -> bytes:
        norm, texts = finding.norm, self._texts.of(finding)
        cells = (
            finding.ocid, finding.indicator, finding.version, finding.status, finding.subject.role,
            finding.subject.id, finding.tier, finding.weight, finding.value, finding.threshold, finding.unit,
            _ENCODER.encode(finding.facts).decode() if finding.facts else "",
            norm.act if norm else "", norm.clause if norm else "",
            *(texts[language] for language in LANGUAGES), finding.reason,
        )  # fmt: skip
        return csv_line(cells)


def csv_line(cells: Sequence[object]) -> bytes:
    """Cells as one line of CSV (RFC 4180), none of which a spreadsheet takes for a formula."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(["" if cell is None else _harmless(str(cell)) for cell in cells])
    return buffer.getvalue().encode("utf-8", "replace")


def _harmless(text: str) -> str:
    if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text.replace("\0", "")


class Judging:
    """Reads, merges and judges processes, one chunk after another."""

    def __init__(self, indicators: Sequence[Indicator], output_format: OutputFormat, *, show_all: bool) -> None:
        self._indicators = indicators
        self._context = Context(rules=load_rules())
        self._writer = LineWriter(output_format)
        self._show_all = show_all

    def chunk(self, chunk: Chunk) -> Judged:
        """Judge each process; one that cannot be read is named in `bad` by its place in the chunk."""
        judged = Judged(b"", 0, Counter(), [])
        lines: list[bytes] = []
        for place, releases in enumerate(chunk):
            try:
                release = decode_release(releases[0] if len(releases) == 1 else compile_releases(releases))
            except BadRecord as error:
                judged.bad.append((place, error.reason))
                continue
            findings = judge_release(release, self._context, self._indicators)
            fired = [finding for finding in findings if finding.status is Status.FIRED]
            judged.flagged += bool(fired)
            judged.fired.update(finding.indicator for finding in fired)
            lines += map(self._writer.line, findings if self._show_all else fired)
        judged.lines = b"".join(lines)
        return judged
