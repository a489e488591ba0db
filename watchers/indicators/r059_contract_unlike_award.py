"""R059: a contract is signed for another sum than was awarded.

The contract as signed is compared with the awards it carries out; what addenda do later is R069's question. Between
award and contract Kazakhstan's law lets a sum only fall (No. 106-VIII, art. 18.1), so a little more counts already, and
less only when it is much less. Whether awards hold the value added tax is not in the data: where the contract equals
one of the readings, that is the one; where the tax alone could decide, there is no answer.
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
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.bidding import outcome, price_of
from watchers.indicators.contracting import day_of, name_of, signed
from watchers.indicators.procedure import procedure_of
from watchers.ocds import Award, Contract, Release
from watchers.rules import Rules

_HUNDRED = Decimal(100)
_TENTH = Decimal("0.1")
_SAME = Decimal(1)  # per cent: so close that it is the same reading
_NO_AWARD = NotComputable("contracts.awardID names no award in force")
_NO_SUMS = NotComputable("awards.value or contracts.value is missing")


class ContractUnlikeAward(Indicator):
    """Fires when a contract is for five per cent more than was awarded, or for twenty per cent less."""

    code = "R059"
    stage = Stage.CONTRACT
    tier = Tier.B
    weight = 3
    family = Family.PERFORMANCE
    needs = ("contracts.value", "contracts.awardID", "awards.value")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`above_percent` and `below_percent`: from so much more, or so much less, than the award it fires."""

        above_percent: Decimal = Decimal(5)
        below_percent: Decimal = Decimal(20)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        contracts = signed(release)
        if not isinstance(contracts, list):
            return contracts
        if not outcome(release).active:
            return NotApplicable("nothing is awarded")
        answers = [self._judge(release, contract, contracts, context.rules) for contract in contracts]
        fired = [answer for answer in answers if isinstance(answer, Fired)]
        if fired:
            return max(fired, key=lambda answer: abs(Decimal(answer.value)))
        return next((answer for answer in answers if isinstance(answer, NotComputable)), Clear())

    def _judge(self, release: Release, contract: Contract, contracts: list[Contract], rules: Rules) -> Answer:
        awards = _awards(release, contract)
        if not awards:
            return _NO_AWARD
        awarded = _sum([price_of(award.value) for award in awards])
        agreed = _agreed(contract, contracts)
        if awarded is None or agreed is None or awarded[1] != agreed[0][1]:
            return _NO_SUMS
        readings = [(sum_ - awarded[0]) / awarded[0] * _HUNDRED for sum_ in _readings(release, contract, agreed, rules)]
        nearest = min(readings, key=abs)
        if abs(nearest) <= _SAME or not any(map(self._far, readings)):
            return Clear()
        if not all(map(self._far, readings)):
            return NotComputable("awards.value: whether it holds the value added tax is not in the data")
        facts = {
            "award": str(awarded[0]),
            "contract_sum": str(agreed[0][0]),
            "currency": awarded[1],
            "contract": name_of(contract),
            "above": nearest > 0,
        }
        threshold = self.settings.above_percent if nearest > 0 else self.settings.below_percent
        weight = 4 if nearest >= self.settings.below_percent else 3
        return Fired(
            value=abs(nearest).quantize(_TENTH), threshold=threshold, unit="percent", facts=facts, weight=weight
        )

    def _far(self, percent: Decimal) -> bool:
        return bool(percent >= self.settings.above_percent or -percent >= self.settings.below_percent)


_Sum = tuple[Decimal, str]


def _awards(release: Release, contract: Contract) -> list[Award]:
    """The awards a contract carries out: its own, and those of the same suppliers for its other lots."""
    active = outcome(release).active
    own = [award for award in active if award.key and award.key == str(contract.award_id)]
    lots = {str(item.related_lot) for item in contract.items if item.related_lot is not None}
    if not own or not lots:
        return own
    who = {supplier.key for award in own for supplier in award.suppliers}
    return [
        award
        for award in active
        if lots & {str(lot) for lot in award.related_lots} and who == {supplier.key for supplier in award.suppliers}
    ] or own


def _agreed(contract: Contract, contracts: list[Contract]) -> tuple[_Sum, _Sum | None] | None:
    """The sum of a contract without and with tax; of all contracts of its award where they name no lots."""
    several = [contract]
    if not any(item.related_lot is not None for item in contract.items):
        several = [one for one in contracts if str(one.award_id) == str(contract.award_id)]
    net = _sum([price_of(one.value) for one in several])
    gross = _sum([price_of(one.value_with_tax) for one in several])
    return None if net is None else (net, gross)


def _readings(release: Release, contract: Contract, agreed: tuple[_Sum, _Sum | None], rules: Rules) -> list[Decimal]:
    """What the contract is in the terms of the award, whose basis is not known."""
    net, gross = agreed
    if gross is not None and gross[1] == net[1]:
        return [net[0], gross[0]]
    day = day_of(release, rules, contract.date_signed)
    tax = rules.vat(procedure_of(release, rules).jurisdiction, day) if day else None
    factor = 1 + (tax or Decimal(0)) / _HUNDRED
    return [net[0], net[0] * factor, net[0] / factor] if tax else [net[0]]


def _sum(values: list[_Sum | None]) -> _Sum | None:
    known = [value for value in values if value is not None]
    if not known or len(known) != len(values) or len({currency for _, currency in known}) != 1:
        return None
    return sum((amount for amount, _ in known), Decimal(0)), known[0][1]
