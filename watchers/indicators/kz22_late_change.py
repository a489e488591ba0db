"""KZ-22: the terms changed so close to the deadline that too little time is left to answer them.

The contents of the release's own snapshots are compared, not their dates: sums, lots, quantities, descriptions, terms
of delivery, documents with terms. From a change to the deadline there must be the working days that the method gives
for bids: a tender whose documents change is discussed again and the time runs anew (Rules No. 687, p. 165, 168, 349,
351). Where the deadline was moved far enough, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import msgspec

from watchers.history import PastTerms
from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    Norm,
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.past import history_of
from watchers.ocds import Release
from watchers.rules import Calendar, Window

_CHANGED = "190"  # the portal's status: the documentation was changed


class _Change(msgspec.Struct, frozen=True):
    """A change of the terms: which parts, on which day, how many working days before the deadline then in force."""

    parts: tuple[str, ...]
    on: date
    left: int


class LateChange(Indicator):
    """Fires when the terms changed and the deadline did not move far enough."""

    code = "KZ-22"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 3
    family = Family.TERMS
    needs = ("tender.tenderPeriod.endDate",)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        window = context.rules.window("KZ", purchase.group, repeat=False, on=purchase.on)
        if window is None:
            return NotApplicable("the method has no shortest time for bids")
        calendar = context.rules.calendar("KZ")
        stated = _stated(release, purchase, calendar)
        if stated is not None and stated.left < window.minimum:
            return _fired(stated, window, 1)
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        terms = history.terms()
        changes = [
            _Change(
                parts, calendar.local_date(after.released_at), calendar.working_days(after.released_at, after.closes_at)
            )
            for parts, after in _changes(terms)
            if after.closes_at is not None
        ]
        late = [one for one in changes if one.left < window.minimum]
        return _fired(min(late, key=lambda one: one.left), window, len(changes)) if late else Clear()


def _stated(release: Release, purchase: UnderLaw, calendar: Calendar) -> _Change | None:
    """The change that the portal itself states by the announcement's status, before any snapshot could show it."""
    period = purchase.tender.tender_period
    end, moment = period.end if period else None, release.released
    if purchase.tender.status_code != _CHANGED or end is None or moment is None or moment >= end:
        return None
    return _Change(("documents",), calendar.local_date(moment), calendar.working_days(moment, end))


def _changes(terms: list[PastTerms]) -> Iterator[tuple[tuple[str, ...], PastTerms]]:
    """What changed from one state to the next while bids could still be handed in."""
    for before, after in pairwise(terms):
        parts = tuple(after.changed_since(before))
        if parts and after.closes_at is not None and after.released_at < after.closes_at:
            yield parts, after


def _fired(change: _Change, window: Window, times: int) -> Fired:
    return Fired(
        value=change.left,
        threshold=window.minimum,
        unit="working_days",
        facts={
            "parts": list(change.parts),
            "on": change.on.isoformat(),
            "changes": times,
            "group": window.group,
        },
        norm=Norm(window.act, window.clause, window.checked_on),
    )
