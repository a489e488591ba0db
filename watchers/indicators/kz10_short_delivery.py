"""KZ-10: the term of delivery is shorter than the law allows.

Law No. 106-VIII, art. 17.6: goods are delivered, works done and services rendered in no fewer than fifteen calendar
days. The term is read from the plan point, else from a lot that states one. Ten working days are fourteen calendar
days; a date is counted from the last day to bid, before which no contract can be signed. Where deliveries go by orders,
the days are those of one order: a weak sign only. Food brought by a schedule is left out.
"""

from __future__ import annotations

from datetime import date

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
    Tier,
)
from watchers.indicators.delivery_terms import Term, read_term, stated_term
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.scope import code_of, item_text, items_of, lots_by_key
from watchers.ocds import Item, Lot, Release
from watchers.rules import Rules
from watchers.rules.law import Requirement
from watchers.rules.things import code_kinds

_FIELD = "tender.items.planPoint.deliveryTerm"
_MISSING = NotComputable(f"{_FIELD} is missing")
_UNREAD = NotComputable(f"{_FIELD} cannot be read as a term")
_OPEN = NotComputable(f"{_FIELD} names no number of days: delivered on request")
_STALE = NotComputable(f"{_FIELD} is a date before the last day to bid")
_LONGEST_QUOTE = 120


class _Told(msgspec.Struct, frozen=True):
    """A term that could be counted, and of which item."""

    days: int
    term: Term
    text: str
    item: Item


class ShortDelivery(Indicator):
    """Fires when a lot must be delivered sooner than the law lets anybody ask for."""

    code = "KZ-10"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 3
    family = Family.TERMS
    needs = (_FIELD,)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group == "direct":
            return NotApplicable("no announcement is made under this method")
        rule = context.rules.law.requirement("KZ", "delivery", purchase.on)
        if rule is None:
            return NotComputable(f"no shortest term of delivery is known on {purchase.on}")
        closes = _closes(purchase, context.rules)
        told = [_told(item, lot, closes or purchase.on, purchase.on.year) for item, lot in items_of(release)]
        short = [one for one in told if isinstance(one, _Told) and one.days < rule.value]
        if short:
            return _fired(release, short, rule, closes)
        unclear = [one for one in told if isinstance(one, NotComputable)]
        return unclear[0] if unclear else (Clear() if told else _MISSING)


def _closes(purchase: UnderLaw, rules: Rules) -> date | None:
    period = purchase.tender.tender_period
    end = period.end if period else None
    return None if end is None else rules.calendar(purchase.procedure.jurisdiction).local_date(end)


def _told(item: Item, lot: Lot | None, since: date, year: int) -> _Told | NotComputable | None:
    """The days an item may take from `since`; None for what is left out."""
    text = _text(item, lot)
    if not text:
        return _MISSING
    term = read_term(text, (item.plan_point.year if item.plan_point else None) or year)
    if term is None:
        return _UNREAD
    if term.scheduled and "food" in code_kinds(*code_of(item)):
        return None
    if term.days is not None:
        return _Told(term.days, term, text, item)
    if term.due is None:
        return _OPEN
    days = (term.due - since).days
    return _Told(days, term, text, item) if days >= 0 else _STALE


def _text(item: Item, lot: Lot | None) -> str:
    point = item.plan_point
    if point is not None and point.delivery_term:
        return point.delivery_term
    return stated_term(item_text(item, lot))


def _fired(release: Release, short: list[_Told], rule: Requirement, closes: date | None) -> Fired:
    """By the shortest term that binds without an order; by one that waits for orders only if there is no other."""
    worst = min(short, key=lambda one: (one.term.on_request, one.days))
    term = worst.term
    lot = lots_by_key(release).get(str(worst.item.related_lot))
    by_date = term.days is None and term.due is not None
    return Fired(
        value=worst.days,
        threshold=int(rule.value),
        unit="days",
        facts={
            "term": worst.text[:_LONGEST_QUOTE],
            "working_days": term.working_days or 0,
            "due": term.due.isoformat() if by_date and term.due else "",
            "closes": closes.isoformat() if by_date and closes else "",
            "on_request": term.on_request,
            "lots": len({str(one.item.related_lot) for one in short}),
            "lot": (lot.public_number or lot.key) if lot else "",
        },
        norm=Norm(rule.act, rule.clause, rule.checked_on),
        tier=Tier.B if term.on_request else Tier.A,
        weight=1 if term.on_request else ShortDelivery.weight,
    )
