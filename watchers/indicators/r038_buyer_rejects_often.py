"""R038: a buyer that rejects bids unusually often.

Cardinal's definition: the share of rejected bids among those handed in, at or above Q3 + 1.5 IQR of other buyers; here
of buyers of the same kind, over twelve months. Only what a commission rejects counts (Kazakhstan: not price quotations
and rating-point tenders, where the portal rejects by itself). The finding comes with a purchase in which it happened.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.history.peers import REJECTED
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
from watchers.indicators.bidding import submitted
from watchers.indicators.contest import HUNDRED
from watchers.indicators.procedure import COMMISSION, excluded, procedure_of
from watchers.ocds import Release

_TENTH = Decimal("0.1")


class BuyerRejectsOften(Indicator):
    """Fires when bids to a buyer are turned away far more often than elsewhere."""

    code = "R038"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 2
    family = Family.EVALUATION
    needs = ("bids.details.status", "buyer.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`least_bids`: to this buyer. `least_buyers`: to compare with. `least_percent`: a fence below it is raised."""

        least_bids: int = 10
        least_buyers: int = 20
        least_percent: Decimal = Decimal(25)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        procedure = procedure_of(release, context.rules)
        if procedure.jurisdiction == "KZ" and procedure.method is not None and procedure.group not in COMMISSION:
            return NotApplicable("no commission sits: the portal rejects by itself")
        bids = submitted(release)
        if bids is None:
            return NotComputable("bids.details is missing")
        if all(bid.status != "disqualified" for bid in bids):
            return NotApplicable("no bid was rejected here")
        if context.history is None:
            return NotComputable("no history at hand")
        return self._compare(context)

    def _compare(self, context: Context) -> Answer:
        history = context.history
        lot = next((one for one in history.own.lots if one.customer), None) if history else None
        if history is None or lot is None:
            return NotComputable("buyer.id is missing")
        record, band = history.totals(lot.customer, lot.currency), history.peers(REJECTED, lot.buyer_kind)
        if record.bids < self.settings.least_bids:
            return NotComputable(f"fewer than {self.settings.least_bids} bids to this buyer in twelve months")
        if band is None or band.n < self.settings.least_buyers:
            return NotComputable(f"fewer than {self.settings.least_buyers} buyers of the same kind to compare with")
        percent = Decimal(record.rejected) / record.bids * HUNDRED
        fence = max(Decimal(str(band.upper())) * HUNDRED, self.settings.least_percent)
        if percent < fence:
            return Clear()
        facts = {"rejected": record.rejected, "bids": record.bids, "median": str(_percent(band.median)), "n": band.n}
        return Fired(
            value=percent.quantize(_TENTH),
            threshold=fence.quantize(_TENTH),
            unit="percent",
            facts=facts,
            subject=Subject("buyer", lot.customer),
        )


def _percent(share: float) -> Decimal:
    return (Decimal(str(share)) * HUNDRED).quantize(_TENTH)
