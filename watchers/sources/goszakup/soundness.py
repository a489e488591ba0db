"""Whether a record can be taken as it is. What cannot be is set aside with its reason, never mended by guessing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from watchers.sources.goszakup.model import Announcement, Records

__all__ = ["fault_of"]

_LARGEST_SUM = Decimal(10) ** 14
"""Tenge: nearly the product of the whole country in a year."""
_FIRST_YEAR, _YEARS_AHEAD = 2005, 20


def fault_of(records: Records, now: datetime) -> str:
    """What of a purchase cannot be, in words; '' if it can be taken."""
    return next(_faults(records, now), "")


def _faults(records: Records, now: datetime) -> Iterator[str]:
    if records.announcement is not None:
        yield from _faults_of(records.announcement, now)
    for deal in records.deals or ():
        yield from _absurd_sum(f"contractSum of contract {deal.id}", deal.contract_sum)
    for bid in records.applications or ():
        for part in bid.app_lots or ():
            yield from _absurd_sum(f"amount of bid {bid.id}", part.amount)


def _faults_of(one: Announcement, now: datetime) -> Iterator[str]:
    if one.id is None or one.id <= 0:
        yield "it has no id"
    if not (one.number_anno or "").strip():
        yield "it has no number"
    yield from _absurd_sum("totalSum", one.total_sum)
    for lot in one.lots or ():
        yield from _absurd_sum(f"amount of lot {lot.id}", lot.amount)
        yield from _absurd_sum(f"count of lot {lot.id}", lot.count)
    yield from _absurd_dates(one, now)


def _absurd_sum(name: str, amount: Decimal | None) -> Iterator[str]:
    if amount is not None and not 0 <= amount < _LARGEST_SUM:
        shown = f"{amount:.3E}" if abs(amount) >= _LARGEST_SUM else f"{amount}"
        yield f"{name} is {'negative' if amount < 0 else 'absurd'}: {shown}"


def _absurd_dates(one: Announcement, now: datetime) -> Iterator[str]:
    """The dates every announcement has; elsewhere a year like that may be how the portal writes "never"."""
    dates = {"publishDate": one.publish_date, "startDate": one.start_date, "endDate": one.end_date}
    for name, text in dates.items():
        year = (text or "").strip()[:4]
        if year.isdecimal() and not _FIRST_YEAR <= int(year) <= now.year + _YEARS_AHEAD:
            yield f"{name} is in the year {year}"
