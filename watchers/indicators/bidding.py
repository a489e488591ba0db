"""Bids and awards, lot by lot: what is compared with what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

import msgspec

from watchers.indicators.memory import per_release
from watchers.ocds import Award, Bid, Organization, Release, Value

__all__ = ["Outcome", "Scope", "lots", "outcome", "packages", "price_of", "submitted", "suppliers", "tenderers"]

_SUBMITTED = frozenset({"pending", "valid", "disqualified"})


class Outcome(msgspec.Struct, frozen=True):
    """What was decided: the awards in force, and whether one is still pending."""

    active: tuple[Award, ...]
    pending: bool


class Scope(msgspec.Struct, frozen=True):
    """The bids that compete for one thing, and what was decided. `lot` is '' where the publisher knows no lots."""

    lot: str
    bids: tuple[Bid, ...]
    outcome: Outcome


def _outcome(awards: Iterable[Award]) -> Outcome:
    active: list[Award] = []
    pending = False
    for award in awards:
        if award.status == "active":
            active.append(award)
        elif award.status == "pending":
            pending = True
    return Outcome(tuple(active), pending)


@per_release
def outcome(release: Release) -> Outcome:
    """What was decided over all lots."""
    return _outcome(release.awards)


@per_release
def submitted(release: Release) -> tuple[Bid, ...] | None:
    """The bids that were handed in and not taken back; None if the release has no bids block."""
    if release.bids is None:
        return None
    return tuple([bid for bid in release.bids.details if bid.status in _SUBMITTED])


@per_release
def lots(release: Release) -> list[Scope]:
    """One scope a lot: a bid for several lots is in each of them. For questions about who bid, not for how much."""
    return _scopes(release, lambda bid: _lots_of(bid) or ("",))


@per_release
def packages(release: Release) -> list[Scope]:
    """One scope a set of lots bid for under one price: only such prices can be compared."""
    known = lots(release)
    if [scope.lot for scope in known] == [""]:
        return known
    return _scopes(release, lambda bid: ("+".join(_lots_of(bid)),))


def _scopes(release: Release, names: Callable[[Bid], tuple[str, ...]]) -> list[Scope]:
    bids = submitted(release)
    if not bids:
        return []
    if not any(bid.related_lots for bid in bids):
        return [Scope("", bids, outcome(release))]
    groups: dict[str, list[Bid]] = {}
    for bid in bids:
        for name in names(bid):
            groups.setdefault(name, []).append(bid)
    by_key = {bid.key: bid for bid in release.bids.details} if release.bids else {}
    awarded = [
        (award, set(_lots_of(award) or _lots_of(by_key.get(str(award.related_bid))))) for award in release.awards
    ]
    return [
        Scope(name, tuple(own), _outcome(award for award, lots_won in awarded if lots_won & set(name.split("+"))))
        for name, own in groups.items()
    ]


def _lots_of(thing: Bid | Award | None) -> tuple[str, ...]:
    return tuple(sorted({str(lot) for lot in thing.related_lots})) if thing and thing.related_lots else ()


def _keys(organizations: Iterable[Organization]) -> frozenset[str]:
    return frozenset([str(organization.id) for organization in organizations if organization.id is not None])


def tenderers(bid: Bid) -> frozenset[str]:
    """The ids of those who hand in a bid together."""
    return _keys(bid.tenderers)


def suppliers(awards: Iterable[Award]) -> frozenset[str]:
    """The ids of everyone awarded."""
    return _keys([supplier for award in awards for supplier in award.suppliers])


def price_of(value: Value | None) -> tuple[Decimal, str] | None:
    """A price that can be compared: a positive amount with its currency. Zero is how publishers write "not given"."""
    if value is None:
        return None
    amount = value.amount
    return None if amount is None or amount <= 0 else (amount, value.currency or "")
