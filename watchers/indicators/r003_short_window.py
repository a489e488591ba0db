"""R003: the time to hand in a bid is too short.

Kazakhstan: working days by method and day of the announcement, from the dated rules (Rules No. 687, p. 164, 167, 348,
350, 411, 454, 455, 479); fewer than the minimum is against a written rule. The day counted from is not counted; the
last day is. Acceptance of bids opens on the working day after the protocol of the preliminary discussion (p. 173, 356),
so tenders and auctions are counted from the working day before it, or from the end of the discussion if that is later.
A repeat whose documents were discussed again was changed, and has the first purchase's minimum (p. 168, 351).

Tier B: exactly the minimum, for much money, over more days off than that many working days have anyway.
Elsewhere, where no rule is known: whole days below a threshold (the definition and default of Cardinal).
"""

from __future__ import annotations

from datetime import date, time, timedelta

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
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.procedure import excluded, procedure_of, published
from watchers.ocds import Period, Release, Tender
from watchers.rules import Calendar, CountedFrom, Rules, Window

_NO_WINDOW = frozenset({"single_source_after_failure", "direct", "e_shop"})
_DAY = timedelta(days=1)
_CLOCKS = timedelta(minutes=10)  # by which a publisher's clock may be ahead
_OPENING = time(9)
_WEEK, _WEEKEND = 5, 2
_CURRENCY = "KZT"


class ShortWindow(Indicator):
    """Fires when bidders get less time than the law of the day asks, or than the threshold where no law is known."""

    code = "R003"
    version = 2
    stage = Stage.TENDER
    tier = Tier.A
    weight = 4
    family = Family.TERMS
    needs = ("tender.tenderPeriod.startDate", "tender.tenderPeriod.endDate")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`threshold_days` and the two after it only matter where no dated rule is known.

        `hard_value`: from so much money (tenge) the legal minimum is flagged over `hard_days_off` more days off than
        ordinary weekends bring.
        """

        threshold_days: int = 15
        threshold_days_by_method: dict[str, int] = {}  # by procurementMethodDetails
        procurement_methods: tuple[str, ...] = ()  # all if empty
        hard_value: int = 20_000_000
        hard_days_off: int = 2

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        tender = release.tender or Tender()
        period = tender.tender_period or Period()
        if period.end is None:
            return NotComputable("tender.tenderPeriod.endDate is missing")
        if not context.rules.has_windows(procedure_of(release, context.rules).jurisdiction):
            return self._by_threshold(tender, period)
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        announced = published(release)
        if announced and context.seen_at and announced - context.seen_at > _CLOCKS:
            return NotComputable("tender.datePublished is still to come, until then the time to bid may change")
        return self._by_law(release, purchase, context.rules)

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
        facts = {"start": period.start.isoformat(), "end": period.end.isoformat(), "group": "", "hard": False}
        return Fired(value=days, threshold=threshold, unit="days", facts=facts, tier=Tier.B, weight=2)

    def _by_law(self, release: Release, purchase: UnderLaw, rules: Rules) -> Answer:
        if purchase.group in _NO_WINDOW:
            return NotApplicable("no bids are invited under this method")
        period, further = purchase.tender.tender_period or Period(), purchase.tender.additional_period or Period()
        if further.end is not None and period.end is not None and further.end > period.end:
            return NotApplicable("the time to bid was extended (tender.additionalPeriod)")
        country, repeat = purchase.procedure.jurisdiction, purchase.procedure.purchase_type == "repeat"
        window = rules.window(country, purchase.group, repeat=repeat and not _changed(purchase, period), on=purchase.on)
        if window is None:
            return NotComputable(f"no minimum is known for this method ({purchase.group}) on {purchase.on}")
        return self._count(release, purchase, window, rules.calendar(country))

    def _count(self, release: Release, purchase: UnderLaw, window: Window, calendar: Calendar) -> Answer:
        period = purchase.tender.tender_period or Period()
        first, last = period.start, period.end
        if window.counted_from is CountedFrom.PUBLICATION:
            first = published(release)
        if first is None or last is None:
            return NotComputable("tender.tenderPeriod.startDate is missing")
        if last < first:
            return NotComputable("tender.tenderPeriod.endDate is before the time to bid begins")
        begin = calendar.local_date(first)
        if window.counted_from is CountedFrom.ACCEPTANCE:
            begin = max(calendar.working_day_before(first), _discussed(purchase, calendar) or date.min)
        days, off = calendar.working_days(begin, last), calendar.days_off(begin, last)
        hard = days == window.minimum and self._is_hard(purchase, days, off)
        if days >= window.minimum and not hard:
            return Clear()
        confirmed = calendar.confirmed(begin.year) and calendar.confirmed(calendar.local_date(last).year)
        value = purchase.tender.value
        return Fired(
            value=days,
            threshold=window.minimum,
            unit="working_days",
            facts={
                "group": purchase.group,
                "repeat": window.repeat,
                "purchase_type": purchase.procedure.purchase_type,
                "counted_from": begin.isoformat(),
                "start": first.isoformat(),
                "end": last.isoformat(),
                "days_off": off,
                "calendar_confirmed": confirmed,
                "hard": hard,
                "amount": str(value.amount) if value and value.amount is not None else "",
                "currency": (value.currency if value else None) or "",
            },
            norm=Norm(window.act, window.clause, window.checked_on),
            tier=Tier.A if confirmed and not hard else Tier.B,
            weight=2 if hard else 4,
        )

    def _is_hard(self, purchase: UnderLaw, days: int, off: int) -> bool:
        """Whether a lawful window is hard: much money, and more days off than ordinary weekends bring."""
        value = purchase.tender.value
        amount = value.amount if value and value.currency == _CURRENCY else None
        if amount is None or amount < self.settings.hard_value:
            return False
        return bool(off - _WEEKEND * (days // _WEEK) >= self.settings.hard_days_off)


def _changed(purchase: UnderLaw, period: Period) -> bool:
    """Whether the documents of a repeat were changed: then they were discussed again before bids were taken."""
    discussion = purchase.tender.enquiry_period
    end = discussion.end if discussion else None
    return end is not None and period.start is not None and end < period.start


def _discussed(purchase: UnderLaw, calendar: Calendar) -> date | None:
    """The last day of the discussion; one that ends before the working day begins ended the working day before."""
    discussion = purchase.tender.enquiry_period
    if discussion is None or discussion.end is None:
        return None
    local = discussion.end.astimezone(calendar.zone)
    return calendar.working_day_before(local) if local.time() <= _OPENING else local.date()
