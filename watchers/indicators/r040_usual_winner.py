"""R040: one supplier usually gets the contracts for such things here.

At least 70 % of the value of the customer's contracts for the ENS TRU class in 24 months, over at least five contracts.
What one firm alone can usually supply does not count. Context: it says who the contract may go to, nothing more.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import msgspec

from watchers.history import History, PastContract, PastLot
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
from watchers.indicators.past import best, history_of
from watchers.indicators.procedure import excluded
from watchers.ocds import Release
from watchers.rules import Rules
from watchers.rules.things import code_kinds

_CLASS = 4
_MISSING = NotComputable("tender.items.classification is missing")
_PERSONS = ("KZ-GOSZAKUP-PID", "KZ-IIN")
_TENTH = Decimal("0.1")


class UsualWinner(Indicator):
    """Fires when most of a customer's money for a class of things went to one supplier."""

    code = "R040"
    stage = Stage.TENDER
    tier = Tier.C
    weight = 2
    family = Family.SUPPLIER
    needs = ("buyer.id", "tender.items.classification")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`percent`: of the value to one supplier from which it fires. `least`: contracts in 24 months."""

        percent: Decimal = Decimal(70)
        least: int = 5

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        lots = {(lot.customer, lot.code[:_CLASS]): lot for lot in history.own.lots if lot.code and lot.customer}
        return best([self._judge_lot(lot, history, context.rules) for lot in lots.values()], _MISSING)

    def _judge_lot(self, lot: PastLot, history: History, rules: Rules) -> Answer:
        kind = rules.regulated_kind("ENSTRU", lot.code) or (
            "licence" if "licence" in code_kinds("ENSTRU", lot.code) else ""
        )
        if kind:
            return NotApplicable(f"usually one firm alone can supply this ({kind})")
        contracts = history.bought(lot.customer, lot.code, until=history.moments.announced)
        paid = [one for one in contracts if one.supplier and one.amount and one.currency == lot.currency]
        count = len({(one.ocid, one.contract) for one in paid})
        if count < self.settings.least:
            return NotComputable(f"fewer than {self.settings.least} earlier contracts for the kind to compare with")
        return self._share(lot, paid, count)

    def _share(self, lot: PastLot, paid: list[PastContract], count: int) -> Answer:
        sums: Counter[str] = Counter()
        for one in paid:
            sums[one.supplier] += one.amount or Decimal(0)  # type: ignore[assignment]
        total = sum(sums.values(), Decimal(0))
        supplier, amount = max(sums.items(), key=lambda pair: (pair[1], pair[0]))
        percent = Decimal(amount) / total * 100
        if percent < self.settings.percent:
            return Clear()
        won = len({(one.ocid, one.contract) for one in paid if one.supplier == supplier})
        return Fired(
            value=percent.quantize(_TENTH),
            threshold=self.settings.percent,
            unit="percent",
            facts={
                "code": lot.code[:_CLASS],
                "supplier": "" if supplier.startswith(_PERSONS) else supplier,
                "won": won,
                "n": count,
                "amount": str(amount),
                "total": str(total),
                "currency": lot.currency,
            },
        )
