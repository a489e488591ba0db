"""R046: the winner stands in the register of suppliers who may not take part.

The entry holds on the day of the decision: it began on that day or before, and neither its own end nor the term of the
law (Kazakhstan: 24 months, Law No. 106-VIII, art. 8.7) has passed. The register's start is the nearest date the data
have to the decision the law counts from. Entries of quasi-state registers bar as well (art. 7.2). No names are kept.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime

import msgspec

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
    Subject,
    Tier,
)
from watchers.indicators.bidding import outcome
from watchers.indicators.parties import winners
from watchers.indicators.procedure import excluded, procedure_of
from watchers.ocds import Organization, Release, parse_datetime
from watchers.rules import Requirement, Rules

_QUASI_STATE = frozenset({"mitwork", "samruk"})


class DebarredWinner(Indicator):
    """Fires when a supplier is awarded while an entry in the register bars it."""

    code = "R046"
    stage = Stage.BIDS
    tier = Tier.A
    weight = 5
    family = Family.SUPPLIER
    needs = ("awards.suppliers.id", "awards.date", "parties.debarments")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        if not outcome(release).active:
            return NotApplicable("nothing is awarded")
        awarded = winners(release)
        if not awarded:
            return NotComputable("awards.suppliers.id is missing")
        held = [entry for supplier in awarded for entry in _entries(release, supplier, context.rules)]
        barring = [entry for entry in held if entry is not None and entry.first <= entry.decided <= entry.last]
        if barring:
            return _fired(max(barring, key=lambda entry: entry.last))
        if None in held:
            return NotComputable("awards.date or parties.debarments.startDate is missing")
        if not all(supplier.debarments_listed for supplier in awarded):
            return NotComputable("parties.debarments: the register was not asked about every winner")
        return Clear()


class _Entry(msgspec.Struct, frozen=True):
    """An entry in a register beside the day of the decision, as local dates, both ends included."""

    supplier: str
    decided: date
    first: date
    last: date
    register: str
    rule: Requirement | None


def _entries(release: Release, supplier: Organization, rules: Rules) -> list[_Entry | None]:
    """The supplier's entries; None for one whose dates, or the day of the decision, are not known."""
    jurisdiction = procedure_of(release, rules).jurisdiction
    local = rules.calendar(jurisdiction).local_date
    moment = _decided(release, supplier)
    if moment is None:
        return [None] * len(supplier.debarments)
    found: list[_Entry | None] = []
    for entry in supplier.debarments:
        name = "debarment_quasi_state" if entry.register in _QUASI_STATE else "debarment"
        rule = rules.law.requirement(jurisdiction, name, local(moment))
        begin, end = _moment(entry.start_date), _moment(entry.end_date)
        ends = [] if end is None else [local(end)]
        if begin is not None and rule is not None:
            ends.append(_months_later(local(begin), int(rule.value)))
        if begin is None or not ends:
            found.append(None)
        else:
            register = entry.register or ""
            found.append(_Entry(supplier.key, local(moment), local(begin), min(ends), register, rule))
    return found


def _decided(release: Release, supplier: Organization) -> datetime | None:
    """When the supplier was awarded: the last time, if there were several."""
    own = [one for one in outcome(release).active if any(who.key == supplier.key for who in one.suppliers)]
    return max((moment for award in own if (moment := award.decided) is not None), default=None)


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def _months_later(day: date, months: int) -> date:
    """The same day so many months later, or the month's last if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _fired(entry: _Entry) -> Fired:
    rule = entry.rule
    facts = {
        "since": entry.first.isoformat(), "until": entry.last.isoformat(), "decided": entry.decided.isoformat(),
        "register": entry.register,
    }  # fmt: skip
    return Fired(
        value=(entry.decided - entry.first).days,
        threshold=(entry.last - entry.first).days,
        unit="days",
        facts=facts,
        norm=Norm(rule.act, rule.clause, rule.checked_on) if rule else None,
        tier=Tier.A if rule else Tier.B,
        subject=Subject("tenderer", entry.supplier),
    )
