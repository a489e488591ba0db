"""The lowest prices that do not count as dumping yet: bids are drawn there, so closeness there says little."""

from __future__ import annotations

from decimal import Decimal

from watchers.indicators.bidding import price_of
from watchers.indicators.procedure import announced_on, planned_value, procedure_of
from watchers.ocds import Release, Tender
from watchers.rules import Rules

__all__ = ["at_floor", "dumping_floors", "plan_of"]

_HUNDRED = Decimal(100)
_TENDER = {
    ("tender", "goods"): ("other",),
    ("tender", "works"): ("construction", "road_medium_repair", "current_repair", "design", "other"),
    ("tender", "services"): ("supervision", "road_supervision", "other"),
    ("tender", ""): ("construction", "road_medium_repair", "current_repair", "design", "supervision", "other"),
}
_KINDS = {
    **_TENDER,
    **{("rating_point", category): kinds for (_, category), kinds in _TENDER.items()},
    ("price_quotation", ""): ("price_quotation",),
    ("social_order", ""): ("social_order",),
    ("catering", ""): ("catering",),
}
"""The kinds of watchers/rules/data/dumping.csv that a purchase may be of, by its group of methods and category."""
_ROUNDING = Decimal("1e-6")
"""Unit prices are rounded to the hundredth, so a sum may miss the floor it was meant to hit: by less than a millionth,
and by less than one unit of money."""


def plan_of(release: Release, lot: str, currency: str) -> Decimal | None:
    """The planned sum of a lot in the currency of its bids; None if that is not known."""
    plan = price_of(planned_value(release, lot))
    return plan[0] if plan is not None and plan[1] == currency else None


def dumping_floors(release: Release, rules: Rules, plan: Decimal) -> tuple[Decimal, ...]:
    """Every floor that may hold for a lot planned at `plan`: which kind of works it is, no field may tell.

    An estimate or a norm's sum is not in the data; the plan follows it, so the plan stands for it.
    """
    procedure = procedure_of(release, rules)
    day = announced_on(release, rules, procedure.jurisdiction)
    category = (release.tender or Tender()).main_procurement_category or ""
    kinds = _KINDS.get((procedure.group, category), _KINDS.get((procedure.group, ""), ()))
    if day is None:
        return ()
    limits = [rules.law.floor(procedure.jurisdiction, kind, day) for kind in kinds]
    shares = {limit.percent for limit in limits if limit is not None and limit.percent}
    return tuple(sorted(plan * (1 - share / _HUNDRED) for share in shares))


def at_floor(amount: Decimal, floors: tuple[Decimal, ...], percent: Decimal = Decimal(0)) -> bool:
    """Whether a price is one of the floors, or within so many percent of it."""
    for floor in floors:
        rounding = min(Decimal(1), floor * _ROUNDING)
        if abs(amount - floor) < max(rounding, floor * percent / _HUNDRED):
            return True
    return False
