"""KZ-01: announced outside working time before days off, with little time to bid.

Only where the least time to bid is short (three working days or fewer: price quotations, rating-point tenders, repeats;
Rules No. 687, p. 164, 167, 350, 411, 455): there a lost weekend is felt. Single source and the electronic shop are left
out: the portal publishes them in batches in the evening. No rule forbids it, so it is context and never alerts alone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

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
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.procedure import published
from watchers.ocds import Release
from watchers.rules import Calendar

_IN_BATCHES = frozenset({"single_source_after_failure", "direct", "e_shop"})
_DAY = timedelta(days=1)
_LONGEST = 30


class BeforeDaysOff(Indicator):
    """Fires when an announcement appeared on a day off, or outside working hours on the eve of several."""

    code = "KZ-01"
    stage = Stage.TENDER
    tier = Tier.C
    weight = 1
    family = Family.TERMS
    needs = ("tender.datePublished", "tender.tenderPeriod.endDate")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`opens` and `closes`: hours of the working day, Astana time. `days_off` in a row that count before a weekend.

        `short_window`: the longest legal minimum that is looked at; `long_window`: working days to bid that are enough.
        """

        opens: int = 8
        closes: int = 18
        days_off: int = 2
        short_window: int = 3
        long_window: int = 5

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group in _IN_BATCHES:
            return NotApplicable("the portal publishes this method in batches")
        country, repeat = purchase.procedure.jurisdiction, purchase.procedure.purchase_type == "repeat"
        window = context.rules.window(country, purchase.group, repeat=repeat, on=purchase.on)
        if window is None:
            return NotComputable(f"no minimum is known for this method ({purchase.group}) on {purchase.on}")
        if window.minimum > self.settings.short_window:
            return NotApplicable("there is time enough to bid under this method")
        period, moment = purchase.tender.tender_period, published(release)
        if period is None or period.end is None or moment is None:
            return NotComputable("tender.tenderPeriod.endDate is missing")
        calendar = context.rules.calendar(country)
        days = calendar.working_days(moment, period.end)
        if days >= self.settings.long_window:
            return Clear()
        return self._judge_moment(moment, days, calendar)

    def _judge_moment(self, moment: datetime, days: int, calendar: Calendar) -> Answer:
        local = moment.astimezone(calendar.zone)
        on_day_off = not calendar.is_working_day(local.date())
        off = _days_off_after(local.date(), calendar) + on_day_off
        least = 1 if on_day_off else self.settings.days_off
        worked = self.settings.opens <= local.hour < self.settings.closes
        if off < least or (worked and not on_day_off):
            return Clear()
        facts = {
            "published": local.isoformat(),
            "on_day_off": on_day_off,
            "working_days": days,
            "calendar_confirmed": calendar.confirmed(local.year),
        }
        return Fired(value=off, threshold=least, unit="days", facts=facts)


def _days_off_after(day: date, calendar: Calendar) -> int:
    """Days nobody works, in a row from the next day on."""
    count = 0
    while count < _LONGEST and not calendar.is_working_day(day + _DAY * (count + 1)):
        count += 1
    return count
