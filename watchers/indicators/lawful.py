"""Which purchases Kazakhstan's procurement law binds, and in which financial year: asked before a written rule is.

Left out: other countries, cancelled tenders, the special procedure (Law No. 106-VIII, art. 26: not public), quasi-state
buyers, who follow another act, and sums of zero, which are tests.
"""

from __future__ import annotations

from datetime import date

import msgspec

from watchers.indicators.base import NotApplicable, NotComputable
from watchers.indicators.memory import per_release
from watchers.indicators.procedure import Procedure, announced_on, excluded, procedure_of
from watchers.ocds import Release, Tender
from watchers.rules import Rules

__all__ = ["UnderLaw", "budget_day", "budget_years", "under_law"]

_COUNTRY = "KZ"
_YEARS = range(1990, 2200)
_NEXT_YEARS_PLANS = 10
"""From this month on purchases of the next year's plan are announced: the year cannot be guessed from the date."""


class UnderLaw(msgspec.Struct, frozen=True):
    """A purchase that the law binds: its tender, its procedure (the method is known), the day it was announced."""

    tender: Tender
    procedure: Procedure
    on: date

    @property
    def group(self) -> str:
        """The group of the method."""
        return self.procedure.group


@per_release
def under_law(release: Release, rules: Rules) -> UnderLaw | NotApplicable | NotComputable:
    """The purchase as the law sees it, or why a written rule cannot be asked of it."""
    dead = excluded(release)
    if dead is not None:
        return dead
    tender, procedure = release.tender or Tender(), procedure_of(release, rules)
    if procedure.jurisdiction != _COUNTRY:
        return NotApplicable("not under the procurement law of Kazakhstan")
    if procedure.method is None:
        return NotComputable("tender.procurementMethodDetails is not a known method")
    if not procedure.method.under_law or any(item.plan_point and item.plan_point.quasi_state for item in tender.items):
        return NotApplicable("the purchase is not under the procurement law")
    if procedure.group == "special" or "specialOrder" in tender.features:
        return NotApplicable("the special procedure has rules of its own")
    amount = tender.value.amount if tender.value else None
    if amount is not None and amount <= 0:
        return NotApplicable("tender.value is zero: a test")
    day = announced_on(release, rules, procedure.jurisdiction)
    if day is None:
        return NotComputable("tender.datePublished, tender.tenderPeriod.startDate and date are missing")
    return UnderLaw(tender, procedure, day)


def budget_years(purchase: UnderLaw) -> tuple[int, ...]:
    """The financial years the money is planned for, first first; empty if they cannot be told.

    Where the source does not say, it is the year of the announcement, but not late in the year.
    """
    stated = purchase.tender.budget_years or tuple(
        point.year for item in purchase.tender.items if (point := item.plan_point) and point.year
    )
    known = {year for year in stated if year in _YEARS}  # 0 is how a source writes "none"
    if known:
        return tuple(sorted(known))
    return (purchase.on.year,) if purchase.on.month < _NEXT_YEARS_PLANS else ()


def budget_day(purchase: UnderLaw) -> date | None:
    """The day whose MRP holds: limits are in MRP of the (first) financial year, whenever it is announced."""
    years = budget_years(purchase)
    if not years:
        return None
    return min(max(purchase.on, date(years[0], 1, 1)), date(years[0], 12, 31))
