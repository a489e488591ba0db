"""KZ-23: the winner was founded shortly before the announcement.

Fewer than `days` between the day of registration and the announcement (W2), fewer than `very_young_days` (W3), for an
award of at least `least_mrp` MRP. Natural persons are left out: a sole trader registers anew without being new.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

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
    Subject,
    Tier,
)
from watchers.indicators.bidding import outcome, price_of
from watchers.indicators.parties import winners
from watchers.indicators.procedure import announced_on, base_of_year, excluded, planned_value, procedure_of
from watchers.ocds import Organization, Release, parse_datetime


class YoungWinner(Indicator):
    """Fires when a firm without a past wins a purchase that is not small."""

    code = "KZ-23"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 2
    family = Family.SUPPLIER
    needs = ("awards.suppliers.id", "awards.value", "parties.registeredOn")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`days`, `very_young_days`: younger than this. `least_mrp`: awards below so many MRP are passed over."""

        days: int = 180
        very_young_days: int = 30
        least_mrp: int = 1000

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        jurisdiction = procedure_of(release, context.rules).jurisdiction
        if jurisdiction != "KZ":
            return NotApplicable("measured in Kazakhstan's monthly calculation index")
        if not outcome(release).active:
            return NotApplicable("nothing is awarded")
        firms = [one for one in winners(release) if not one.natural_person]
        if not firms:
            return NotApplicable("no winner is a firm") if winners(release) else NotComputable(_NOBODY)
        base, announced = base_of_year(release, context.rules, jurisdiction), announced_on(release, context.rules, "KZ")
        if base is None or announced is None:
            return NotComputable("no MRP is known for the year of the purchase")
        sums = {firm.key: _awarded(release, firm, base.currency) for firm in firms}
        least = base.amount * self.settings.least_mrp
        large = [firm for firm in firms if (amount := sums[firm.key]) is not None and amount >= least]
        unknown = any(amount is None for amount in sums.values())
        ages = {firm.key: age for firm in large if (age := _age(firm, announced)) is not None}
        youngest = min(ages, key=lambda key: ages[key], default=None)
        if youngest is None or ages[youngest] >= self.settings.days:
            if unknown:
                return NotComputable("awards.value is missing")
            return NotComputable("parties.registeredOn of a winner is missing") if len(ages) < len(large) else Clear()
        age = ages[youngest]
        facts = {"amount": str(sums[youngest]), "currency": base.currency, "after": age < 0, "least": str(least)}
        return Fired(
            value=abs(age),
            threshold=self.settings.days,
            unit="days",
            facts=facts,
            weight=3 if age < self.settings.very_young_days else self.weight,
            subject=Subject("tenderer", youngest),
        )


_NOBODY = "awards.suppliers.id is missing"


def _age(firm: Organization, announced: date) -> int | None:
    """Days from registration to the announcement; below nought if it was registered later."""
    moment = parse_datetime(firm.registered_on) if firm.registered_on else None
    return None if moment is None else (announced - moment.date()).days


def _awarded(release: Release, firm: Organization, currency: str) -> Decimal | None:
    """What the firm is awarded; a lot's plan stands for a price that is not given."""
    total = Decimal(0)
    for award in outcome(release).active:
        if not any(one.key == firm.key for one in award.suppliers):
            continue
        lots = [str(lot) for lot in award.related_lots] or [""]
        price = price_of(award.value) or price_of(planned_value(release, lots[0]) if len(lots) == 1 else None)
        if price is None or price[1] != currency:
            return None
        total += price[0]
    return total
