"""R012: bought by a less competitive method than the buyer's annual plan says.

The plan states the method (Rules No. 687, p. 12(3)), and nothing outside the plan may be bought (Law No. 106-VIII,
art. 6.8). Changes towards more competition do not count, nor single source after a failed purchase: the plan goes on
naming the failed method, and KZ-04 asks whether that road was open. A plan point made after the announcement was read
tells nothing of what the plan said then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

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
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.ocds import Item, Lot, Release, parse_datetime
from watchers.rules import Rules

_DEAD = frozenset({"cancelled", "withdrawn"})


class NotAsPlanned(Indicator):
    """Fires when a lot is bought by a method with less competition than planned."""

    code = "R012"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 3
    family = Family.METHOD
    needs = ("tender.procurementMethodDetails", "tender.items.planPoint.method")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`order`: groups of methods from the most to the least competitive; those of one line are alike."""

        order: tuple[str, ...] = (
            "tender rating_point auction",
            "price_quotation",
            "e_shop",
            "single_source_after_failure",
            "direct",
        )

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group == "single_source_after_failure":
            return NotApplicable("single source after a failed purchase keeps the method it was planned by")
        places = {group: place for place, groups in enumerate(self.settings.order) for group in groups.split()}
        if purchase.group not in places:
            return NotApplicable("this method has no place in the order of competition")
        rule = context.rules.law.requirement("KZ", "planned_method", purchase.on)
        if rule is None:
            return NotComputable(f"no rule is known for this method on {purchase.on}")
        known, worse = 0, []
        for lot in purchase.tender.lots or (Lot(),):
            planned = _planned(lot, purchase, release, context.rules) if lot.status not in _DEAD else None
            if planned is None:
                continue
            known += 1
            if places.get(planned, len(places)) < places[purchase.group]:
                worse.append(planned)
        if not worse:
            return Clear() if known else NotComputable("tender.items.planPoint.method is missing")
        facts = {"planned": worse[0], "actual": purchase.group, "lots": len(purchase.tender.lots) or 1}
        norm = Norm(rule.act, rule.clause, rule.checked_on)
        return Fired(value=len(worse), threshold=1, unit="lots", facts=facts, norm=norm)


def _planned(lot: Lot, purchase: UnderLaw, release: Release, rules: Rules) -> str | None:
    """The group of methods a lot was planned by, None if unknown; of several plan points the least competitive."""
    own = [item for item in purchase.tender.items if not purchase.tender.lots or str(item.related_lot) == lot.key]
    stated = list(_of_points(own, release.released)) or [lot.planned_method_details or ""]
    groups = {method.group for text in stated if (method := rules.method(purchase.procedure.jurisdiction, text))}
    if purchase.group in groups:
        return purchase.group
    return min(groups) if len(groups) == 1 else None


def _of_points(items: Iterable[Item], known_on: datetime | None) -> Iterable[str]:
    for item in items:
        point = item.plan_point
        if point is None or not point.method:
            continue
        created = parse_datetime(point.created) if point.created else None
        if created is None or known_on is None or created <= known_on:
            yield point.method
