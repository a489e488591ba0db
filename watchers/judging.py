"""Judges a batch before it is stored: each release with its history; one that breaks the judge is set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from watchers.encoding import Judged
from watchers.history import History
from watchers.history.histories import Histories, Past
from watchers.history.rows import Rows
from watchers.indicators.base import Finding
from watchers.ocds import Release
from watchers.sources.base import Batch, Record, Rejected
from watchers.store import StoreError

__all__ = ["Judge", "Judging"]

_log = structlog.get_logger(__name__)


class Judge(Protocol):
    """Answers about one release; `history` is given where it was read. Must not raise for bad data."""

    def __call__(self, release: Release, /, history: History | None = None) -> Sequence[Finding]:
        """The findings, one an indicator."""
        ...


class Judging:
    """A judge, with the histories of what it judges; without `histories` every release is judged by itself."""

    def __init__(self, judge: Judge, histories: Histories | None = None) -> None:
        self._judge = judge
        self._histories = histories

    async def batch(self, source: str, batch: Batch) -> tuple[list[Judged], list[Rejected]]:
        """Every record with its findings, in order, and those the judge broke on.

        Raises StoreError where history cannot be read.
        """
        past: Sequence[Past | None] = [None] * len(batch.records)
        if self._histories is not None and batch.records:
            releases = [record.release for record in batch.records]
            try:
                past = await self._histories.of(releases, [record.link for record in batch.records])
            except (SQLAlchemyError, OSError) as error:
                raise StoreError(
                    f"store: what earlier purchases say of {len(releases)} records of {source} could not be read "
                    f"({type(error).__name__}): mend the database; the batch is read again from the same cursor"
                ) from error
        return await asyncio.to_thread(self._all, source, batch.records, past)

    def _all(
        self, source: str, records: Sequence[Record], past: Sequence[Past | None]
    ) -> tuple[list[Judged], list[Rejected]]:
        judged: list[Judged] = []
        broken: list[Rejected] = []
        for record, known in zip(records, past, strict=True):
            try:
                judged.append(Judged(record, self._findings(record.release, known), _rows(known)))
            except Exception as error:  # noqa: BLE001 - one record nobody foresaw must not stop a publisher
                _log.error("record not judged", source=source, url=record.url, exc_info=error)
                reason = f"it could not be judged ({type(error).__name__}: {error})"
                broken.append(Rejected(reason, record.raw, record.url))
        return judged, broken

    def _findings(self, release: Release, past: Past | None) -> Sequence[Finding]:
        return self._judge(release) if past is None else self._judge(release, past.history)


def _rows(past: Past | None) -> Rows | None:
    return None if past is None else past.rows
