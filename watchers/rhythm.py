"""When news of a publisher is to be expected: its working days and hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import msgspec

from watchers.rules.calendars import Calendar, calendar_of
from watchers.sources.base import SourceSettings

__all__ = ["Rhythm", "rhythm_of"]

_LONGEST = 60


class Rhythm(msgspec.Struct, frozen=True):
    """Nothing new for `quiet` of working time is unusual; zero: nothing is. Hours are of the calendar's zone."""

    quiet: timedelta
    opens: time
    closes: time  # 23:59:59 for midnight
    calendar: Calendar

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Working time between two moments; counted no further back than two months."""
        zone = self.calendar.zone
        begin, end = since.astimezone(zone), until.astimezone(zone)
        total, day = timedelta(0), max(begin.date(), end.date() - timedelta(days=_LONGEST))
        while day <= end.date():
            if self.calendar.is_working_day(day):
                first = max(begin, datetime.combine(day, self.opens, zone))
                last = min(end, datetime.combine(day, self.closes, zone))
                total += max(last - first, timedelta(0))
            day += timedelta(days=1)
        return total


def rhythm_of(settings: SourceSettings) -> Rhythm:
    """The rhythm that the settings of a source describe."""
    opens, _, closes = settings.work_hours.partition("-")
    return Rhythm(
        timedelta(hours=settings.silence_hours),
        time.fromisoformat(opens),
        time(23, 59, 59) if closes == "24:00" else time.fromisoformat(closes),
        calendar_of(settings.calendar),
    )
