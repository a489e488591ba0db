"""R025: a bidder that takes part again and again and almost never wins.

Purchases of the 24 months before, one count a purchase: more than `bids`, of them more than `lost_percent` lost. The
finding comes with a purchase that it loses once more.
"""

from __future__ import annotations

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
from watchers.indicators.meetings import decided_bids, losers
from watchers.ocds import Release


class OftenBidsRarelyWins(Indicator):
    """Fires when somebody keeps bidding without a hope of winning: perhaps to make up the numbers."""

    code = "R025"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 2
    family = Family.SUPPLIER
    needs = ("bids.details.tenderers.id", "bids.details.status", "awards.suppliers.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`bids`, `lost_percent`: it takes more than these."""

        bids: int = 15
        lost_percent: Decimal = Decimal(95)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        nothing = decided_bids(release)
        if nothing is not None:
            return nothing
        if context.history is None:
            return NotComputable("no history at hand")
        lost = losers(context.history.own)
        if not lost:
            return NotApplicable("nobody who lost is known by a number")
        records = [(bidder, *_record(context.history, bidder)) for bidder in sorted(lost)]
        hopeless = [one for one in records if self._hopeless(*one[1:])]
        if not hopeless:
            return Clear()
        bidder, bids, won = max(hopeless, key=lambda one: (one[1], one[0]))
        share = (Decimal(bids - won) / bids * HUNDRED).quantize(Decimal("0.1"))
        facts = {"bids": bids, "won": won, "bidders": len(hopeless)}
        return Fired(
            value=share,
            threshold=self.settings.lost_percent,
            unit="percent",
            facts=facts,
            weight=self.weight,
            subject=Subject("tenderer", bidder),
        )

    def _hopeless(self, bids: int, won: int) -> bool:
        return bool(bids > self.settings.bids and (bids - won) * HUNDRED > self.settings.lost_percent * bids)


def _record(history: History, bidder: str) -> tuple[int, int]:
    """In how many purchases it bid, this one among them, and how many of them it won something of."""
    rows = [row for row in history.bids(bidder) if row.competitive]
    rows += [row for row in history.own.bids if row.bidder == bidder]
    return len({row.ocid for row in rows}), len({row.ocid for row in rows if row.won})
