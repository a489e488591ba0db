"""Working days: which days are worked in a jurisdiction, and how many lie between two dates.

Kazakhstan: the library `holidays`, then our own table of moved days over it (`data/days.csv`), in Astana time.
Elsewhere: Monday to Friday, never confirmed.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from watchers.rules.tables import CalendarYears, SpecialDays, read_table

__all__ = ["Calendar", "calendar_of"]

_KNOWN_YEARS = range(2000, 2051)
_DAY = timedelta(days=1)
_BY_LIBRARY = ("KZ",)  # where the public holidays are days off


class Calendar:
    """The working days of one jurisdiction. A datetime is first turned into the local date, a date is used as it is."""

    def __init__(self, jurisdiction: str, years: tuple[CalendarYears, ...], special: tuple[SpecialDays, ...]) -> None:
        self._years = years
        self.zone = ZoneInfo(years[0].zone if years else "UTC")
        off: set[date] = set()
        if jurisdiction in _BY_LIBRARY:
            import holidays  # noqa: PLC0415 - 4 MB of the world's calendars, for who judges

            off = set(holidays.country_holidays(jurisdiction, years=_KNOWN_YEARS))
        worked: set[date] = set()
        for row in special:
            if row.valid_to is None:
                raise ValueError(f"rules: days.csv: {row.name!r} of {row.valid_from} has no last day; add it")
            days = {row.valid_from + _DAY * n for n in range((row.valid_to - row.valid_from).days + 1)}
            off = off | days if row.kind == "off" else off - days
            worked = worked | days if row.kind == "working" else worked - days
        self._off = sorted(day for day in off if day.weekday() < 5)
        self._worked = sorted(day for day in worked if day.weekday() >= 5)
        self._off_set, self._worked_set = frozenset(self._off), frozenset(self._worked)

    def local_date(self, moment: date) -> date:
        """The date on the wall calendar at that moment."""
        return moment.astimezone(self.zone).date() if isinstance(moment, datetime) else moment

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day."""
        day = self.local_date(day)
        return (day.weekday() < 5 and day not in self._off_set) or day in self._worked_set

    def working_days(self, begin: date, end: date) -> int:
        """Working days strictly after `begin`'s date up to and including `end`'s date; 0 if `end` is not later."""
        first, last = self.local_date(begin), self.local_date(end)
        if last <= first:
            return 0
        off = bisect_right(self._off, last) - bisect_right(self._off, first)
        worked = bisect_right(self._worked, last) - bisect_right(self._worked, first)
        return _weekdays_up_to(last) - _weekdays_up_to(first) - off + worked

    def working_day_before(self, day: date) -> date:
        """The last working day before that date."""
        day = self.local_date(day) - _DAY
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def after_working_days(self, day: date, count: int) -> date:
        """The last day of a term of so many working days: the first day is left out, the last one is worked."""
        day = self.local_date(day)
        while count > 0:
            day += _DAY
            count -= self.is_working_day(day)
        return day

    def days_off(self, begin: date, end: date) -> int:
        """Days nobody works, counted like `working_days`."""
        first, last = self.local_date(begin), self.local_date(end)
        return max((last - first).days, 0) - self.working_days(first, last)

    def confirmed(self, year: int) -> bool:
        """Whether the days off of that year are known for certain, moved ones included."""
        return any(row.confirmed and row.holds(date(year, 1, 1)) for row in self._years)


def _weekdays_up_to(day: date) -> int:
    """Mondays to Fridays from 1 January of the year 1, a Monday, up to and including the day."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)


@lru_cache(maxsize=64)
def calendar_of(jurisdiction: str) -> Calendar:
    """The calendar of a jurisdiction (ISO 3166-1 alpha-2, or '' for an unknown one)."""
    years = read_table("calendars", CalendarYears)
    special = read_table("days", SpecialDays)
    return Calendar(
        jurisdiction,
        tuple(row for row in years if row.jurisdiction == jurisdiction),
        tuple(row for row in special if row.jurisdiction == jurisdiction),
    )
