"""What is bought for how much a year, by kind of thing: limits of methods are on homogeneous things (art. 3(6), 10.4).

The amount of a lot is the planned one, without VAT (Rules No. 687, p. 12(2)). Money for several years is taken as
spread evenly over them. A lot is of one kind if all its items carry one code; a united lot, or one without a code, is
of none we know.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.indicators.base import NotComputable
from watchers.indicators.lawful import UnderLaw, budget_day, budget_years
from watchers.ocds import Lot, Tender
from watchers.rules import Limit, Rules

__all__ = ["Spent", "limit_of", "spent"]

_DEAD = frozenset({"cancelled", "withdrawn"})


class Spent(msgspec.Struct, frozen=True):
    """A year's money: in all, by whole code, and whether some of it is for things of an unknown kind."""

    total: Decimal
    by_code: dict[str, Decimal]
    unknown: str  # why, in OCDS words; '' if every lot's kind is known
    years: int

    def by_class(self, characters: int) -> dict[str, Decimal]:
        """The sums by the first characters of the codes."""
        sums: dict[str, Decimal] = {}
        for code, amount in self.by_code.items():
            sums[code[:characters]] = sums.get(code[:characters], Decimal(0)) + amount
        return sums


def spent(purchase: UnderLaw, currency: str) -> Spent | NotComputable:
    """What a purchase costs a year, in `currency`; cancelled lots left out."""
    tender, years = purchase.tender, len(budget_years(purchase)) or 1
    codes = _codes(tender)
    if not tender.lots and len(codes.get("", ())) > 1:
        return _by_items(tender, years, currency)
    by_code: dict[str, Decimal] = {}
    total, unknown = Decimal(0), ""
    for lot in tender.lots or (Lot(value=tender.value),):
        if lot.status in _DEAD:
            continue
        value = lot.value or (tender.value if len(tender.lots) == 1 else None)
        if value is None or value.amount is None:
            return NotComputable("tender.lots.value is missing")
        if value.currency != currency:
            return NotComputable(f"tender.lots.value.currency is not {currency}")
        amount = value.amount / years
        total += amount
        kinds = codes.get(lot.key if tender.lots else "", set())
        if "united" in lot.features or "united" in tender.features or len(kinds) > 1:
            unknown = unknown or "tender.items.classification differs within a united lot"
        elif kinds == {""} or not kinds:
            unknown = unknown or "tender.items.classification is missing"
        else:
            code = next(iter(kinds))
            by_code[code] = by_code.get(code, Decimal(0)) + amount
    return Spent(total, by_code, unknown, years)


def _by_items(tender: Tender, years: int, currency: str) -> Spent | NotComputable:
    """The same of a tender without lots: its items one by one, as a direct contract lists them."""
    by_code: dict[str, Decimal] = {}
    unknown = ""
    for item in tender.items:
        stated = item.plan_point.value if item.plan_point else None
        price = item.unit.value if item.unit else None
        value = stated or price
        each = Decimal(1) if stated else item.quantity
        if value is None or value.amount is None or each is None or value.currency != currency:
            return NotComputable("tender.items.unit.value is missing")
        code = item.classification.key if item.classification else ""
        unknown = unknown or ("" if code else "tender.items.classification is missing")
        by_code[code] = by_code.get(code, Decimal(0)) + value.amount * each / years
    total = sum(by_code.values(), Decimal(0))
    by_code.pop("", None)
    return Spent(total, by_code, unknown, years)


def _codes(tender: Tender) -> dict[str, set[str]]:
    """The codes of every lot's items, '' for an item without one. Without lots all items are of one."""
    found: dict[str, set[str]] = {}
    alone = tender.lots[0].key if len(tender.lots) == 1 else ""
    for item in tender.items:
        lot = alone if item.related_lot is None or not tender.lots else str(item.related_lot)
        found.setdefault(lot, set()).add(item.classification.key if item.classification else "")
    return found


def limit_of(purchase: UnderLaw, name: str, rules: Rules) -> Limit | NotComputable:
    """A limit in money for a purchase: the rule of its day, the MRP of its (first) financial year."""
    country = purchase.procedure.jurisdiction
    if not any(row.name == name and row.jurisdiction == country and row.holds(purchase.on) for row in rules.thresholds):
        return NotComputable(f"no limit is known for this method on {purchase.on}")
    day = budget_day(purchase)
    if day is None:
        return NotComputable("tender.budgetYears is missing")
    limit = rules.limit(country, name, purchase.on, day)
    return limit or NotComputable(f"no base amount (MRP) is known for {day.year}")
