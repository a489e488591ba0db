"""R053: two firms bid against each other again and again, and it is always the same one that wins.

Purchases of the 24 months before and this one, in which both bid for one lot: at least `meetings`, of which the same
one of the two won at least `percent`. One count a purchase.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import msgspec

from watchers.history import History
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
    Subject,
    Tier,
)
from watchers.indicators.contest import HUNDRED
from watchers.indicators.meetings import decided_bids, meetings, pairs
from watchers.ocds import Release


class SamePairSameWinner(Indicator):
    """Fires when a firm has a steady rival that steadily loses."""

    code = "R053"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 3
    family = Family.COMPETITION
    needs = ("bids.details.tenderers.id", "bids.details.relatedLots", "awards.suppliers.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`meetings`: how often two must have met. `percent`: how many of these one must have won."""

        meetings: int = 5
        percent: Decimal = Decimal(100)
        most_bidders: int = 12  # more than these are a crowd, and their pairs many

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        nothing = decided_bids(release)
        if nothing is not None:
            return nothing
        if context.history is None:
            return NotComputable("no history at hand")
        rivals = pairs(context.history.own)
        if not rivals:
            return NotApplicable("no two bidders for one lot")
        if len({one for pair in rivals for one in pair}) > self.settings.most_bidders:
            return NotApplicable("more bidders than any two of them could steer")
        found = [one for pair in rivals if (one := self._steady(context.history, pair)) is not None]
        if not found:
            return Clear()
        winner, met, won = max(found, key=lambda one: (one[1], one[0]))
        facts = {"won": won, "pairs": len(found)}
        return Fired(
            value=met, threshold=self.settings.meetings, unit="times", facts=facts,
            subject=Subject("tenderer", winner),
        )  # fmt: skip

    def _steady(self, history: History, pair: tuple[str, str]) -> tuple[str, int, int] | None:
        """The winner of a pair, how often the two met and how often it won; None if they are ordinary rivals."""
        met = meetings(history, pair)
        wins = Counter(one.winner for one in met if one.winner)
        if len(met) < self.settings.meetings or not wins:
            return None
        winner, won = max(wins.items(), key=lambda one: (one[1], one[0]))
        return (winner, len(met), won) if won * HUNDRED >= self.settings.percent * len(met) else None
