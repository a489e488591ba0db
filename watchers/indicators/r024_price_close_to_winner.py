"""R024: the second lowest price is nearly the winner's.

Cardinal's definition: d = (second lowest valid price - winning price) / winning price, at or below Q1 - 1.5 IQR of
earlier ones of the same methods (not where that fence or Q1 is nought or less). Without a usable fence: two bidders at
most `percent` apart, but not alike (that is R028). Bids drawn to the dumping floor are close to each other by rule and
are left out.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.indicators.base import Answer, Clear, Context, Family, Fired, Indicator, NotComputable, Stage, Tier
from watchers.indicators.contest import HUNDRED, Margin, earlier_margins, margins, uncontested
from watchers.indicators.floors import at_floor, dumping_floors, plan_of
from watchers.ocds import Release

_HUNDREDTH = Decimal("0.01")


class PriceCloseToWinner(Indicator):
    """Fires when the next price is so close to the winner's that both may have known them."""

    code = "R024"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 1
    family = Family.PRICE
    needs = ("bids.details.status", "bids.details.value", "bids.details.tenderers.id", "awards.suppliers.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`percent`, `most_bidders`: what is close without a fence. `least_history`: from how many there is a fence."""

        percent: Decimal = Decimal("0.5")
        most_bidders: int = 2
        least_history: int = 30

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        nothing = uncontested(release, context.rules)
        if nothing is not None:
            return nothing
        found = margins(release)
        if not found:
            return NotComputable("no lot with one final award, a valid bid of the winner and another priced bid")
        fence = self._fence(release, context, found[0].currency)
        close = [one for one in found if self._close(one, fence) and not self._at_floor(release, context, one)]
        if not close:
            return Clear()
        nearest = min(close, key=lambda one: one.percent)
        facts = {
            "winning": str(nearest.winning), "second": str(nearest.second), "currency": nearest.currency,
            "bidders": nearest.bidders, "lot": nearest.lot, "by_history": fence is not None,
        }  # fmt: skip
        threshold = self.settings.percent if fence is None else fence.quantize(_HUNDREDTH)
        return Fired(value=nearest.percent.quantize(_HUNDREDTH), threshold=threshold, unit="percent", facts=facts)

    def _fence(self, release: Release, context: Context, currency: str) -> Decimal | None:
        band = earlier_margins(release, context, currency, self.settings.least_history)
        if band is None or band.q1 <= 0 or band.lower() <= 0:
            return None
        return Decimal(str(band.lower())) * HUNDRED

    def _close(self, margin: Margin, fence: Decimal | None) -> bool:
        if fence is not None:
            return bool(margin.percent <= fence)
        return bool(margin.bidders <= self.settings.most_bidders and 0 < margin.percent <= self.settings.percent)

    def _at_floor(self, release: Release, context: Context, margin: Margin) -> bool:
        plan = plan_of(release, margin.lot, margin.currency)
        if plan is None:
            return False
        return at_floor(margin.winning, dumping_floors(release, context.rules, plan), self.settings.percent)
