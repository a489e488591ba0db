"""R050: one supplier has most of a market.

Its share of the sums of contracts for a division of things (two digits of the code) in a region over twelve months, at
least `percent`. Context only: a large share may be earned.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.indicators.base import Answer, Clear, Context, Family, Fired, Indicator, Stage, Subject, Tier
from watchers.indicators.contest import HUNDRED
from watchers.indicators.markets import Place, places
from watchers.ocds import Release

_TENTH = Decimal("0.1")


class HighMarketShare(Indicator):
    """Fires when the winner already sells half of what the region buys of the kind."""

    code = "R050"
    stage = Stage.BIDS
    tier = Tier.C
    weight = 1
    family = Family.SUPPLIER
    needs = ("awards.suppliers.id", "tender.items.classification.id", "tender.items.deliveryAddress", "contracts.value")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`percent`: of the market at least. `least_contracts`: a market of fewer is none."""

        percent: Decimal = Decimal(50)
        least_contracts: int = 20

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        found = places(release, context, self.settings.least_contracts)
        if not isinstance(found, list):
            return found
        largest = max(found, key=_share)
        share = _share(largest)
        if share < self.settings.percent:
            return Clear()
        facts = {
            "division": largest.division, "region": largest.region, "contracts": largest.shares.contracts,
            "suppliers": len(largest.shares.sold), "market": str(round(largest.shares.total)),
            "currency": largest.currency,
        }  # fmt: skip
        return Fired(
            value=share.quantize(_TENTH),
            threshold=self.settings.percent,
            unit="percent",
            facts=facts,
            subject=Subject("tenderer", largest.supplier),
        )


def _share(place: Place) -> Decimal:
    """The supplier's share of the market, in percent."""
    total = place.shares.total
    return Decimal(str(place.shares.sold.get(place.supplier, 0.0) / total)) * HUNDRED if total else Decimal(0)
