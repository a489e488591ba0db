"""R018: one bidder in a competitive procedure.

Cardinal's definition: `tender.numberOfTenderers` is 1 and the method is open or selective (bids are not counted).
Kazakhstan: one bid for every lot is as much as one bidder; W2 below 500 MRP; the single source that a price quotation
with one offer becomes by law (Law No. 106-VIII, art. 15.6) is context only. Where most earlier purchases of the same
class of things in the region had one bidder, few firms work there, and nothing is said.
"""

from __future__ import annotations

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
    Tier,
)
from watchers.indicators.bidding import lots, tenderers
from watchers.indicators.procedure import COMPETITIVE, Procedure, base_of_year, excluded, procedure_of
from watchers.ocds import Release, Tender
from watchers.rules import Rules


class SingleBid(Indicator):
    """Fires when exactly one tenderer took part though others were invited."""

    code = "R018"
    version = 2
    stage = Stage.BIDS
    tier = Tier.B
    weight = 3
    family = Family.COMPETITION
    needs = ("tender.numberOfTenderers", "tender.procurementMethod")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`small_mrp`: in Kazakhstan, a purchase below so many MRP weighs less.

        `thin_percent`, `thin_lots`: a market is thin if of so many lots at least this share had one bidder.
        """

        small_mrp: int = 500
        thin_percent: int = 60
        thin_lots: int = 10

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        tender = release.tender or Tender()
        procedure = procedure_of(release, context.rules)
        after_quotation = procedure.purchase_type == "after_price_quotation"
        if not (procedure.method or tender.procurement_method):
            return NotComputable("tender.procurementMethod is missing")
        if not (after_quotation or _competitive(tender, procedure)):
            return NotApplicable("not a competitive method")
        if tender.number_of_tenderers is None:
            return NotComputable("tender.numberOfTenderers is missing")
        if _still_open(release, tender):
            return NotComputable("bids were still accepted when the release was made")
        alone = tender.number_of_tenderers == 1
        if procedure.jurisdiction == "KZ":
            alone = _others(release) == 0 if alone else _one_a_lot(release)
        if not alone:
            return Clear()
        if context.history is not None and self._thin(context.history):
            return NotApplicable("few firms bid for such things in this region")
        weight = 2 if self._small(release, tender, procedure, context.rules) else self.weight
        facts = {"group": procedure.group, "after_price_quotation": after_quotation, "lots": len(lots(release))}
        if after_quotation:
            return Fired(value=1, threshold=1, unit="tenderers", facts=facts, tier=Tier.C, weight=1)
        return Fired(value=1, threshold=1, unit="tenderers", facts=facts, weight=weight)

    def _thin(self, history: History) -> bool:
        """Whether all that is bought here belongs to markets in which one bidder is the rule."""
        counts = [history.single(lot.code, lot.region) for lot in history.own.lots]
        return bool(counts) and all(
            known >= self.settings.thin_lots and alone * 100 >= self.settings.thin_percent * known
            for known, alone in counts
        )

    def _small(self, release: Release, tender: Tender, procedure: Procedure, rules: Rules) -> bool:
        base = base_of_year(release, rules, procedure.jurisdiction)
        value = tender.value
        if base is None or value is None or value.amount is None or value.currency != base.currency:
            return False
        return bool(value.amount < base.amount * self.settings.small_mrp)


def _others(release: Release) -> int:
    """How many more came than the one who counts: bids that a portal rejected by itself are in nobody's number."""
    bids = release.bids.details if release.bids else ()
    came = {tenderers(bid) for bid in bids if bid.status not in {"withdrawn", "invited"}}
    return max(len(came) - 1, 0)


def _one_a_lot(release: Release) -> bool:
    """Whether every lot that was bid for had one bidder, be it another one each time."""
    contested = lots(release)
    return bool(contested) and all(len({tenderers(bid) for bid in scope.bids}) == 1 for scope in contested)


def _competitive(tender: Tender, procedure: Procedure) -> bool:
    if procedure.method is not None:
        return procedure.group in COMPETITIVE
    return tender.procurement_method in {"open", "selective"}


def _still_open(release: Release, tender: Tender) -> bool:
    end = tender.tender_period.end if tender.tender_period else None
    return tender.status == "active" and end is not None and release.released is not None and release.released < end
