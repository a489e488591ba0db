"""What a source is: batches of OCDS releases with an opaque cursor, read from one publisher.

A new kind of source is one module or folder here with one class that says `kind = "..."` and has a strict `Settings`;
`open_source` finds it by scanning this package. A new publisher of a known kind is configuration only: docs/sources.md.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Protocol, cast, runtime_checkable

import msgspec

import watchers.sources
from watchers.ocds import Release

__all__ = [
    "Batch", "Clock", "Forgetful", "Memory", "Note", "Record", "Rejected", "Remembering", "Rewinding", "Source",
    "SourceError", "SourceSettings", "Step", "open_source", "settings_of", "source_kinds", "split_batches",
]  # fmt: skip

Clock = Callable[[], datetime]
_HOURS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)")

BATCH_SIZE = 200
"""Records in a batch at most: what a crash can cost to read again, and what one transaction holds."""


class Record(msgspec.Struct, frozen=True):
    """A release with the publisher's own bytes, the URL they came from, and the page a person can open."""

    release: Release
    raw: bytes
    url: str
    link: str


class Rejected(msgspec.Struct, frozen=True):
    """A record that could not be read: kept with the reason, never dropped."""

    reason: str
    raw: bytes
    url: str


class Note(msgspec.Struct, frozen=True):
    """Something a source wants to know again later, under a kind and a key of its own; `value` None forgets it.

    `due_at` (UTC): when the source wants to come back to it; None: only when it meets the key again.
    """

    kind: str
    key: str
    value: bytes | None
    due_at: datetime | None = None
    noted_at: datetime | None = None  # filled in by the memory


class Batch(msgspec.Struct, frozen=True):
    """What was read, and the cursor that is safe to store once all of it is stored (in the same transaction).

    `notes` are kept in that transaction too.
    """

    records: list[Record]
    rejected: list[Rejected]
    cursor: str
    notes: list[Note] = []


class SourceError(Exception):
    """A publisher could not be read. Raised by `Source.batches` and `open_source`, in one sentence.

    `permanent`: asking again will not help until someone changes the configuration. `retry_after`: seconds the
    publisher (or an open circuit) asks to wait. `partly`: the rest was read, and is to be read again as often as ever.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None, partly: bool = False
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.partly = partly


class Source(Protocol):
    """One publisher, watched."""

    name: str
    poll_seconds: float

    @property
    def rank(self) -> int:
        """How much this kind knows of a process: of several sources that tell of one, the highest is believed."""
        ...

    def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Read on from `cursor` (None: from the configured start) until caught up. Raises SourceError."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Memory(Protocol):
    """The notes of one source, as they stand after the last batch that was stored."""

    async def recall(self, kind: str, keys: Collection[str]) -> dict[str, Note]:
        """The notes under these keys; a key without one is left out."""
        ...

    async def due(self, kind: str, until: datetime, limit: int) -> list[Note]:
        """Notes to come back to by then, the longest due first."""
        ...


class Forgetful:
    """A memory of nothing, for reading without a store."""

    async def recall(self, kind: str, keys: Collection[str]) -> dict[str, Note]:  # noqa: ARG002
        """Nothing."""
        return {}

    async def due(self, kind: str, until: datetime, limit: int) -> list[Note]:  # noqa: ARG002
        """Nothing."""
        return []


@runtime_checkable
class Remembering(Protocol):
    """A source that keeps notes beside its cursor; whoever reads it gives it a memory first."""

    def remember(self, memory: Memory) -> None:
        """Use this memory from now on."""
        ...


class Step(msgspec.Struct, frozen=True):
    """A piece of the past, and how much of the stretch that was asked for is read with it (0 to 1)."""

    batch: Batch
    share: float


@runtime_checkable
class Rewinding(Protocol):
    """A source whose past can be read: what was published between two moments."""

    def rewind(self, cursor: str | None, since: datetime, until: datetime) -> AsyncIterator[Step]:
        """Read on from `cursor` (None: from the beginning of the work) until all is read. Raises SourceError."""
        ...


class SourceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys every kind of source has. Unknown keys are refused."""

    kind: str
    enabled: bool = True
    poll_seconds: float = 300.0
    silence_hours: float = 0.0
    work_hours: str = "09:00-18:00"
    calendar: str = ""

    def __post_init__(self) -> None:
        """Refuse hours that are none. Raises ValueError."""
        if _HOURS.fullmatch(self.work_hours) is None or self.work_hours[:5] >= self.work_hours[6:]:
            raise ValueError(f"work_hours = {self.work_hours!r} is not like '09:00-18:00'")
        if self.calendar and len(self.calendar) != 2:
            raise ValueError(f"calendar = {self.calendar!r} is no country code: two letters, such as KZ")

    def __repr__(self) -> str:
        """Only the kind: settings can hold a token, and a repr ends in logs."""
        return f"<{type(self).__module__} settings, kind {self.kind}>"


class _SourceClass(Protocol):
    kind: ClassVar[str]
    rank: ClassVar[int]
    Settings: type[SourceSettings]

    def __call__(self, name: str, settings: SourceSettings, clock: Clock) -> Source: ...


@cache
def source_kinds() -> Mapping[str, _SourceClass]:
    """Every kind of source in this package, by the `kind` its class declares."""
    found: dict[str, _SourceClass] = {}
    for module in pkgutil.iter_modules(watchers.sources.__path__, f"{watchers.sources.__name__}."):
        for _, declared in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            kind = declared.__dict__.get("kind")
            if declared.__module__.startswith(module.name) and isinstance(kind, str):
                found[kind] = cast("_SourceClass", declared)
    return found


def open_source(name: str, settings: Mapping[str, Any], clock: Clock) -> Source:
    """Build the source that `[sources.NAME]` describes. Raises SourceError for settings that do not fit."""
    kinds = source_kinds()
    kind = str(settings.get("kind", ""))
    if kind not in kinds:
        raise SourceError(
            f"{name}: kind {kind!r} is not known: choose one of {', '.join(sorted(kinds))}", permanent=True
        )
    declared = kinds[kind]
    return declared(name, _checked(name, declared, settings), clock)


def settings_of(name: str, settings: Mapping[str, Any]) -> SourceSettings:
    """The keys every kind has, of a source that `open_source` took."""
    return _checked(name, source_kinds()[str(settings["kind"])], settings)


def _checked(name: str, declared: _SourceClass, settings: Mapping[str, Any]) -> SourceSettings:
    try:
        return msgspec.convert(dict(settings), type=declared.Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SourceError(f"{name}: sources.{name} does not fit: {error}", permanent=True) from None


def split_batches(
    records: list[Record], rejected: list[Rejected], *, before: str, after: str, size: int = BATCH_SIZE
) -> Iterator[Batch]:
    """Cut what one request brought into bounded batches: only the last one moves the cursor to `after`."""
    answers: list[Record | Rejected] = [*records, *rejected]
    for start in range(0, max(len(answers), 1), size):
        part = answers[start : start + size]
        yield Batch(
            [answer for answer in part if isinstance(answer, Record)],
            [answer for answer in part if isinstance(answer, Rejected)],
            after if start + size >= len(answers) else before,
        )
