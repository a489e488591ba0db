"""Releases that wait for others of their process, kept in a temporary SQLite file so that memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import blake2b
from types import TracebackType
from typing import Self

from watchers.readers.model import LARGEST, Found, SetAside

__all__ = ["Spill"]

_SCHEMA = """
CREATE TABLE compiled (mark INTEGER PRIMARY KEY);
CREATE TABLE waiting (
    place INTEGER PRIMARY KEY, process INTEGER NOT NULL, mark INTEGER NOT NULL UNIQUE,
    url TEXT NOT NULL, offset INTEGER NOT NULL, size INTEGER NOT NULL, raw BLOB NOT NULL
);
"""


class Spill:
    """Remembers which releases were seen, and groups those that wait by process. The file goes with the context."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)  # "" is a private file that SQLite removes itself
        self._base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        self._base.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def is_new(self, found: Found) -> bool:
        """Note a compiled release; False if the same one (ocid and release id) was noted before."""
        run = self._base.execute
        run("INSERT OR IGNORE INTO compiled VALUES (?)", (_mark(found.ocid),))
        return run("INSERT OR IGNORE INTO compiled VALUES (?)", (_mark_of(found),)).rowcount == 1

    def wait(self, found: Found) -> bool:
        """Keep a release until the end of the input; False if it replaces one of the same ocid and id, in its place."""
        row = (_mark(found.ocid), _mark_of(found), found.url, found.offset, len(found.raw), found.raw)
        added = self._base.execute(
            "INSERT OR IGNORE INTO waiting (process, mark, url, offset, size, raw) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        if added.rowcount == 1:
            return True
        self._base.execute(
            "UPDATE waiting SET url = ?, offset = ?, size = ?, raw = ? WHERE mark = ?", (*row[2:], row[1])
        )
        return False

    def processes(self) -> Iterator[list[Found] | SetAside]:
        """Give the waiting releases process by process, in the order in which processes first came.

        A process that also came compiled is left out: its compiled release has been given already.
        """
        run = self._base.execute
        run("CREATE INDEX by_process ON waiting (process, place)")
        groups = run(
            "SELECT process, min(place) AS first, count(*), sum(size) FROM waiting"
            " WHERE process NOT IN (SELECT mark FROM compiled) GROUP BY process ORDER BY first"
        )
        for process, _, count, size in groups:
            rows = run("SELECT raw, url, offset FROM waiting WHERE process = ? ORDER BY place", (process,))
            if size > LARGEST:
                raw, url, offset = rows.fetchone()
                rows.close()
                reason = f"too large to merge: {count} releases of one process, over {LARGEST // 2**20} MiB together"
                yield SetAside(reason, raw, url, offset)
                continue
            yield [Found(raw, url, offset, "", "", "", False) for raw, url, offset in rows]

    def left_out(self) -> int:
        """How many waiting releases belong to a process that also came compiled."""
        row = self._base.execute("SELECT count(*) FROM waiting WHERE process IN (SELECT mark FROM compiled)").fetchone()
        return int(row[0])


def _mark_of(found: Found) -> int:
    """A release's own mark: by its id, or by its content where it has none."""
    return _mark(found.ocid, found.id) if found.id else _mark(found.ocid, "", found.raw)


def _mark(*parts: str | bytes) -> int:
    digest = blake2b(digest_size=8)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return int.from_bytes(digest.digest(), "big", signed=True)
