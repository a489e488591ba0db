"""R011: what one customer needs in a financial year seems cut into purchases small enough for an easier method.

Law No. 106-VIII, art. 10.4 and 10.5 forbid to split the yearly volume of like things for the sake of price quotations
or the electronic shop; for direct contracts (16.3(28)) the limit itself is on the yearly volume. Counted are purchases
of the same customer, financial year and ENS TRU code by the same or a less competitive method, each within the limit
and together above it. The financial year is the condition; what lies within 90 days weighs more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

import msgspec

from watchers.history import History, PastLot
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
from watchers.indicators.direct_limits import limit_name
from watchers.indicators.lawful import UnderLaw, budget_years, under_law
from watchers.indicators.past import best, carried_out, far_apart, history_of, told
from watchers.indicators.sums import limit_of
from watchers.ocds import Release
from watchers.rules import Limit, Rules
from watchers.rules.things import code_kinds

_COUNTED = {
    "price_quotation": frozenset({"price_quotation", "e_shop"}),
    "e_shop": frozenset({"e_shop"}),
    "direct": frozenset({"direct"}),
}
"""By the way a purchase is made, the ways of earlier ones that count with it."""

_GROUP = 6  # characters of an ENS TRU code
_UNCODED = NotComputable("tender.items.classification is missing or not an ENS TRU code")


class _Kind(msgspec.Struct, frozen=True):
    """What a purchase buys of one kind for one customer."""

    lots: tuple[PastLot, ...]
    amount: Decimal

    @property
    def code(self) -> str:
        return self.lots[0].code

    @property
    def customer(self) -> str:
        return self.lots[0].customer


class _Purchase(msgspec.Struct, frozen=True):
    """An earlier purchase of the kind: its lots together."""

    lot: PastLot
    amount: Decimal


class Splitting(Indicator):
    """Fires when purchases within the limit of their method go beyond it together."""

    code = "R011"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 4
    family = Family.THRESHOLD
    needs = ("tender.procurementMethodDetails", "tender.items.classification", "tender.lots.value")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`near_days`: purchases so close to each other weigh more. `least`: purchases from which it can be one."""

        near_days: int = 90
        least: int = 2

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        way = _way(purchase.group, purchase.procedure.purchase_type)
        limit = _limit(release, purchase, way, context.rules)
        if not isinstance(limit, Limit):
            return limit
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        kinds = list(_kinds(history.own.lots))
        answers = [self._judge_kind(kind, history, purchase, limit, context.rules) for kind in kinds]
        return best(answers, _UNCODED)

    def _judge_kind(
        self, kind: _Kind | NotComputable, history: History, purchase: UnderLaw, limit: Limit, rules: Rules
    ) -> Answer:
        if isinstance(kind, NotComputable):
            return kind
        what = _left_out(kind.code, rules)
        if what:
            return NotApplicable(f"such things are bought again and again in small parts ({what})")
        if kind.amount > limit.amount:
            return Clear()  # the sum by itself is above the limit: KZ-03
        way = _way(purchase.group, purchase.procedure.purchase_type)
        rows = [row for row in history.alike(kind.customer, kind.code) if _counts(row, kind, purchase, way)]
        for level, chosen in (("code", [row for row in rows if row.code == kind.code]), ("group", rows)):
            found = _purchases(chosen, history, limit.amount)
            if kind.amount + sum(one.amount for one in found) > limit.amount and len(found) + 1 >= self.settings.least:
                return self._fired(kind, level, found, (history, limit), rules)
        return Clear()

    def _fired(
        self, kind: _Kind, level: str, found: Sequence[_Purchase], against: tuple[History, Limit], rules: Rules
    ) -> Fired:
        history, limit = against
        edge = history.moments.announced - timedelta(days=self.settings.near_days)
        close = kind.amount + sum(one.amount for one in found if one.lot.published_at >= edge)
        near = close > limit.amount
        first = min(one.lot.published_at for one in found)
        return Fired(
            value=kind.amount + sum(one.amount for one in found),
            threshold=limit.amount,
            unit=limit.currency,
            facts={
                "purchases": len(found) + 1,
                "level": level,
                "code": kind.code if level == "code" else kind.code[:_GROUP],
                "own": str(kind.amount),
                "multiple": limit.multiple,
                "near": near,
                "days": (history.moments.announced - first).days,
                "near_days": self.settings.near_days,
                "earlier": told([one.lot for one in found], rules, "KZ"),
            },
            norm=Norm(limit.act, limit.clause, limit.checked_on),
            weight=self.weight - (level == "group") - (not near),
        )


def _way(group: str, purchase_type: str) -> str:
    """How a purchase is made: single source after price quotations is their end, not another method."""
    if group == "single_source_after_failure":
        return "price_quotation" if purchase_type == "after_price_quotation" else ""
    return group if group in _COUNTED else ""


def _limit(release: Release, purchase: UnderLaw, way: str, rules: Rules) -> Limit | NotApplicable | NotComputable:
    """The limit on the yearly volume that the method has."""
    if not way:
        return NotApplicable("the method has no limit on the yearly volume")
    name = way if way == "price_quotation" else limit_name(release, purchase, rules)
    return limit_of(purchase, name, rules) if isinstance(name, str) else name


def _kinds(lots: Sequence[PastLot]) -> Iterator[_Kind | NotComputable]:
    """The lots of a purchase by customer and code."""
    found: dict[tuple[str, str], list[PastLot]] = {}
    for lot in lots:
        found.setdefault((lot.customer, lot.code), []).append(lot)
    for (customer, code), own in found.items():
        if not customer or len(code) < _GROUP or ":" in code:
            yield _UNCODED
        elif any(lot.amount is None for lot in own):
            yield NotComputable("tender.lots.value is missing")
        else:
            yield _Kind(tuple(own), sum(map(_yearly, own), Decimal(0)))


def _yearly(lot: PastLot) -> Decimal:
    """What a lot costs a year: money for several years is taken as spread evenly over them."""
    return (lot.amount or Decimal(0)) / (len(lot.years) or 1)


def _left_out(code: str, rules: Rules) -> str:
    """What a code is if such things are no sign: food by season, what one firm alone supplies."""
    return "food" if "food" in code_kinds("ENSTRU", code) else rules.regulated_kind("ENSTRU", code)


def _counts(row: PastLot, kind: _Kind, purchase: UnderLaw, way: str) -> bool:
    """Whether an earlier lot is a part of the same yearly volume, bought by the same or a less competitive method."""
    own = kind.lots[0]
    year = next(iter(budget_years(purchase)), None)
    return (
        row.amount is not None
        and row.amount > 0
        and (row.years[0] if row.years else row.published_at.year) == year
        and _way(row.group, row.purchase_type) in _COUNTED[way]
        and carried_out(row)
        and row.currency == own.currency
        and not (row.programme and own.programme and row.programme != own.programme)
        and not all(far_apart(row, lot) for lot in kind.lots)
    )


def _purchases(rows: Sequence[PastLot], history: History, limit: Decimal) -> list[_Purchase]:
    """Earlier purchases, each once: not those that this one, or another of them, repeats; none above the limit."""
    own = history.own.lots
    roots = {lot.plan_root for lot in own if lot.plan_root}
    parents = {row.parent for row in (*rows, *own) if row.parent}
    together: dict[str, list[PastLot]] = {}
    for row in rows:  # newest first: of one plan point the newest counts
        again = row.plan_root in roots and row.ocid not in together
        if row.tender_id in parents or again:
            continue
        roots |= {row.plan_root} - {""}
        together.setdefault(row.ocid, []).append(row)
    sums = [_Purchase(lots[0], sum(map(_yearly, lots), Decimal(0))) for lots in together.values()]
    return [one for one in sums if one.amount <= limit]
