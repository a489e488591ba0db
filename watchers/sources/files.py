"""OCDS files and folders as a source: whatever is put there is read once, and again when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import ClassVar

import msgspec
import structlog

from watchers.readers import Good, Read, read_files
from watchers.sources.base import BATCH_SIZE, Batch, Clock, Record, Rejected, SourceError, SourceSettings
from watchers.sources.ocds_feed.urls import fill, placeholders

__all__ = ["FilesSettings", "OcdsFiles"]

log = structlog.get_logger("watchers.sources")


class FilesSettings(SourceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the files are; docs/sources.md explains each key."""

    paths: tuple[str, ...]
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson", ".gz")
    settle_seconds: float = 2.0
    link: str = ""

    def __post_init__(self) -> None:
        """Refuse an empty list of paths and a link with unknown placeholders. Raises ValueError."""
        super().__post_init__()
        if not self.paths:
            raise ValueError("paths is empty: name a file or a folder")
        unknown = placeholders(self.link) - {"ocid", "id", "tender_id"}
        if unknown:
            raise ValueError(f"link has the unknown placeholder {{{min(unknown)}}}: known are id, ocid, tender_id")


class _Seen(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was when read: bytes, time of change in ns, and how many records of it were passed on."""

    size: int
    changed: int
    done: int = 0
    whole: bool = False


class OcdsFiles:
    """Files in any shape `watchers.readers` knows; the cursor says which were read, and how far."""

    kind: ClassVar[str] = "ocds_files"
    rank: ClassVar[int] = 0
    Settings: ClassVar[type[FilesSettings]] = FilesSettings

    def __init__(self, name: str, settings: FilesSettings, clock: Clock) -> None:
        self.name = name
        self.poll_seconds = settings.poll_seconds
        self._settings = settings
        self._clock = clock

    async def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Read what is new or changed, file by file in the order of their names. Raises SourceError."""
        seen = self._load(cursor)
        present = await asyncio.to_thread(self._present)
        for path, now in present.items():
            before = seen.get(path)
            resumed = before is not None and (before.size, before.changed) == (now.size, now.changed)
            if resumed and before is not None and before.whole:
                continue
            done = before.done if resumed and before is not None else 0
            reads = islice(read_files([Path(path)]), done, None)
            whole = False
            while not whole:
                part = await asyncio.to_thread(self._take, reads, path)
                whole = len(part) < BATCH_SIZE
                done += len(part)
                seen[path] = _Seen(now.size, now.changed, done, whole)
                yield self._batch(part, seen)
        if seen.keys() - present.keys():
            yield self._batch([], {path: seen[path] for path in present if path in seen})

    async def close(self) -> None:
        """Nothing is held open between polls."""

    def _load(self, cursor: str | None) -> dict[str, _Seen]:
        try:
            return msgspec.json.decode(cursor or "{}", type=dict[str, _Seen])
        except (msgspec.DecodeError, msgspec.ValidationError):
            log.warning("cursor_not_understood", source=self.name, consequence="every file is read again")
            return {}

    def _present(self) -> dict[str, _Seen]:
        """The files there now. One changed a moment ago may still be being written: it waits for the next poll."""
        still_written = (self._clock() - timedelta(seconds=self._settings.settle_seconds)).timestamp()
        found: dict[str, _Seen] = {}
        for path in self._listed():
            try:
                stat = path.stat()
            except OSError:  # gone since it was listed
                continue
            if stat.st_mtime <= still_written:
                found[str(path)] = _Seen(stat.st_size, stat.st_mtime_ns)
        return found

    def _listed(self) -> Iterator[Path]:
        for text in self._settings.paths:
            path = Path(text).expanduser()
            if path.is_dir():
                wanted = self._settings.suffixes
                yield from sorted(file for file in path.rglob("*") if file.suffix.lower() in wanted and file.is_file())
            elif path.is_file():
                yield path
            else:
                raise SourceError(f"{self.name}: {text} is neither a file nor a folder: mend sources.{self.name}.paths")

    def _take(self, reads: Iterator[Read], path: str) -> list[Read]:
        try:
            return list(islice(reads, BATCH_SIZE))
        except OSError as error:
            raise SourceError(f"{self.name}: {path} cannot be read: {error.strerror or error}") from None

    def _batch(self, reads: list[Read], seen: dict[str, _Seen]) -> Batch:
        good = [read for read in reads if isinstance(read, Good)]
        return Batch(
            [Record(read.release, read.raw, read.url, self._link(read)) for read in good],
            [Rejected(read.reason, read.raw, read.url) for read in reads if not isinstance(read, Good)],
            msgspec.json.encode(seen).decode(),
        )

    def _link(self, read: Good) -> str:
        release = read.release
        tender_id = release.tender.key if release.tender else ""
        names = {"ocid": release.ocid, "id": release.id, "tender_id": tender_id}
        return fill(self._settings.link, names) if self._settings.link else ""
