"""When somebody may be told, in their own time zone. Moments are aware; minutes count from local midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from alerts.format import zone_of

__all__ = ["FOREVER", "NIGHT", "Mode", "day_start", "is_silent", "next_slot", "quiet_end"]

FOREVER = datetime(2200, 1, 1, tzinfo=UTC)
"""The end of a snooze until somebody says so."""

NIGHT = (22 * 60, 8 * 60)
"""When messages make no sound for those who set no quiet hours; also the quiet hours that are offered first."""

Quiet = tuple[int, int] | None


class Mode(StrEnum):
    """How often a filter speaks, the quickest first."""

    INSTANT = "instant"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


def _at(day: datetime, minutes: int) -> datetime:
    """That minute of a local day, as UTC."""
    clock_time = time(minutes // 60 % 24, minutes % 60)
    return datetime.combine(day.date(), clock_time, day.tzinfo).astimezone(UTC)


def day_start(now: datetime, zone: str) -> datetime:
    """Local midnight before `now`, as UTC."""
    return _at(now.astimezone(zone_of(zone)), 0)


def _next_at(now: datetime, zone: str, minutes: int) -> datetime:
    local = now.astimezone(zone_of(zone))
    today = _at(local, minutes)
    return today if today > now else _at(local + timedelta(days=1), minutes)


def next_slot(mode: Mode, now: datetime, zone: str, digest_at: int) -> datetime:
    """When the next list of a mode comes: on the hour, daily at `digest_at`, or then on Monday."""
    if mode is Mode.INSTANT:
        return now
    if mode is Mode.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    slot = _next_at(now, zone, digest_at)
    if mode is Mode.WEEKLY:
        local = slot.astimezone(zone_of(zone))
        slot = _at(local + timedelta(days=-local.weekday() % 7), digest_at)
    return slot


def quiet_end(now: datetime, zone: str, quiet: Quiet) -> datetime | None:
    """When the quiet hours that `now` is in end, as UTC; None outside them. They may go over midnight."""
    if quiet is None or quiet[0] == quiet[1]:
        return None
    start, end = quiet
    local = now.astimezone(zone_of(zone))
    minute = local.hour * 60 + local.minute
    inside = start <= minute < end if start < end else minute >= start or minute < end
    return _next_at(now, zone, end) if inside else None


def is_silent(now: datetime, zone: str, quiet: Quiet) -> bool:
    """Whether a message sent now should make no sound: in the person's quiet hours, else at night."""
    return quiet_end(now, zone, quiet or NIGHT) is not None
