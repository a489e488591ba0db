"""What was published when, and every change after: the truth to compare with what a watcher stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple


class Entry(NamedTuple):
    """One thing that became visible. `at` is seconds since 1970; `value` says what is new, as a status number."""

    at: int
    kind: str
    id: int
    change: str
    value: int


class Ledger:
    """Entries in the order they happened, and the defects put into each announcement."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.defects: dict[int, frozenset[str]] = {}
        """Announcement id -> the names of the defects in it (`defects.py`); absent where there is none."""

    def write(self, at: int, kind: str, number: int, change: str, value: int = 0) -> None:
        """Note a change."""
        self.entries.append(Entry(at, kind, number, change, value))

    def of(self, kind: str, change: str = "") -> Iterator[Entry]:
        """Return the entries of a kind ("TrdBuy", "Contract" ...), or only those of one change."""
        return (entry for entry in self.entries if entry.kind == kind and change in {"", entry.change})

    def published(self, kind: str = "TrdBuy") -> dict[int, int]:
        """Return id -> moment of publication."""
        return {entry.id: entry.at for entry in self.of(kind, "published")}

    def late(self) -> set[int]:
        """Return the announcements published when one with a higher id was already visible."""
        highest, out = 0, set()
        for entry in self.of("TrdBuy", "published"):
            if entry.id < highest:
                out.add(entry.id)
            highest = max(highest, entry.id)
        return out

    def counts(self) -> Counter[str]:
        """Return how often each change happened, as "TrdBuy.published"."""
        return Counter(f"{entry.kind}.{entry.change}" for entry in self.entries)

    def carrying(self, defect: str) -> set[int]:
        """Return the announcements that carry a defect, whether it came to light or not."""
        return {number for number, names in self.defects.items() if defect in names}

    def shown(self, defect: str) -> set[int]:
        """Return the announcements in which a defect is visible by now."""
        return {entry.id for entry in self.of("TrdBuy", f"defect:{defect}")}
