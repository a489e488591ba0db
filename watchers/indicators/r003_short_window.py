"""R003: the time to hand in a bid is too short.

Kazakhstan: working days by method and day of the announcement, from the dated rules (Rules No. 687, p. 164, 167, 348,
350, 411, 454, 455, 479); fewer than the minimum is against a written rule. The day counted from is not counted; the
last day is. Acceptance of bids opens on the working day after the protocol of the preliminary discussion (p. 173, 356),
so tenders and auctions are counted from the working day before it, or from the end of the discussion if that is later.
Elsewhere, where no rule is known: whole days below a threshold (the definition and default of Cardinal).
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    Norm,
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.procedure import Procedure, announced_on, excluded, procedure_of, published
from watchers.ocds import Period, Release, Tender
from watchers.rules import Calendar, CountedFrom, Rules, Window

_NO_WINDOW = frozenset({"single_source_after_failure", "direct", "e_shop"})
_DAY = timedelta(days=1)


class ShortWindow(Indicator):
    """Fires when bidders get less time than the law of the day asks, or than the threshold where no law is known."""

    code = "R003"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 4
    family = Family.TERMS
    needs = ("tender.tenderPeriod.startDate", "tender.tenderPeriod.endDate")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`threshold_days` and the rest only matter where no dated rule is known."""

        threshold_days: int = 15
        threshold_days_by_method: dict[str, int] = {}  # by procurementMethodDetails
        procurement_methods: tuple[str, ...] = ()  # all if empty

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        tender = release.tender or Tender()
        period = tender.tender_period or Period()
        if period.end is None:
            return NotComputable("tender.tenderPeriod.endDate is missing")
        procedure = procedure_of(release, context.rules)
        if not context.rules.has_windows(procedure.jurisdiction):
            return self._by_threshold(tender, period)
        return self._by_law(release, period, procedure, context.rules)

    def _by_threshold(self, tender: Tender, period: Period) -> Answer:
        methods = self.settings.procurement_methods
        if methods and tender.procurement_method not in methods:
            return NotApplicable("tender.procurementMethod is not among the methods to judge")
        if period.start is None or period.end is None:
            return NotComputable("tender.tenderPeriod.startDate is missing")
        if period.end < period.start:
            return NotComputable("tender.tenderPeriod.endDate is before its startDate")
        days = (period.end - period.start) // _DAY
        threshold = self.settings.threshold_days_by_method.get(
            tender.procurement_method_details or "", self.settings.threshold_days
        )
        if days >= threshold:
            return Clear()
        facts = {"start": period.start.isoformat(), "end": period.end.isoformat(), "group": ""}
        return Fired(value=days, threshold=threshold, unit="days", facts=facts, tier=Tier.B, weight=2)

    def _by_law(self, release: Release, period: Period, procedure: Procedure, rules: Rules) -> Answer:
        method = procedure.method
        if method is None:
            return NotComputable("tender.procurementMethodDetails is not a known method")
        if not method.under_law:
            return NotApplicable("the purchase is not under the procurement law")
        if method.group in _NO_WINDOW:
            return NotApplicable("no bids are invited under this method")
        day = announced_on(release, rules, procedure.jurisdiction)
        if day is None:
            return NotComputable("tender.datePublished, tender.tenderPeriod.startDate and date are missing")
        repeat = procedure.purchase_type == "repeat"
        window = rules.window(procedure.jurisdiction, method.group, repeat=repeat, on=day)
        if window is None:
            return NotComputable(f"no minimum is known for this method ({method.group}) on {day}")
        return self._count(release, period, procedure, window, rules.calendar(procedure.jurisdiction))

    @staticmethod
    def _count(release: Release, period: Period, procedure: Procedure, window: Window, calendar: Calendar) -> Answer:
        first, last = period.start, period.end
        if window.counted_from is CountedFrom.PUBLICATION:
            first = published(release)
        if first is None or last is None:
            return NotComputable("tender.tenderPeriod.startDate is missing")
        if last < first:
            return NotComputable("tender.tenderPeriod.endDate is before the time to bid begins")
        begin = calendar.local_date(first)
        if window.counted_from is CountedFrom.ACCEPTANCE:
            begin = calendar.working_day_before(first)
            discussion = release.tender.enquiry_period if release.tender else None
            if discussion is not None and discussion.end is not None:
                begin = max(begin, calendar.local_date(discussion.end))
        days = calendar.working_days(begin, last)
        if days >= window.minimum:
            return Clear()
        confirmed = calendar.confirmed(begin.year) and calendar.confirmed(calendar.local_date(last).year)
        return Fired(
            value=days,
            threshold=window.minimum,
            unit="working_days",
            facts={
                "group": procedure.group,
                "repeat": window.repeat,
                "purchase_type": procedure.purchase_type,
                "counted_from": begin.isoformat(),
                "start": first.isoformat(),
                "end": last.isoformat(),
                "days_off": calendar.days_off(begin, last),
                "calendar_confirmed": confirmed,
            },
            norm=Norm(window.act, window.clause, window.checked_on),
            tier=Tier.A if confirmed else Tier.B,
        )
