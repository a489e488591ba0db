"""Who the parties are: what the release knows of the organisations its bids and awards only refer to."""

from __future__ import annotations

from collections.abc import Iterable

from watchers.indicators.bidding import outcome
from watchers.indicators.memory import per_release
from watchers.ocds import Organization, Release

__all__ = ["parties_of", "winners"]


@per_release
def parties_of(release: Release) -> dict[str, Organization]:
    """The parties by their id; a reference in a bid or award stands for one that is not listed."""
    found = {party.key: party for party in release.parties if party.id is not None}
    for one in _referred(release):
        if one.id is not None:
            found.setdefault(one.key, one)
    return found


def _referred(release: Release) -> Iterable[Organization]:
    for bid in release.bids.details if release.bids else ():
        yield from bid.tenderers
    for award in release.awards:
        yield from award.suppliers


def winners(release: Release) -> list[Organization]:
    """The suppliers of the awards in force, each once."""
    known = parties_of(release)
    keys = {one.key: None for award in outcome(release).active for one in award.suppliers if one.id is not None}
    return [known[key] for key in keys]
