"""R023: each price is dearer than the one below it by the same step.

At least three bids for the same thing, every step in percent of the price below it within `spread` points of the
others. The prices of rejected bids count: whoever wrote them wrote them before. Not judged in auctions, whose prices
move by a set step (Kazakhstan: Rules No. 687, p. 399).
"""

from __future__ import annotations

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
from watchers.indicators.bidding import Scope, packages, price_of, submitted, tenderers
from watchers.indicators.contest import HUNDRED
from watchers.indicators.procedure import excluded, procedure_of
from watchers.ocds import Release

_HUNDREDTH, _THOUSANDTH = Decimal("0.01"), Decimal("0.001")


class FixedStepPrices(Indicator):
    """Fires when the prices of three or more bidders climb by an even step."""

    code = "R023"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 2
    family = Family.PRICE
    needs = ("bids.details.value", "bids.details.tenderers.id", "bids.details.status")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`least_bidders`; `spread`, how many percentage points steps may differ; `least_step`, in percent."""

        least_bidders: int = 3
        spread: Decimal = Decimal("0.05")
        least_step: Decimal = Decimal("0.2")  # smaller ones lie within the spread of any others

        def __post_init__(self) -> None:
            if self.least_bidders < 3:
                raise ValueError("least_bidders must be 3 or more: two steps are the least that can be compared")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        if procedure_of(release, context.rules).group == "auction":
            return NotApplicable("an auction's prices move by a set step")
        bids = submitted(release)
        if bids is None:
            return NotComputable("bids.details is missing")
        least = self.settings.least_bidders
        if len({tenderers(bid) for bid in bids if tenderers(bid)}) < least and len(bids) < least:
            return NotApplicable(f"fewer than {least} bids were submitted")
        ladders = [ladder for scope in packages(release) if len(ladder := _ladder(scope)) >= least]
        if not ladders:
            return self._without_ladder(release)
        even = [ladder for ladder in ladders if self._even(ladder)]
        if not even:
            return Clear()
        longest = max(even, key=len)
        steps = _steps([price for price, _, _ in longest])
        facts = {
            "step": str((sum(steps, Decimal(0)) / len(steps)).quantize(_HUNDREDTH)), "bidders": len(longest),
            "prices": [str(price) for price, _, _ in longest], "currency": longest[0][1], "lot": longest[0][2],
        }  # fmt: skip
        spread = (max(steps) - min(steps)).quantize(_THOUSANDTH)
        return Fired(value=spread, threshold=self.settings.spread, unit="percent", facts=facts)

    def _without_ladder(self, release: Release) -> Answer:
        least = self.settings.least_bidders
        if all(len(scope.bids) < least for scope in packages(release)):
            return NotApplicable(f"fewer than {least} bids for one lot")
        return NotComputable("bids.details.value or bids.details.tenderers.id is missing")

    def _even(self, ladder: list[tuple[Decimal, str, str]]) -> bool:
        steps = _steps([price for price, _, _ in ladder])
        spread = max(steps) - min(steps)
        return bool(min(steps) >= self.settings.least_step and spread <= self.settings.spread)


def _ladder(scope: Scope) -> list[tuple[Decimal, str, str]]:
    """The lowest price of each tenderer, ascending, with currency and lot; none if currencies differ."""
    lowest: dict[frozenset[str], Decimal] = {}
    currencies = set()
    for bid in scope.bids:
        price, who = price_of(bid.value), tenderers(bid)
        if price is not None and who:
            currencies.add(price[1])
            lowest[who] = min(price[0], lowest.get(who, price[0]))
    if len(currencies) != 1:
        return []
    currency = currencies.pop()
    return [(price, currency, scope.lot) for price in sorted(lowest.values())]


def _steps(prices: list[Decimal]) -> list[Decimal]:
    return [(higher - lower) / lower * HUNDRED for lower, higher in pairwise(prices)]
