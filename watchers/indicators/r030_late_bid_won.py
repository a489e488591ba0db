"""R030: a bid handed in after the deadline won.

Cardinal's definition, with moments compared as moments: a valid bid dated after `tender.tenderPeriod.endDate` whose
tenderer is a supplier of an active award. A tenderer who also has a valid bid in time is not late. Kazakhstan's portal
closes by itself, so a hit there is more likely a mistake in the data.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

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
from watchers.indicators.bidding import Scope, lots, outcome, submitted, suppliers, tenderers
from watchers.indicators.procedure import excluded
from watchers.ocds import Bid, Period, Release, Tender

_ZONE = re.compile(r"\d[T ].*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)$")
_FARTHEST_ZONE = timedelta(hours=14)
_HOUR = timedelta(hours=1)


class LateBidWon(Indicator):
    """Fires when a winner's only valid bid came after the deadline."""

    code = "R030"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 3
    family = Family.EVALUATION
    needs = ("tender.tenderPeriod.endDate", "bids.details.date", "awards.suppliers.id")

    def judge(self, release: Release, context: Context) -> Answer:  # noqa: ARG002 - no rule is needed
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        period = (release.tender or Tender()).tender_period or Period()
        bids = submitted(release)
        if bids is None:
            return NotComputable("bids.details is missing")
        if not outcome(release).active:
            return NotApplicable("nothing is awarded")
        if period.end is None:
            return NotComputable("tender.tenderPeriod.endDate is missing")
        deadline = period.end if len(period.end_date or "") > 10 else period.end + timedelta(days=1)
        winning = [bid for scope in lots(release) for bid in _winning(scope, deadline)]
        if not winning:
            return NotComputable("no valid bid of a winner with bids.details.date")
        latest = max(winning, key=lambda bid: bid.submitted or deadline)
        if latest.submitted is None or latest.submitted <= deadline:
            return Clear()
        late = latest.submitted - deadline
        one_zone_missing = _has_zone(latest.date) != _has_zone(period.end_date)
        if one_zone_missing and late <= _FARTHEST_ZONE:
            return NotComputable("bids.details.date or tender.tenderPeriod.endDate has no time zone")
        facts = {"submitted": latest.submitted.isoformat(), "deadline": deadline.isoformat()}
        return Fired(value=late // _HOUR, threshold=0, unit="hours", facts=facts)


def _winning(scope: Scope, deadline: datetime) -> list[Bid]:
    """For each winner of the scope the bid that counts: the first valid one in time, else the first late one."""
    won = suppliers(scope.outcome.active)
    first: dict[frozenset[str], Bid] = {}
    dated = [bid for bid in scope.bids if bid.status == "valid" and bid.submitted is not None]
    if len(dated) > 1:
        dated.sort(key=lambda bid: bid.submitted or deadline)
    for bid in dated:
        if tenderers(bid) & won:
            first.setdefault(tenderers(bid), bid)
    return list(first.values())


def _has_zone(text: str | None) -> bool:
    return bool(text and _ZONE.search(text.strip()))
