"""The release itself, which holds all sections, and what it follows from."""

from __future__ import annotations

from datetime import datetime

from watchers.ocds.awards import Award, Bids
from watchers.ocds.contracts import Contract
from watchers.ocds.parties import Organization
from watchers.ocds.parts import Identified, Struct, Value
from watchers.ocds.scalars import moment
from watchers.ocds.tender import Tender

__all__ = [
    "Budget",
    "Planning",
    "RelatedProcess",
    "Release",
]


class RelatedProcess(Identified, frozen=True):
    """Another process this one follows from or belongs to."""

    relationship: tuple[str, ...] = ()
    scheme: str | None = None
    identifier: str | int | None = None


class Budget(Identified, frozen=True):
    """Planned money."""

    description: str | None = None
    amount: Value | None = None


class Planning(Struct, frozen=True):
    """What was planned before the call."""

    rationale: str | None = None
    budget: Budget | None = None


class Release(Struct, frozen=True):
    """One process (compiled) or one step of it. `tag` and `date` follow OCDS; `ocid` is always there once read."""

    ocid: str = ""
    id: str | int | None = None
    date: str | None = None
    tag: tuple[str, ...] | str = ()
    language: str | None = None
    initiation_type: str | None = None
    title: str | None = None
    description: str | None = None
    buyer: Organization | None = None
    parties: tuple[Organization, ...] = ()
    planning: Planning | None = None
    tender: Tender | None = None
    bids: Bids | None = None
    awards: tuple[Award, ...] = ()
    contracts: tuple[Contract, ...] = ()
    related_processes: tuple[RelatedProcess, ...] = ()

    @property
    def released(self) -> datetime | None:
        """When this release was made, zone-aware."""
        return moment(self.date)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags as a tuple, whatever the publisher sent."""
        return (self.tag,) if isinstance(self.tag, str) else self.tag
