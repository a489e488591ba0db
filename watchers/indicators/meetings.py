"""Where the bidders of one purchase met before: from the bids that history keeps of each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import combinations

import msgspec

from watchers.history import History, PastBid
from watchers.history.rows import Rows
from watchers.indicators.base import NotApplicable, NotComputable
from watchers.indicators.bidding import outcome, submitted
from watchers.indicators.procedure import excluded
from watchers.ocds import Release

__all__ = ["Meeting", "decided_bids", "losers", "meetings", "pairs"]


class Meeting(msgspec.Struct, frozen=True):
    """A purchase in which at least two of those asked about bid for one lot, and which of them won it ('' if none)."""

    ocid: str
    decided_at: datetime
    bidders: frozenset[str]
    winner: str
    code: str
    region: str


def decided_bids(release: Release) -> NotApplicable | NotComputable | None:
    """Why it cannot be told who won and who lost; None if it can."""
    dead = excluded(release)
    if dead is not None:
        return dead
    if submitted(release) is None:
        return NotComputable("bids.details is missing")
    decided = outcome(release)
    if not decided.active:
        return NotApplicable("nothing is awarded")
    return NotComputable("awards.status: one is still pending") if decided.pending else None


def losers(own: Rows) -> frozenset[str]:
    """Who bid and won nothing, of those known by a number."""
    bid = {row.bidder for row in own.bids if row.bidder and row.competitive}
    return frozenset(bid - {row.bidder for row in own.bids if row.won})


def pairs(own: Rows) -> list[tuple[str, str]]:
    """Those who bid against each other for a lot, two and two."""
    lots: dict[str, set[str]] = {}
    for row in own.bids:
        if row.bidder and row.competitive:
            lots.setdefault(row.lot, set()).add(row.bidder)
    return sorted({pair for bidders in lots.values() for pair in combinations(sorted(bidders), 2)})


def meetings(history: History, bidders: Iterable[str]) -> list[Meeting]:
    """The purchases in which they met, this one among them, oldest first; one a purchase, whatever its lots."""
    asked = sorted(set(bidders))
    rows = [row for bidder in asked for row in (*history.bids(bidder), *_own(history, bidder)) if row.competitive]
    lots: dict[tuple[str, str], list[PastBid]] = {}
    for row in rows:
        lots.setdefault((row.ocid, row.lot), []).append(row)
    purchases: dict[str, list[list[PastBid]]] = {}
    for (ocid, _), met in lots.items():
        if len({row.bidder for row in met}) > 1:
            purchases.setdefault(ocid, []).append(met)
    found = [_meeting(ocid, met) for ocid, met in purchases.items()]
    return sorted(found, key=lambda one: (one.decided_at, one.ocid))


def _own(history: History, bidder: str) -> list[PastBid]:
    return [row for row in history.own.bids if row.bidder == bidder]


def _meeting(ocid: str, lots: list[list[PastBid]]) -> Meeting:
    """The winner of a purchase of several lots is who won most of them."""
    rows = [row for lot in lots for row in lot]
    wins = Counter(row.bidder for row in rows if row.won)
    return Meeting(
        ocid=ocid,
        decided_at=min(row.decided_at for row in rows),
        bidders=frozenset(row.bidder for row in rows),
        winner=min(wins, key=lambda bidder: (-wins[bidder], bidder)) if wins else "",
        code=rows[0].code,
        region=rows[0].region,
    )
