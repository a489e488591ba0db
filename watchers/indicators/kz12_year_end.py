"""KZ-12: bought in a hurry at the end of the year.

Announced from 15 November (works: from 1 November), to be carried out by 31 December with the money of the same year,
from 1,000 MRP. Most announcements of these weeks are for the next year and are no rush. Repeats of a failed purchase,
contracts of several years, food and fuel are left out.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

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
from watchers.indicators.delivery_terms import read_term
from watchers.indicators.procedure import Procedure, announced_on
from watchers.indicators.scope import code_of, national, plan_points
from watchers.ocds import Release, Tender
from watchers.rules import Rules
from watchers.rules.things import code_kinds

_AFTER_FAILURE = frozenset({"single_source_after_failure", "direct"})
_SEASONAL = frozenset({"food", "fuel"})
_MonthDay = Annotated[str, msgspec.Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
_NO_DAY = NotComputable("tender.datePublished, tender.tenderPeriod.startDate and date are missing")
_NO_TERM = NotComputable("tender.items.planPoint.deliveryTerm is missing or cannot be read as a term")
_NO_VALUE = NotComputable("tender.value is missing")


class YearEndRush(Indicator):
    """Fires when little of the year is left for what is bought with its money."""

    code = "KZ-12"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.TERMS
    needs = ("tender.datePublished", "tender.budgetYears", "tender.items.planPoint.deliveryTerm", "tender.value")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """Days as month-day. `works_days`: works with fewer days than this weigh more."""

        goods_services_from: _MonthDay = "11-15"
        works_from: _MonthDay = "11-01"
        works_days: int = 30
        min_mrp: int = 1000

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        day = announced_on(release, context.rules, procedure.jurisdiction)
        if day is None:
            return _NO_DAY
        tender = release.tender or Tender()
        category, today = tender.main_procurement_category, f"{day:%m-%d}"
        since = self.settings.works_from if category in (None, "works") else self.settings.goods_services_from
        if today < min(since, self.settings.goods_services_from):
            return Clear()
        if category is None:
            return NotComputable("tender.mainProcurementCategory is missing")
        if today < since:
            return Clear()
        return self._late(release, tender, procedure, day, context.rules)

    def _late(self, release: Release, tender: Tender, procedure: Procedure, day: date, rules: Rules) -> Answer:
        if procedure.purchase_type not in {"", "first"} or procedure.group in _AFTER_FAILURE:
            return NotApplicable("it follows a purchase that failed")
        years = set(tender.budget_years) or {point.year for _, point in plan_points(release) if point.year}
        if not years:
            return NotComputable("tender.budgetYears is missing")
        if years != {day.year}:
            return NotApplicable("paid with the money of other years as well, or only of them")
        kinds = [code_kinds(*code_of(item)) for item in tender.items]
        if kinds and all(kind & _SEASONAL for kind in kinds):
            return NotApplicable("food and fuel are bought all year round")
        base = rules.base_amount(procedure.jurisdiction, day)
        amount = tender.value.amount if tender.value else None
        if amount is None:
            return _NO_VALUE
        if base is None:
            return NotComputable(f"no base amount (MRP) is known for {day.year}")
        if amount < base.amount * self.settings.min_mrp:
            return Clear()
        end = tender.tender_period.end if tender.tender_period else None
        if end is None:
            return NotComputable("tender.tenderPeriod.endDate is missing")
        return self._due(release, day, rules.calendar(procedure.jurisdiction).local_date(end))

    def _due(self, release: Release, day: date, closes: date) -> Answer:
        tender = release.tender or Tender()
        due = _latest_due(release, closes, day.year)
        if due is None:
            return _NO_TERM
        if due > date(day.year, 12, 31):
            return Clear()
        days = (due - closes).days
        if days < 0:
            return NotComputable("tender.items.planPoint.deliveryTerm is a date before the last day to bid")
        works = tender.main_procurement_category == "works"
        rushed = works and days < self.settings.works_days
        facts = {
            "announced": day.isoformat(),
            "closes": closes.isoformat(),
            "due": due.isoformat(),
            "works": works,
        }
        threshold = self.settings.works_days if works else None
        return Fired(value=days, threshold=threshold, unit="days", facts=facts, weight=3 if rushed else 2)


def _latest_due(release: Release, closes: date, year: int) -> date | None:
    """The last day by which everything must be there; None if no item says so. Orders all year round do not say."""
    found = []
    for _, point in plan_points(release):
        term = read_term(point.delivery_term, point.year or year) if point.delivery_term else None
        if term is None or term.on_request:
            continue
        if term.due is not None:
            found.append(term.due)
        elif term.days is not None:
            found.append(closes + timedelta(days=term.days))
    return max(found, default=None)
