"""When a purchase that is followed is asked for again: at the moments of its own life, ever more rarely in between.

Changes are told by the portal's feeds too. This is what sees bids, which appear with the results and move no date, and
what catches a change that a feed left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from watchers.sources.goszakup.announcements import lots_of
from watchers.sources.goszakup.files import documents, files_awaited_until
from watchers.sources.goszakup.model import Announcement, Deal, Records
from watchers.sources.goszakup.parts import local

__all__ = ["SECOND_LOOKS", "next_look", "second_look"]

_MARGIN = timedelta(minutes=2)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

REFUSED, CANCELLED = 410, 430
_LOT_ENDED = frozenset({370, REFUSED, CANCELLED})
_DEAL_ENDED = frozenset({330, 340, 350, 390, 455, 470, 480})
"""Not concluded, ended by one side or both, executed, replaced by an addendum, expired, void."""

SECOND_LOOKS = (_MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR, _DAY, _DAY, 3 * _DAY)
"""Waits before a record that could not be taken is asked for again: it may have been a bad minute, or be mended."""


def second_look(times: int, now: datetime) -> datetime | None:
    """When to ask again for a record that could not be taken so many times; None: not by ourselves any more."""
    return now + SECOND_LOOKS[times] if times < len(SECOND_LOOKS) else None


def next_look(records: Records, now: datetime) -> datetime | None:
    """When to ask for a purchase again; None once nothing more is to be expected."""
    one = records.announcement
    if one is None:
        return _running(records.deals, now) if records.deals else None
    if one.ref_buy_status_id in {REFUSED, CANCELLED}:
        return _until(now, _moment(one.last_update_date) or now, 7 * _DAY, limit=30 * _DAY)
    coming = [moment for moment in _moments(one) if moment > now]
    if coming:
        return min(min(coming) + _MARGIN, now + 3 * _DAY)
    results = _moment(one.itogi_date_public)
    if results is not None:
        return _after_results(one, records, results, now)
    closed = _moment(one.end_date) or _moment(one.publish_date) or now
    return _pace(now, closed, least=_HOUR / 2, most=_DAY, limit=365 * _DAY)


def _after_results(one: Announcement, records: Records, results: datetime, now: datetime) -> datetime | None:
    """Bids appear with the results or a little later; contracts are expected for two months."""
    deals = records.deals or ()
    if not records.applications and (look := _pace(now, results, least=_HOUR / 2, most=_DAY, limit=14 * _DAY)):
        return look
    if one.lots and all(lot.ref_lot_status_id in _LOT_ENDED for lot in one.lots):
        return _until(now, results, 3 * _DAY, limit=14 * _DAY)
    expected = None
    if not deals or any(_unsigned(deal) for deal in deals):
        expected = _pace(now, results, least=6 * _HOUR, most=2 * _DAY, limit=60 * _DAY)
    running = _running(deals, now) if deals else None
    return min(running, expected) if running and expected else running or expected


def _running(deals: Sequence[Deal], now: datetime) -> datetime | None:
    """Contracts are followed until they are carried out and paid."""
    if all(deal.ref_contract_status_id in _DEAL_ENDED for deal in deals):
        changed = max(filter(None, (_moment(deal.last_update_date) for deal in deals)), default=now)
        return _until(now, changed, 30 * _DAY, limit=90 * _DAY)
    due = max(filter(None, (_moment(deal.plan_exec_date) or _moment(deal.ec_end_date) for deal in deals)), default=now)
    return _until(now, due, 7 * _DAY if now < due + 180 * _DAY else 30 * _DAY, limit=3 * 365 * _DAY)


def _unsigned(deal: Deal) -> bool:
    return deal.sign_date is None and deal.ref_contract_status_id not in _DEAL_ENDED


def _moments(one: Announcement) -> list[datetime]:
    said = (one.discus_end_date, one.start_date, one.end_date, one.repeat_start_date, one.repeat_end_date)
    awaited = files_awaited_until(one, documents(one, lots_of(one)))
    return [moment for moment in (awaited, *map(_moment, said)) if moment is not None]


def _moment(text: str | None) -> datetime | None:
    return local(text) if text else None


def _pace(now: datetime, since: datetime, *, least: timedelta, most: timedelta, limit: timedelta) -> datetime | None:
    """A quarter of the time already waited, within bounds."""
    waited = now - since
    return None if waited > limit else now + min(max(waited / 4, least), most)


def _until(now: datetime, since: datetime, every: timedelta, *, limit: timedelta) -> datetime | None:
    return None if now - since > limit else now + every
