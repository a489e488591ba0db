"""R002: the sum lies just under the limit of its method.

The limits are those of KZ-03 (Law No. 106-VIII, art. 10.4, 10.5, 16.3(28); the MRP of the financial year; without VAT).
Fires when things of one kind, or the whole announcement, cost at least `share` of the limit and no more than it.
A sum just over it is KZ-03's. Many unrelated things together that come near it do so by chance.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    Norm,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.direct_limits import limit_name
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.sums import Spent, limit_of, spent
from watchers.ocds import Release
from watchers.rules import Limit

_TENTH = Decimal("0.1")


class NearThreshold(Indicator):
    """Fires when a little more money would have asked for a more competitive method."""

    code = "R002"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.THRESHOLD
    needs = ("tender.procurementMethodDetails", "tender.lots.value", "tender.items.classification.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`share` of the limit from which on a sum is near it; of direct contracts for works `share_direct_works`.

        `most_kinds`: with more kinds of things than this the whole announcement is not looked at.
        """

        share: float = 0.95
        share_direct_works: float = 0.9
        most_kinds: int = 10

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        name = limit_name(release, purchase, context.rules)
        if not isinstance(name, str):
            return name
        limit = limit_of(purchase, name, context.rules)
        if isinstance(limit, NotComputable):
            return limit
        money = spent(purchase, limit.currency)
        if isinstance(money, NotComputable):
            return money
        works = purchase.group == "direct" and purchase.tender.main_procurement_category == "works"
        share = self.settings.share_direct_works if works else self.settings.share
        least = limit.amount * Decimal(str(share))
        if money.total < least:
            return Clear()
        near = [(amount, code) for code, amount in money.by_code.items() if least <= amount <= limit.amount]
        if near:
            amount, code = max(near)
            return _fired(purchase, money, limit, amount, code)
        if money.unknown:
            return NotComputable(money.unknown)
        if money.total <= limit.amount and len(money.by_code) <= self.settings.most_kinds:
            return _fired(purchase, money, limit, money.total, "")
        return Clear()


def _fired(purchase: UnderLaw, money: Spent, limit: Limit, amount: Decimal, code: str) -> Fired:
    return Fired(
        value=amount,
        threshold=limit.amount,
        unit=limit.currency,
        facts={
            "group": purchase.group,
            "limit": limit.name,
            "multiple": limit.multiple,
            "base_amount": str(limit.amount / limit.multiple),
            "percent": str((amount / limit.amount * 100).quantize(_TENTH)),
            "code": code,
            "kinds": len(money.by_code),
            "years": money.years,
            "value_added_tax": False,
        },
        norm=Norm(limit.act, limit.clause, limit.checked_on),
    )
