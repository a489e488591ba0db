"""How long a decision took: working days from the end of the time to bid to the award."""

from __future__ import annotations

from datetime import datetime

from watchers.history import Band
from watchers.indicators.base import Context, NotApplicable, NotComputable
from watchers.indicators.bidding import outcome
from watchers.indicators.procedure import COMMISSION, excluded, procedure_of
from watchers.ocds import Release, Tender
from watchers.rules import Rules

__all__ = ["UNDATED", "decision_days", "earlier_decisions", "undecided", "working_days_between"]

UNDATED = NotComputable("tender.tenderPeriod.endDate or awards.date is missing, or the decision is the earlier")


def undecided(release: Release, rules: Rules) -> NotApplicable | None:
    """Why there is no decision whose speed would tell something; None if there is one."""
    dead = excluded(release)
    if dead is not None:
        return dead
    procedure, tender = procedure_of(release, rules), release.tender or Tender()
    if procedure.jurisdiction == "KZ" and procedure.method is not None and procedure.group not in COMMISSION:
        return NotApplicable("no commission decides: the portal names the winner by itself")
    if procedure.method is None and tender.procurement_method in {"direct", "limited"}:
        return NotApplicable("not a competitive method")
    return None if outcome(release).active else NotApplicable("nothing is awarded")


def decision_days(release: Release, rules: Rules) -> list[int]:
    """One number an award; awards without a date, or dated before the deadline, are passed over."""
    period = release.tender.tender_period if release.tender else None
    jurisdiction = procedure_of(release, rules).jurisdiction
    end = period.end if period else None
    moments = [award.decided for award in outcome(release).active]
    found = [working_days_between(end, moment, rules, jurisdiction) for moment in moments]
    return [days for days in found if days is not None]


def earlier_decisions(context: Context, least: int) -> Band | None:
    """How long at least so many earlier decisions by the same methods took, in working days."""
    if context.history is None:
        return None
    lot = next(iter(context.history.own.lots), None)
    band = context.history.decisions(lot.group, lot.currency) if lot else None
    return band if band is not None and band.n >= least else None


def working_days_between(begin: datetime | None, end: datetime | None, rules: Rules, jurisdiction: str) -> int | None:
    """Working days from one moment to a later one, by local dates; None if either is missing or they are reversed."""
    if begin is None or end is None:
        return None
    calendar = rules.calendar(jurisdiction)
    first, last = calendar.local_date(begin), calendar.local_date(end)
    return None if last < first else rules.working_days(first, last, jurisdiction)
