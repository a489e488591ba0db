"""R058: the winner is much cheaper than everyone else.

Cardinal's definition: d = (second lowest valid price - winning price) / winning price, at or above Q3 + 1.5 IQR of
earlier ones of the same methods (not where that fence is nought or less). Too few earlier ones: `percent`. Whether a
price holds the value added tax is not in the data, so where the tax alone could make the distance there is no answer.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.indicators.base import Answer, Clear, Context, Family, Fired, Indicator, NotComputable, Stage, Tier
from watchers.indicators.contest import HUNDRED, Margin, earlier_margins, margins, uncontested
from watchers.indicators.procedure import announced_on, procedure_of
from watchers.ocds import Release
from watchers.rules import Rules

_HUNDREDTH = Decimal("0.01")


class HeavyDiscount(Indicator):
    """Fires when the next price is so far above the winner's that the winner's may be too low to keep."""

    code = "R058"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 2
    family = Family.PRICE
    needs = ("bids.details.status", "bids.details.value", "bids.details.tenderers.id", "awards.suppliers.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`percent`: what is far without a fence. `least_history`: from how many there is one.

        `least_percent`: a fence below it flags nothing (where nearly all bids are alike it would flag the rest).
        """

        percent: Decimal = Decimal(30)
        least_history: int = 30
        least_percent: Decimal = Decimal(10)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        nothing = uncontested(release, context.rules)
        if nothing is not None:
            return nothing
        found = margins(release)
        if not found:
            return NotComputable("no lot with one final award, a valid bid of the winner and another priced bid")
        farthest = max(found, key=lambda one: one.percent)
        fence = self._fence(release, context, farthest.currency)
        threshold = self.settings.percent if fence is None else fence
        if farthest.percent < threshold:
            return Clear()
        tax = _tax(release, context.rules)
        if tax and _without(farthest, tax) < threshold:
            return NotComputable(f"bids.details.value: whether it holds the {tax} % value added tax is not in the data")
        facts = {
            "winning": str(farthest.winning), "second": str(farthest.second), "currency": farthest.currency,
            "bidders": farthest.bidders, "lot": farthest.lot, "by_history": fence is not None,
        }  # fmt: skip
        value = farthest.percent.quantize(_HUNDREDTH)
        return Fired(value=value, threshold=threshold.quantize(_HUNDREDTH), unit="percent", facts=facts)

    def _fence(self, release: Release, context: Context, currency: str) -> Decimal | None:
        band = earlier_margins(release, context, currency, self.settings.least_history)
        if band is None or band.upper() <= 0:
            return None
        least: Decimal = self.settings.least_percent
        return max(Decimal(str(band.upper())) * HUNDRED, least)


def _tax(release: Release, rules: Rules) -> Decimal | None:
    jurisdiction = procedure_of(release, rules).jurisdiction
    day = announced_on(release, rules, jurisdiction)
    return None if day is None else rules.vat(jurisdiction, day)


def _without(margin: Margin, tax: Decimal) -> Decimal:
    """The distance if the dearer price held the tax and the winner's did not."""
    return (margin.second / (1 + tax / HUNDRED) - margin.winning) / margin.winning * HUNDRED
