"""R019: few usually bid for such things at this buyer, though elsewhere many do.

At most 1.3 bidders a lot on average over at least five earlier lots of the same customer and ENS TRU class, while the
market as a whole draws at least two and a half. Competitive methods only; lots nobody bid for are not counted.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.history import History, PastLot
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
from watchers.indicators.past import best, history_of
from watchers.indicators.procedure import excluded
from watchers.ocds import Release

_CLASS = 4
_MISSING = NotComputable("tender.items.classification is missing")
_NOBODY = NotApplicable("not a competitive method")
_HUNDREDTH = Decimal("0.01")


class FewBidders(Indicator):
    """Fires when a buyer's earlier lots of the kind drew hardly more than one bidder each."""

    code = "R019"
    stage = Stage.TENDER
    tier = Tier.C
    weight = 1
    family = Family.COMPETITION
    needs = ("buyer.id", "tender.items.classification")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`mean`: bidders a lot at most, over `least` lots. `market`: bidders a lot elsewhere at least."""

        mean: Decimal = Decimal("1.3")
        least: int = 5
        market: Decimal = Decimal("2.5")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        lots = {(lot.customer, lot.code[:_CLASS]): lot for lot in history.own.lots if lot.code and lot.customer}
        return best([self._judge_lot(lot, history) for lot in lots.values()], _MISSING)

    def _judge_lot(self, lot: PastLot, history: History) -> Answer:
        if not lot.competitive:
            return _NOBODY
        earlier = [
            row.bidders for row in history.alike(lot.customer, lot.code, _CLASS) if row.bidders and row.competitive
        ]
        market = history.bidders(lot.code)
        if len(earlier) < self.settings.least or not market.lots:
            return NotComputable(f"fewer than {self.settings.least} earlier lots of the kind to compare with")
        mean = Decimal(sum(earlier)) / len(earlier)
        elsewhere = Decimal(market.bidders) / market.lots
        if mean > self.settings.mean or elsewhere < self.settings.market:
            return Clear()
        return Fired(
            value=mean.quantize(_HUNDREDTH),
            threshold=self.settings.mean,
            unit="bidders",
            facts={
                "code": lot.code[:_CLASS],
                "n": len(earlier),
                "market": str(elsewhere.quantize(_HUNDREDTH)),
                "market_lots": market.lots,
            },
        )
