"""R051: a market in few hands.

The sum of the squared shares of suppliers (Herfindahl-Hirschman, 10,000 for one alone) of a division of things (two
digits of the code) in a region over twelve months, at least `points`. Context only.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.indicators.base import Answer, Clear, Context, Family, Fired, Indicator, Stage, Tier
from watchers.indicators.markets import places
from watchers.ocds import Release

_ALONE = 10_000


class ConcentratedMarket(Indicator):
    """Fires when few firms share what the region buys of the kind."""

    code = "R051"
    stage = Stage.BIDS
    tier = Tier.C
    weight = 1
    family = Family.COMPETITION
    needs = ("awards.suppliers.id", "tender.items.classification.id", "tender.items.deliveryAddress", "contracts.value")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`points`: at least. `least_contracts`: a market of fewer is none."""

        points: int = 2500
        least_contracts: int = 20

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        found = places(release, context, self.settings.least_contracts)
        if not isinstance(found, list):
            return found
        closest = max(found, key=lambda place: place.shares.hhi)
        points = round(closest.shares.hhi * _ALONE)
        if points < self.settings.points:
            return Clear()
        largest = max(closest.shares.sold.values())
        facts = {
            "division": closest.division, "region": closest.region, "contracts": closest.shares.contracts,
            "suppliers": len(closest.shares.sold),
            "largest": str(Decimal(str(largest / closest.shares.total * 100)).quantize(Decimal("0.1"))),
        }  # fmt: skip
        return Fired(value=points, threshold=self.settings.points, unit="hhi", facts=facts)
