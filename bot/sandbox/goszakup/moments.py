"""Moments of the country: whole seconds since 1970 inside, naive local text (UTC+5) outside, lawful working days."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta, timezone

from watchers.rules.calendars import Calendar, calendar_of

ZONE = timezone(timedelta(hours=5))
DAY = 86_400
HOUR = 3_600
MINUTE = 60
OPENING = 9 * HOUR
"""Bids are accepted from nine in the morning."""


def local_text(moment: int) -> str | None:
    """Return a moment as the API writes it, "2026-11-20 19:55:42"; None for 0, which stands for "never"."""
    return datetime.fromtimestamp(moment, ZONE).strftime("%Y-%m-%d %H:%M:%S") if moment else None


def moment_of(text: str) -> int:
    """Read a moment as the API takes it: with or without the time of day. Raises ValueError on anything else."""
    return int(datetime.fromisoformat(text.strip()).replace(tzinfo=ZONE).timestamp())


def day_of(moment: int) -> date:
    """Return the local day of a moment."""
    return datetime.fromtimestamp(moment, ZONE).date()


def midnight(day: date) -> int:
    """Return the moment a local day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp())


def seconds_of(moment: datetime) -> int:
    """Return an aware moment as seconds; raises ValueError where it has no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"goszakup stand-in: {moment.isoformat()} has no time zone; give an aware moment")
    return int(moment.astimezone(UTC).timestamp())


@functools.cache
def _calendar() -> Calendar:
    return calendar_of("KZ")


@functools.cache
def is_working(day: date) -> bool:
    """Return whether the country works on a day."""
    return _calendar().is_working_day(day)


def working_days_later(day: date, count: int) -> date:
    """Return the working day that is `count` working days after a day."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working(day)
    return day
