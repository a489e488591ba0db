"""R016: the sum of a lot is far above what the same thing usually costs by the lot.

The logarithm of the sum lies above Q3 + 1.5 IQR of the newest earlier lots with the same code, unit and group of
methods (quartiles of type 8; logarithms, because sums of lots are spread over orders of magnitude). Where the middle
half of them is all the same the fence would be that sum itself: there only twice the sum counts.
"""

from __future__ import annotations

from decimal import Decimal
from math import exp, log

import msgspec

from watchers.history import History, PastLot, band_of
from watchers.indicators.base import Answer, Clear, Context, Family, Fired, Indicator, NotComputable, Stage, Tier
from watchers.indicators.past import best, history_of
from watchers.indicators.procedure import excluded
from watchers.ocds import Release

_MISSING = NotComputable("tender.items.classification or tender.lots.value is missing")
_CENT = Decimal("0.01")


class AmountOutlier(Indicator):
    """Fires when a lot's sum lies beyond the upper fence of earlier lots of its kind."""

    code = "R016"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.PRICE
    needs = ("tender.lots.value", "tender.items.classification")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`least`: earlier lots from which on they are compared with. `fence`: quartile distances above the third."""

        least: int = 20
        fence: float = 1.5

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        lots = [lot for lot in history.own.lots if lot.code and lot.amount and lot.amount > 0]
        return best([self._judge_lot(lot, history) for lot in lots], _MISSING)

    def _judge_lot(self, lot: PastLot, history: History) -> Answer:
        earlier = [log(amount) for amount in history.amounts(lot) if amount > 0]
        band = band_of(earlier)
        if band is None or band.n < self.settings.least:
            return NotComputable(f"fewer than {self.settings.least} earlier lots of the kind to compare with")
        amount, median = float(lot.amount or 0), exp(band.median)
        fence = band.upper(self.settings.fence) if band.iqr > 0 else band.q3 + log(2)
        if log(amount) <= fence:
            return Clear()
        return Fired(
            value=lot.amount or 0,
            threshold=Decimal(str(exp(fence))).quantize(_CENT),
            unit=lot.currency,
            facts={
                "lot": lot.lot,
                "code": lot.code,
                "n": band.n,
                "median": str(round(median)),
                "q1": str(round(exp(band.q1))),
                "q3": str(round(exp(band.q3))),
                "times": str(round(amount / median, 1)),
            },
        )
