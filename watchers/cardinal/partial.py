"""What a stretch of processes adds up to."""

from __future__ import annotations

import msgspec

__all__ = ["Count", "Difference", "Kinds", "Partial", "count"]


class Difference(msgspec.Struct, frozen=True):
    """How much dearer the second-lowest valid bid is than the winning one (a share of the latter); both tenderers."""

    ratio: float
    winner: str
    second: str


class Kinds(msgspec.Struct):
    """A supplier's awards: in how many processes, of which kinds of item."""

    processes: int = 0
    kinds: set[str] = msgspec.field(default_factory=set)


Count = list[int]  # [so many, of so many]


class Partial(msgspec.Struct):
    """What a stretch of processes adds up to. `maps` are Cardinal's, by their names there, lists without repeats."""

    read: int = 0
    processes: dict[str, dict[str, float]] = {}
    tenderers: dict[str, dict[str, float]] = {}
    differences: dict[str, dict[str, Difference]] = {}  # by currency, then ocid
    lowest_rejected: dict[str, list[str]] = {}  # R036: ocids by currency
    first_currency: str | None = None
    wins: dict[str, Count] = {}
    rejected_by_buyer: dict[str, Count] = {}
    rejected_by_entity: dict[str, Count] = {}
    rejected_of_tenderer: dict[str, Count] = {}
    supplied: dict[str, Kinds] = {}
    maps: dict[str, dict[str, list[str]]] = {}

    def flag(self, ocid: str, code: str, value: float) -> None:
        """A result about a process."""
        self.processes.setdefault(ocid, {})[code] = value

    def map(self, name: str, ocid: str, identifier: str) -> None:
        """Note that an organisation has to do with a process."""
        known = self.maps.setdefault(name, {}).setdefault(ocid, [])
        if identifier not in known:
            known.append(identifier)

    def add(self, other: Partial) -> None:
        """Take in the stretch that comes after this one."""
        self.read += other.read
        self.first_currency = self.first_currency or other.first_currency
        self.processes.update(other.processes)
        for name in ("tenderers", "differences", "maps"):
            mine = getattr(self, name)
            for key, values in getattr(other, name).items():
                mine.setdefault(key, {}).update(values)
        for currency, ocids in other.lowest_rejected.items():
            self.lowest_rejected.setdefault(currency, []).extend(ocids)
        for name in ("wins", "rejected_by_buyer", "rejected_by_entity", "rejected_of_tenderer"):
            _sum(getattr(self, name), getattr(other, name))
        for supplier, added in other.supplied.items():
            known = self.supplied.setdefault(supplier, Kinds())
            known.processes += added.processes
            known.kinds |= added.kinds


def _sum(mine: dict[str, Count], other: dict[str, Count]) -> None:
    for key, (some, of) in other.items():
        known = mine.setdefault(key, [0, 0])
        known[0] += some
        known[1] += of


def count(counts: dict[str, Count], key: str, some: int, of: int) -> None:
    """Add so many of so many under a key."""
    known = counts.setdefault(key, [0, 0])
    known[0] += some
    known[1] += of
