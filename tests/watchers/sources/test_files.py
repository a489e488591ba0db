from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.standins.ocds_feed import release
from tests.watchers.sources.polling import collect, ocids
from watchers.sources.base import Batch, SourceError

Open = Callable[..., Any]
DATE = "2026-11-01T00:00:00Z"


def put(path: Path, *numbers: int, when: datetime) -> None:
    """Write releases as JSON Lines, last changed an hour before `when`."""
    body = "\n".join(json.dumps(release(number, DATE)) for number in numbers).encode()
    path.write_bytes(gzip.compress(body) if path.suffix == ".gz" else body)
    os.utime(path, (when.timestamp() - 3600,) * 2)


def numbered(*numbers: int) -> list[str]:
    return [f"ocds-test00-{number:04}" for number in numbers]


async def test_a_folder_is_read_once_and_then_only_what_is_new_or_changed(
    tmp_path: Path, opened: Open, clock: Any
) -> None:
    put(tmp_path / "a.jsonl", 1, 2, when=clock())
    (tmp_path / "deep").mkdir()
    put(tmp_path / "deep" / "b.jsonl.gz", 3, when=clock())
    (tmp_path / "readme.txt").write_text("not data")
    source = opened(kind="ocds_files", paths=[str(tmp_path)], link="https://example.org/{ocid}")
    first = await collect(source)
    assert ocids(first) == numbered(1, 2, 3)
    assert first[0].records[0].link == "https://example.org/ocds-test00-0001"
    assert await collect(source, first[-1].cursor) == []
    put(tmp_path / "c.jsonl", 4, when=clock())
    put(tmp_path / "a.jsonl", 1, 2, 5, when=clock())
    second = await collect(source, first[-1].cursor)
    assert ocids(second) == numbered(1, 2, 5, 4)
    assert await collect(source, second[-1].cursor) == []


async def test_a_file_of_the_same_size_that_changed_is_read_again(tmp_path: Path, opened: Open, clock: Any) -> None:
    put(tmp_path / "a.jsonl", 1, when=clock())
    source = opened(kind="ocds_files", paths=[str(tmp_path / "a.jsonl")])
    first = await collect(source)
    clock.advance(hours=1)
    put(tmp_path / "a.jsonl", 2, when=clock())
    assert ocids(await collect(source, first[-1].cursor)) == numbered(2)


async def test_batches_are_bounded_and_a_crash_reads_at_most_one_again(
    tmp_path: Path, opened: Open, clock: Any
) -> None:
    put(tmp_path / "a.jsonl", *range(1, 451), when=clock())
    put(tmp_path / "b.jsonl", *range(451, 461), when=clock())
    source = opened(kind="ocds_files", paths=[str(tmp_path)])
    whole = await collect(source)
    assert [len(batch.records) for batch in whole] == [200, 200, 50, 10]
    for stop in range(1, len(whole)):
        stored: list[Batch] = whole[:stop]
        rest = await collect(source, stored[-1].cursor)
        assert ocids(stored) + ocids(rest) == numbered(*range(1, 461))


async def test_a_file_still_being_written_waits_for_the_next_poll(tmp_path: Path, opened: Open, clock: Any) -> None:
    put(tmp_path / "a.jsonl", 1, when=clock())
    os.utime(tmp_path / "a.jsonl", (clock().timestamp(),) * 2)
    source = opened(kind="ocds_files", paths=[str(tmp_path)])
    assert await collect(source) == []
    clock.advance(seconds=5)
    assert ocids(await collect(source)) == numbered(1)


async def test_what_cannot_be_read_is_set_aside_and_the_rest_goes_on(tmp_path: Path, opened: Open, clock: Any) -> None:
    put(tmp_path / "a.jsonl", 1, when=clock())
    for name, body in {"b.json": b"<html>", "c.json": b"", "d.jsonl.gz": b"\x1f\x8bcut"}.items():
        (tmp_path / name).write_bytes(body)
        os.utime(tmp_path / name, (clock().timestamp() - 60,) * 2)
    put(tmp_path / "e.jsonl", 2, when=clock())
    batches = await collect(opened(kind="ocds_files", paths=[str(tmp_path)]))
    assert ocids(batches) == numbered(1, 2)
    assert {Path(one.url).name for batch in batches for one in batch.rejected} >= {"b.json", "d.jsonl.gz"}


async def test_a_file_that_went_away_is_forgotten(tmp_path: Path, opened: Open, clock: Any) -> None:
    put(tmp_path / "a.jsonl", 1, when=clock())
    put(tmp_path / "b.jsonl", 2, when=clock())
    source = opened(kind="ocds_files", paths=[str(tmp_path)])
    first = await collect(source)
    (tmp_path / "a.jsonl").unlink()
    (last,) = await collect(source, first[-1].cursor)
    assert "a.jsonl" not in last.cursor
    assert await collect(source, last.cursor) == []


async def test_a_path_that_is_not_there_is_said_in_one_sentence(tmp_path: Path, opened: Open) -> None:
    with pytest.raises(SourceError, match=r"is neither a file nor a folder: mend sources\.test\.paths"):
        await collect(opened(kind="ocds_files", paths=[str(tmp_path / "nothing")]))
