"""KZ-18: a thing that bodies of this kind do not buy.

Fewer than half a percent of the buyers of the same kind (schools, hospitals, akimats: told by the name) announced
anything of the thing's ENS TRU class in 24 months, while there are at least a hundred of them and the sum is not
small.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.history import History, PastLot
from watchers.history.peers import ACTIVE
from watchers.indicators.base import Answer, Clear, Context, Family, Fired, Indicator, NotComputable, Stage, Tier
from watchers.indicators.past import best, history_of
from watchers.indicators.procedure import Procedure, base_of_year
from watchers.indicators.scope import national
from watchers.ocds import Release

_MISSING = NotComputable("tender.items.classification or tender.lots.value is missing")
_HUNDRED = Decimal(100)
_HUNDREDTH = Decimal("0.01")
_CLASS = 4  # characters of an ENS TRU code


class UnusualItem(Indicator):
    """Fires when hardly any buyer of the kind ever bought things of this class."""

    code = "KZ-18"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.SPECIFICATION
    needs = ("buyer.name", "tender.items.classification", "tender.lots.value")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`percent`: of the buyers of a kind, below which it fires. `buyers`: of the kind at least. `mrp`: the sum."""

        percent: Decimal = Decimal("0.5")
        buyers: int = 100
        mrp: int = 500

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
        lots = [lot for lot in history.own.lots if len(lot.code) >= _CLASS and lot.amount is not None]
        return best([self._judge_lot(lot, base.amount * self.settings.mrp, history) for lot in lots], _MISSING)

    def _judge_lot(self, lot: PastLot, floor: Decimal, history: History) -> Answer:
        if (lot.amount or 0) < floor:
            return Clear()
        if not lot.buyer_kind:
            return NotComputable("buyer.name does not tell what kind of body it is")
        peers = history.peers(ACTIVE, lot.buyer_kind)
        if peers is None or peers.n < self.settings.buyers:
            return NotComputable(f"fewer than {self.settings.buyers} earlier buyers of the kind to compare with")
        bought = history.wanted(lot.buyer_kind, lot.code)
        percent = Decimal(bought) / peers.n * _HUNDRED
        if percent >= self.settings.percent:
            return Clear()
        return Fired(
            value=percent.quantize(_HUNDREDTH),
            threshold=self.settings.percent,
            unit="percent",
            facts={
                "lot": lot.lot,
                "code": lot.code[:_CLASS],
                "kind": lot.buyer_kind,
                "bought": bought,
                "buyers": peers.n,
                "amount": str(lot.amount),
                "currency": lot.currency,
            },
        )
