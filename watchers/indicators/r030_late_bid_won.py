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
        winning = [found for scope in lots(release) for found in _winning(scope)]
        if not winning:
            return NotComputable("no valid bid of a winner with bids.details.date")
        moment, latest = max(winning, key=_moment)
        if moment <= deadline:
            return Clear()
        late = moment - deadline
        one_zone_missing = _has_zone(latest.date) != _has_zone(period.end_date)
        if one_zone_missing and late <= _FARTHEST_ZONE:
            return NotComputable("bids.details.date or tender.tenderPeriod.endDate has no time zone")
        facts = {"submitted": moment.isoformat(), "deadline": deadline.isoformat()}
        return Fired(value=late // _HOUR, threshold=0, unit="hours", facts=facts)


def _winning(scope: Scope) -> list[tuple[datetime, Bid]]:
    """The first valid bid of each winner of the scope, with its moment: who was in time once is not late."""
    won = suppliers(scope.outcome.active)
    first: dict[frozenset[str], tuple[datetime, Bid]] = {}
    for bid in scope.bids:
        if bid.status != "valid" or not (who := tenderers(bid)) & won:
            continue
        moment = bid.submitted
        if moment is not None and (who not in first or moment < first[who][0]):
            first[who] = moment, bid
    return list(first.values())


def _moment(dated: tuple[datetime, Bid]) -> datetime:
    return dated[0]


def _has_zone(text: str | None) -> bool:
    return bool(text and _ZONE.search(text.strip()))
