"""R013: the buyer spends an unusually large share by single source.

The share of what it announced in the twelve whole months before, by single source after a failure or by direct
contract, reaches Q3 + 1.5 IQR of buyers of the same kind, of whom there are at least twenty, and the sum is not small.
Context: it weighs more where the purchase at hand is made in this way too.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.history import History
from watchers.history.peers import SINGLE_SOURCE
from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    NotComputable,
    Stage,
    Subject,
    Tier,
)
from watchers.indicators.past import best, history_of
from watchers.indicators.procedure import Procedure, base_of_year
from watchers.indicators.scope import national
from watchers.ocds import Release

_SINGLE = frozenset({"single_source_after_failure", "direct"})
_MISSING = NotComputable("buyer is missing")
_TENTH = Decimal("0.1")


class SingleSourceHabit(Indicator):
    """Fires when a buyer goes to single source far more than others of its kind."""

    code = "R013"
    stage = Stage.TENDER
    tier = Tier.C
    weight = 1
    family = Family.METHOD
    needs = ("buyer.id", "buyer.name", "tender.value")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`buyers`: of the kind at least. `mrp`: what the buyer announced in the year at least. `fence`: distances."""

        buyers: int = 20
        mrp: int = 8000
        fence: float = 1.5

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        base = base_of_year(release, context.rules, procedure.jurisdiction)
        if base is None:
            return NotComputable("no MRP is known for the financial year")
        buyers = {(lot.customer, lot.currency, lot.buyer_kind) for lot in history.own.lots if lot.customer}
        floor = base.amount * self.settings.mrp
        weight = 2 if procedure.group in _SINGLE else self.weight
        return best([self._judge_buyer(buyer, floor, history, weight) for buyer in sorted(buyers)], _MISSING)

    def _judge_buyer(self, buyer: tuple[str, str, str], floor: Decimal, history: History, weight: int) -> Answer:
        customer, currency, kind = buyer
        totals = history.totals(customer, currency)
        if totals.amount < floor:
            return Clear()
        if not kind:
            return NotComputable("buyer.name does not tell what kind of body it is")
        band = history.peers(SINGLE_SOURCE, kind)
        if band is None or band.n < self.settings.buyers:
            return NotComputable(f"fewer than {self.settings.buyers} earlier buyers of the kind to compare with")
        share, fence = float(totals.single_source / totals.amount), band.upper(self.settings.fence)
        if band.iqr <= 0 or share < fence or not totals.single_source:
            return Clear()
        return Fired(
            value=_percent(share),
            threshold=_percent(fence),
            unit="percent",
            facts={
                "kind": kind,
                "n": band.n,
                "median": str(_percent(band.median)),
                "amount": str(totals.single_source),
                "total": str(totals.amount),
                "currency": currency,
            },
            weight=weight,
            subject=Subject("buyer", customer),
        )


def _percent(share: float) -> Decimal:
    return Decimal(str(share * 100)).quantize(_TENTH)
