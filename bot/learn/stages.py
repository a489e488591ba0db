"""Where a purchase stands: what can still be done about it depends on that."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from watchers.ocds import Release, parse_datetime
from watchers.rules import Rules
from watchers.rules.calendars import Calendar
from watchers.summary import Summary

__all__ = ["Stage", "Standing", "standing_of"]

_OFF = frozenset({"cancelled", "withdrawn"})
_DISCUSSED = {"tender": "discussion", "rating_point": "discussion", "auction": "discussion_auction"}
"""Groups of methods whose draft documents are discussed, and the name of the term in the law's tables."""
_OVER = frozenset({"cancelled", "unsuccessful"})  # OCDS statuses of an award


class Stage(StrEnum):
    """The steps of a purchase, as far as they decide what can be done."""

    DISCUSSION = "discussion"  # remarks on the draft documents are taken
    BIDDING = "bidding"
    DECIDING = "deciding"  # bids are closed, nothing is decided yet
    RESULTS = "results"
    CONTRACT = "contract"
    OVER = "over"  # called off


class Standing(msgspec.Struct, frozen=True):
    """`group`: the law's group of methods, '' if unknown. `since`: the day the stage began, as far as it is known.

    `until`: the last day of the stage where it is known.
    """

    stage: Stage
    group: str
    since: date | None = None
    until: date | None = None


def standing_of(release: Release, summary: Summary, rules: Rules, country: str, now: datetime) -> Standing:
    """Where a purchase stands at that moment (UTC)."""
    calendar = rules.calendar(country)
    method = rules.method(country, summary.method)
    group = method.group if method else ""
    if summary.status.casefold() in _OFF:
        return Standing(Stage.OVER, group)
    signed = _latest(calendar, [one.date_signed for one in release.contracts])
    if release.contracts:
        return Standing(Stage.CONTRACT, group, since=signed)
    decided = [one for one in release.awards if (one.status or "active") not in _OVER]
    if decided:
        return Standing(Stage.RESULTS, group, since=_latest(calendar, [one.date for one in decided]))
    if summary.closes_at is not None and summary.closes_at <= now:
        return Standing(Stage.DECIDING, group, since=calendar.local_date(summary.closes_at))
    discussed_until = _discussion(release, summary, group, rules, country)
    today = calendar.local_date(now)
    if discussed_until is not None and today <= discussed_until:
        return Standing(Stage.DISCUSSION, group, since=_published(summary, calendar), until=discussed_until)
    until = calendar.local_date(summary.closes_at) if summary.closes_at is not None else None
    return Standing(Stage.BIDDING, group, since=_published(summary, calendar), until=until)


def _published(summary: Summary, calendar: Calendar) -> date | None:
    return calendar.local_date(summary.published_at) if summary.published_at is not None else None


def _discussion(release: Release, summary: Summary, group: str, rules: Rules, country: str) -> date | None:
    """The last day remarks are taken: as announced, else the last of the law's working days after the announcement."""
    term = _DISCUSSED.get(group)
    tender = release.tender
    if term is None or tender is None or summary.published_at is None:
        return None
    calendar = rules.calendar(country)
    if tender.enquiry_period is not None and tender.enquiry_period.end is not None:
        return calendar.local_date(tender.enquiry_period.end)
    opened = tender.tender_period.start if tender.tender_period is not None else None
    if opened is not None and opened <= summary.published_at:
        return None  # bids were taken from the first day: nothing was discussed
    days = rules.law.requirement(country, term, calendar.local_date(summary.published_at))
    return calendar.after_working_days(summary.published_at, int(days.value)) if days is not None else None


def _latest(calendar: Calendar, written: list[str | None]) -> date | None:
    moments = [moment for one in written if one and (moment := parse_datetime(one)) is not None]
    return calendar.local_date(max(moments)) if moments else None
