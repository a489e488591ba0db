"""R017: the planned price of one unit is far above what others paid in competition.

Compared with the newest competitive contracts of 24 months for the same code and unit, of the same region where there
are ten of them. The price must lie above Q3 + 1.5 IQR (quartiles of type 8) and be one and a half times the median. A
price more than fifty times the median, or a quantity below a tenth of what is usual, is more likely a slip of the pen
or another unit: it is shown as a question, as context, and never dropped, because some of these were real.
Prices are not adjusted for inflation.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from watchers.history import History, PastContract, PastLot
from watchers.history.view import Prices
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
from watchers.indicators.past import TOLD, best, history_of
from watchers.indicators.procedure import excluded
from watchers.ocds import Release, Tender
from watchers.rules.things import code_kinds, word_kinds

_MISSING = NotComputable("tender.items.unit.value or tender.items.classification is missing")


class UnitPrice(Indicator):
    """Fires when a unit costs far more than in competitive contracts for the same thing."""

    code = "R017"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 3
    family = Family.PRICE
    needs = ("tender.items.unit.value", "tender.items.unit", "tender.items.classification")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`ratio`: times the median from which it fires, `high_ratio` from which it weighs 4.

        `doubtful_ratio` and `doubtful_share` (of the usual quantity) tell a likely slip. `least`: contracts to compare.
        """

        ratio: float = 1.5
        high_ratio: float = 2.0
        fence: float = 1.5
        least: int = 5
        doubtful_ratio: int = 50
        doubtful_share: float = 0.1

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        texts = _texts(release)
        lots = [lot for lot in history.own.lots if lot.code and lot.unit and lot.unit_price]
        return best([self._judge_lot(lot, texts.get(lot.lot, ""), history) for lot in lots], _MISSING)

    def _judge_lot(self, lot: PastLot, text: str, history: History) -> Answer:
        if "remainder" in word_kinds(text):
            return NotApplicable("the code takes in what no other code does")
        if lot.category == "works" or "whole" in code_kinds("KZ-UNIT", lot.unit):
            return NotApplicable("works and services counted as one have no unit price to compare")
        prices = history.prices(lot)
        if prices is None or prices.band.n < self.settings.least:
            return NotComputable(f"fewer than {self.settings.least} earlier contracts for the thing to compare with")
        band, price = prices.band, lot.unit_price or 0.0
        ratio = price / band.median
        if price <= band.upper(self.settings.fence) or ratio < self.settings.ratio:
            return Clear()
        return self._fired(lot, prices, ratio)

    def _fired(self, lot: PastLot, prices: Prices, ratio: float) -> Fired:
        few = bool(lot.quantity and prices.quantity) and (
            (lot.quantity or 0) < self.settings.doubtful_share * (prices.quantity or 0)
        )
        doubtful = few or ratio > self.settings.doubtful_ratio
        price, median = _sum(lot.unit_price or 0), _sum(prices.band.median)
        over = None if lot.quantity is None else _sum(float(price - median) * lot.quantity)
        heavy = ratio >= self.settings.high_ratio
        return Fired(
            value=price,
            threshold=_sum(prices.band.upper(self.settings.fence)),
            unit=lot.currency,
            facts={
                "lot": lot.lot,
                "code": lot.code,
                "n": prices.band.n,
                "median": str(median),
                "q1": str(_sum(prices.band.q1)),
                "q3": str(_sum(prices.band.q3)),
                "ratio": str(Decimal(f"{ratio:.1f}")),
                "region": prices.region,
                "over": "" if over is None else str(over),
                "doubtful": doubtful,
                "quantity": "" if lot.quantity is None else f"{lot.quantity:g}",
                "usual_quantity": "" if prices.quantity is None else f"{prices.quantity:g}",
                "comparable": _comparable(prices.newest),
            },
            tier=Tier.C if doubtful else Tier.B,
            weight=1 if doubtful else 4 if heavy else self.weight,
        )


def _texts(release: Release) -> dict[str, str]:
    """What each lot is called: by the code's name and the lot's own."""
    tender = release.tender or Tender()
    found = {lot.key: f"{lot.title or ''} {lot.title_ru or ''} {lot.title_kk or ''}" for lot in tender.lots}
    for item in tender.items:
        name = item.classification.description if item.classification else None
        key = "" if item.related_lot is None else str(item.related_lot)
        found[key] = f"{found.get(key, '')} {name or ''}"
    return found


def _sum(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")


def _comparable(contracts: Sequence[PastContract]) -> list[dict[str, str]]:
    """Contracts a reader can open and compare."""
    return [
        {
            "ocid": one.ocid,
            "contract": one.contract,
            "on": one.signed_at.date().isoformat(),
            "price": str(_sum(one.unit_price or 0)),
            "quantity": "" if one.quantity is None else f"{one.quantity:g}",
            "currency": one.currency,
            "region": one.region,
            "link": one.link,
        }
        for one in contracts[:TOLD]
    ]
