"""KZ-03: a method is used above the sum up to which it is allowed.

Price quotations serve homogeneous goods, works and services of up to 8,000 MRP a year (Law No. 106-VIII, art. 10.4;
Rules No. 687, p. 410), the electronic shop goods of up to 4,000 (art. 10.5; p. 432), direct contracts on the ground of
small volumes goods of up to 100, works and services of up to 500, akims' offices of villages and small towns of up to
4,000 (art. 16.3(28)). The MRP is that of the financial year. Sums are without VAT, as the plan's are (p. 12(2)).

Of one code for certain; things of one class of goods (the first six characters) are likely homogeneous: tier B.
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


class AboveLimit(Indicator):
    """Fires when things of one kind cost more a year than the method is allowed for."""

    code = "KZ-03"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 4
    family = Family.THRESHOLD
    needs = ("tender.procurementMethodDetails", "tender.lots.value", "tender.items.classification.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`class_characters`: goods whose codes begin alike so far are likely homogeneous; 0 looks at whole codes."""

        class_characters: int = 6

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
        if money.total <= limit.amount:
            return Clear()
        certain = _above(money.by_code, limit)
        if certain is not None:
            return _fired(purchase, money, limit, certain, exact=True)
        if money.unknown:
            return NotComputable(money.unknown)
        if self.settings.class_characters and purchase.tender.main_procurement_category == "goods":
            likely = _above(money.by_class(self.settings.class_characters), limit)
            if likely is not None:
                return _fired(purchase, money, limit, likely, exact=False)
        return Clear()


def _above(sums: dict[str, Decimal], limit: Limit) -> tuple[str, Decimal] | None:
    over = [(amount, code) for code, amount in sums.items() if amount > limit.amount]
    if not over:
        return None
    amount, code = max(over)
    return code, amount


def _fired(purchase: UnderLaw, money: Spent, limit: Limit, found: tuple[str, Decimal], *, exact: bool) -> Fired:
    code, amount = found
    return Fired(
        value=amount,
        threshold=limit.amount,
        unit=limit.currency,
        facts={
            "group": purchase.group,
            "limit": limit.name,
            "multiple": limit.multiple,
            "base_amount": str(limit.amount / limit.multiple),
            "code": code,
            "exact": exact,
            "over": str(amount - limit.amount),
            "years": money.years,
            "value_added_tax": False,
        },
        norm=Norm(limit.act, limit.clause, limit.checked_on),
        tier=Tier.A if exact else Tier.B,
        weight=4 if exact else 3,
    )
