"""R069: an addendum raised the price of a contract.

The last sum is compared with the sum as signed, both without tax. What tariffs, the tax law, the supplier's own
registration for the tax or a new expert review of the design added is taken off where the addendum names it; the
portal's numbers of grounds have no known names, so they count as unknown. Kazakhstan: a sum may grow by agreement only
within the savings of the purchase (Law No. 106-VIII, art. 18.2(3)); beyond what was planned it weighs more.
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
from watchers.indicators.bidding import price_of
from watchers.indicators.contracting import LAWFUL_GROWTH, day_of, first_value, last_value, name_of, signed, steps
from watchers.indicators.procedure import procedure_of
from watchers.ocds import Contract, Release, Tender
from watchers.rules import Rules

_HUNDRED = Decimal(100)
_TENTH = Decimal("0.1")
_NO_SUM = NotComputable("contracts.value is missing")
_NO_NEW_SUM = NotComputable("contracts.amendments.amendedValue is missing")


class PriceRaised(Indicator):
    """Fires when addenda together raise a contract by five per cent or more."""

    code = "R069"
    stage = Stage.CONTRACT
    tier = Tier.B
    weight = 3
    family = Family.PERFORMANCE
    needs = ("contracts.value", "contracts.amendments")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """From `percent` on it fires, from `large_percent` on it weighs more."""

        percent: Decimal = Decimal(5)
        large_percent: Decimal = Decimal(20)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        contracts = signed(release)
        if not isinstance(contracts, list):
            return contracts
        answers = [self._judge(release, contract, context.rules) for contract in contracts]
        fired = [answer for answer in answers if isinstance(answer, Fired)]
        if fired:
            return max(fired, key=lambda answer: Decimal(answer.value))
        return next((answer for answer in answers if isinstance(answer, NotComputable)), Clear())

    def _judge(self, release: Release, contract: Contract, rules: Rules) -> Answer:
        if not contract.amendments:
            return Clear()
        first, last = first_value(contract), last_value(contract)
        if first is None or last is None:
            return _NO_SUM
        changes = steps(contract)
        if not changes:
            return _NO_NEW_SUM
        explained = sum((s.after - s.before for s in changes if s.grounds & LAWFUL_GROWTH), Decimal(0))
        percent = (last[0] - first[0] - explained) / first[0] * _HUNDRED
        if percent < self.settings.percent:
            return Clear()
        planned = _planned(release, contract)
        norm = _norm(release, contract, rules) if planned is not None and last[0] - explained > planned else None
        large = percent >= self.settings.large_percent or norm is not None
        facts = {
            "first": str(first[0]),
            "last": str(last[0]),
            "currency": first[1],
            "contract": name_of(contract),
            "addenda": len(contract.amendments),
            "planned": str(planned) if norm is not None else "",
            "explained": str(explained) if explained else "",
        }
        return Fired(
            value=percent.quantize(_TENTH),
            threshold=self.settings.percent,
            unit="percent",
            facts=facts,
            norm=norm,
            weight=4 if large else 3,
        )


def _planned(release: Release, contract: Contract) -> Decimal | None:
    """What was planned for the lots of a contract, without tax; None if it cannot be told in its currency."""
    tender, first = release.tender or Tender(), first_value(contract)
    wanted = {str(item.related_lot) for item in contract.items if item.related_lot is not None}
    values = [price_of(lot.value) for lot in tender.lots if lot.key in wanted]
    if not values and len(release.contracts) == 1 and len(tender.lots) == 1:
        values = [price_of(tender.lots[0].value)]
    known = [value for value in values if value is not None and first is not None and value[1] == first[1]]
    if not known or len(known) != len(values) or len(known) < len(wanted):
        return None
    return sum((amount for amount, _ in known), Decimal(0))


def _norm(release: Release, contract: Contract, rules: Rules) -> Norm | None:
    day = day_of(release, rules, contract.date_signed)
    jurisdiction = procedure_of(release, rules).jurisdiction
    rule = rules.law.requirement(jurisdiction, "contract_growth", day) if day else None
    return Norm(rule.act, rule.clause, rule.checked_on) if rule else None
