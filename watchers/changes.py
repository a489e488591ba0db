"""What happened between two snapshots of one process, as events people can be told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from watchers.indicators.base import Finding, Status
from watchers.ocds import Release
from watchers.summary import Summary, summarise

__all__ = ["Change", "Kind", "View", "changes_between", "view_of"]

_CANCELLED = {"cancelled", "withdrawn"}
_LONGEST_TEXT = 300
"""Characters of a title in an event's detail; the whole one is in the snapshot."""


class Kind(StrEnum):
    """What can happen to a process."""

    PUBLISHED = "published"
    CHANGED = "changed"
    FLAG_RAISED = "flag_raised"
    FLAG_WITHDRAWN = "flag_withdrawn"
    AWARDED = "awarded"
    CANCELLED = "cancelled"
    RETOLD = "retold"


class Change(msgspec.Struct, frozen=True):
    """One event. `detail` by kind: `published` {}; `changed` {deadline | sum | currency | status | title | method |
    paused: {from, to}}; `flag_raised`, `flag_withdrawn` {codes: [...]}; `awarded` {awards: count}; `cancelled`
    {status}; `retold` (another source tells of it now, and knows other things) {codes: [... of flags new with it]}.
    """

    kind: Kind
    detail: dict[str, Any]


class View(msgspec.Struct, frozen=True):
    """What a snapshot says, as far as a change of it can be told."""

    summary: Summary
    awards: int  # decisions for a supplier; a contract without one counts too
    contracts: int
    fired: frozenset[str]  # codes of indicators
    unknown: frozenset[str]  # codes of those that could not be computed


def view_of(release: Release, findings: Sequence[Finding], summary: Summary | None = None) -> View:
    """Look at one release and what was found in it."""
    active = sum(1 for award in release.awards if award.suppliers and (award.status or "active") == "active")
    return View(
        summary=summary or summarise(release),
        awards=active or len(release.contracts),
        contracts=len(release.contracts),
        fired=frozenset(finding.indicator for finding in findings if finding.status is Status.FIRED),
        unknown=frozenset(finding.indicator for finding in findings if finding.status is Status.NOT_COMPUTABLE),
    )


def _differences(old: Summary, new: Summary) -> Iterator[tuple[str, Any, Any]]:
    pairs = (
        ("deadline", old.closes_at, new.closes_at),
        ("sum", old.amount, new.amount),
        ("currency", old.currency, new.currency),
        ("status", old.status, new.status),
        ("title", old.title[:_LONGEST_TEXT], new.title[:_LONGEST_TEXT]),
        ("method", old.method, new.method),
        ("paused", old.paused, new.paused),
    )
    return (pair for pair in pairs if pair[1] != pair[2])


def _cancelled(summary: Summary) -> bool:
    return summary.status.casefold() in _CANCELLED


def changes_between(old: View | None, new: View, *, retold: bool = False) -> list[Change]:
    """Every event that leads from `old` (None: never seen) to `new`, at most one of a kind.

    A flag whose indicator can no longer be computed is not withdrawn: nobody showed that it does not stand. `retold`:
    the two are different sources' words for one process, so that other words, sums or flags are no change of it; what
    people who were told must know is told all the same: an award, a cancellation, a flag that does not stand.
    """
    if old is None:
        return [Change(Kind.PUBLISHED, {})]
    found: list[Change] = []
    different = {name: {"from": before, "to": after} for name, before, after in _differences(old.summary, new.summary)}
    if new.awards and not old.awards:
        different.pop("status", None)  # told by the event itself
        found.append(Change(Kind.AWARDED, {"awards": new.awards}))
    if _cancelled(new.summary) and not _cancelled(old.summary):
        different.pop("status", None)
        found.append(Change(Kind.CANCELLED, {"status": new.summary.status}))
    raised = sorted(new.fired - old.fired)
    if retold:
        found.append(Change(Kind.RETOLD, {"codes": raised}))
    else:
        found += [Change(Kind.CHANGED, different)] if different else []
        found += [Change(Kind.FLAG_RAISED, {"codes": raised})] if raised else []
    if withdrawn := old.fired - new.fired - new.unknown:
        found.append(Change(Kind.FLAG_WITHDRAWN, {"codes": sorted(withdrawn)}))
    return found
