"""What the tests of sources share: settings that do not wait between tries, and reading to the end."""

from __future__ import annotations

from typing import Any

from watchers.sources.base import Batch, Source

HASTE: dict[str, Any] = {
    "requests_per_second": 1_000_000.0,
    "retry_wait_seconds": 0.0,
    "attempts": 3,
    "timeout_seconds": 30.0,
}


async def collect(source: Source, cursor: str | None = None) -> list[Batch]:
    return [batch async for batch in source.batches(cursor)]


def ocids(batches: list[Batch]) -> list[str]:
    return [record.release.ocid for batch in batches for record in batch.records]
