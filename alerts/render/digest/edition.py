"""What one digest is made of, before any words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

import msgspec

from alerts.changes import Changes
from alerts.mail.run import HEAVY
from alerts.public_pages import PublicPages
from alerts.render.card import TenderCard

__all__ = ["Doubt", "Edition", "Entry", "Links", "Week", "heaviness"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase to tell of. `filters`: names of those that matched, the first decides where it stands. `followed`: no
    filter matched, it is followed in chat. `query`: of the index by the first filter.

    `changes`: for one that was told of before. `again`: an earlier digest named it and may not have arrived.
    """

    card: TenderCard
    filters: tuple[str, ...] = ()
    followed: bool = False
    query: str = ""
    changes: Changes | None = None
    raised: bool = False  # told of before, a flag was raised since
    again: bool = False


class Doubt(msgspec.Struct, frozen=True):
    """A chat message whose arrival is not known."""

    card: TenderCard
    at: datetime


class Week(msgspec.Struct, frozen=True):
    """How many flagged purchases each run told of, oldest first, and how many of them were serious."""

    days: tuple[tuple[date, int, int], ...] = ()

    def between(self, first: date, last: date) -> int | None:
        """Flagged ones of these days, both included; None where no run is known that early."""
        if not self.days or self.days[0][0] > first:
            return None
        return sum(flagged for day, flagged, _ in self.days if first <= day <= last)


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """Where a digest leads; '' for what there is not. `public`: our pages."""

    manage: str = ""
    leave: str = ""
    public: PublicPages = PublicPages()


class Edition(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One digest of one address. `now`: the moment it speaks of; moments are UTC, words are in `zone`."""

    language: str
    zone: str
    now: datetime
    run_date: date
    weekly: bool
    range_from: datetime
    entries: tuple[Entry, ...] = ()
    missed: tuple[date, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    week: Week = Week()
    links: Links = Links()

    @cached_property
    def news(self) -> list[Entry]:
        """Purchases that are new, or have a new flag, and were in no digest before, the heaviest first."""
        found = [one for one in self.entries if one.changes is None and not one.again]
        return sorted(found, key=heaviness)

    @cached_property
    def again(self) -> list[Entry]:
        """What an earlier digest named that may not have arrived."""
        return sorted((one for one in self.entries if one.again), key=heaviness)

    @cached_property
    def changed(self) -> list[Entry]:
        """What changed in purchases told of before."""
        return sorted((one for one in self.entries if one.changes is not None and not one.again), key=heaviness)

    @cached_property
    def flagged(self) -> int:
        """How many of the news carry a flag."""
        return sum(bool(one.card.flags) for one in self.news)

    @cached_property
    def serious(self) -> int:
        """How many of the news carry a heavy one."""
        return sum(weight(one) >= HEAVY for one in self.news)

    def weeks(self) -> tuple[int | None, int | None]:
        """Flagged ones of the seven days up to this run, and of the seven before; None where not known."""
        last = self.run_date
        this = self.week.between(last - timedelta(days=6), last)
        return this, self.week.between(last - timedelta(days=13), last - timedelta(days=7))


def weight(entry: Entry) -> int:
    """Of the heaviest flag."""
    return max((finding.weight for finding in entry.card.flags), default=0)


def heaviness(entry: Entry) -> tuple[int, int, int]:
    """Sorts the heaviest first, then by number of flags, then the newest."""
    return -weight(entry), -len(entry.card.flags), -entry.card.snapshot_id


def heading_of(entry: Entry) -> tuple[str, bool]:
    """The filter that an entry stands under, '' for none, and whether it stands there because it is followed."""
    return (entry.filters[0], False) if entry.filters else ("", entry.followed)


def names_of(entries: Sequence[Entry]) -> list[tuple[str, bool]]:
    """What entries stand under, in the order of their heaviest."""
    return list(dict.fromkeys(map(heading_of, entries)))
