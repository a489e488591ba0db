"""R057: the same firms meet again and again, and they win in turn.

The bidders of this purchase in the 24 months before, for things of the same division (two digits of the code): at least
`meetings` in which two or more of them bid and one of them won. They take turns if nobody dominates (sum of the squared
shares of wins below `hhi`), the winner changes in at least `changing_percent` of the steps from one purchase to the
next, and each one's share of wins in the earlier half differs from that in the later by `drift` points at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import msgspec

from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.contest import HUNDRED
from watchers.indicators.meetings import decided_bids, meetings
from watchers.ocds import Release

_DIVISION = 2


class WinnersTakeTurns(Indicator):
    """Fires when a closed circle of bidders divides its wins evenly and in order."""

    code = "R057"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 3
    family = Family.COMPETITION
    needs = ("bids.details.tenderers.id", "bids.details.relatedLots", "awards.suppliers.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`meetings`; `hhi`, below it; `changing_percent`, at least; `drift`, in points of a share, at most."""

        meetings: int = 6
        hhi: Decimal = Decimal("0.45")
        changing_percent: Decimal = Decimal(80)
        drift: Decimal = Decimal(15)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        nothing = decided_bids(release)
        if nothing is not None:
            return nothing
        if context.history is None:
            return NotComputable("no history at hand")
        own = context.history.own.bids
        circle = {row.bidder for row in own if row.bidder and row.competitive}
        if len(circle) < 3:
            return NotApplicable("fewer than three bidders")
        divisions = {_division(row.code) for row in own} - {""}
        if not divisions:
            return NotComputable("tender.items.classification.id is missing")
        met = [one for one in meetings(context.history, circle) if one.winner and _division(one.code) in divisions]
        winners = [one.winner for one in met]
        if len(winners) < self.settings.meetings or not self._in_turn(winners):
            return Clear()
        facts = {
            "winners": len(set(winners)), "changes": _changes(winners),
            "hhi": str(_hhi(winners).quantize(Decimal("0.01"))),
        }  # fmt: skip
        return Fired(value=len(winners), threshold=self.settings.meetings, unit="times", facts=facts)

    def _in_turn(self, winners: Sequence[str]) -> bool:
        half = len(winners) // 2
        early, late = _shares(winners[:half]), _shares(winners[half:])
        nothing = Decimal(0)
        drifts = [abs(early.get(one, nothing) - late.get(one, nothing)) for one in set(winners)]
        changing = _changes(winners) * HUNDRED >= self.settings.changing_percent * (len(winners) - 1)
        return bool(_hhi(winners) < self.settings.hhi and changing and max(drifts) <= self.settings.drift)


def _division(code: str) -> str:
    return code.rpartition(":")[2][:_DIVISION]


def _shares(winners: Sequence[str]) -> dict[str, Decimal]:
    """Each winner's share, in percent."""
    return {one: Decimal(count) / len(winners) * HUNDRED for one, count in Counter(winners).items()}


def _hhi(winners: Sequence[str]) -> Decimal:
    return sum(((share / HUNDRED) ** 2 for share in _shares(winners).values()), Decimal(0))


def _changes(winners: Sequence[str]) -> int:
    return sum(before != after for before, after in pairwise(winners))
