"""R068: more was paid than the contract is for, or money was paid before anything was accepted.

Payments are added up and compared with the newest sum of the contract. The treasury pays with tax: where the contract
with tax is not known, a sum that the tax could explain gives no answer. A payment before the first act is no surprise
up to the planned advance; beyond it, it is told as a weaker sign. Kazakhstan: the sum must be as contracted (Rules No.
687, p. 577).
"""

from __future__ import annotations

from datetime import datetime
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
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.bidding import price_of
from watchers.indicators.contracting import day_of, last_value, moment_of, name_of, signed, with_tax
from watchers.indicators.procedure import procedure_of
from watchers.indicators.scope import plan_points
from watchers.ocds import Contract, Release
from watchers.rules import Rules

_HUNDRED = Decimal(100)
_NO_SUM = NotComputable("contracts.value is missing")
_NO_PAYMENTS = NotApplicable("no payment is known")
_CURRENCIES = NotComputable("contracts.implementation.transactions are in different currencies")


class _Paid(msgspec.Struct, frozen=True):
    """A contract's newest sum without and with tax, and what was paid for it."""

    net: Decimal
    gross: Decimal | None
    currency: str
    payments: tuple[tuple[datetime | None, Decimal], ...]

    @property
    def total(self) -> Decimal:
        return sum((amount for _, amount in self.payments), Decimal(0))


class Overpaid(Indicator):
    """Fires when the payments exceed the contract, or come before the goods."""

    code = "R068"
    stage = Stage.CONTRACT
    tier = Tier.A
    weight = 4
    family = Family.PERFORMANCE
    needs = ("contracts.value", "contracts.implementation.transactions")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`tolerance`: so little more, in the currency's units, is rounding."""

        tolerance: Decimal = Decimal(1)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        contracts = signed(release)
        if not isinstance(contracts, list):
            return contracts
        answers = [self._judge(release, contract, context.rules) for contract in contracts]
        fired = [answer for answer in answers if isinstance(answer, Fired)]
        if fired:
            return max(fired, key=lambda answer: answer.weight or self.weight)
        for kind in (NotComputable, Clear):
            found = next((answer for answer in answers if isinstance(answer, kind)), None)
            if found is not None:
                return found
        return answers[0]

    def _judge(self, release: Release, contract: Contract, rules: Rules) -> Answer:
        paid = _paid(contract)
        if not isinstance(paid, _Paid):
            return paid
        most = paid.gross if paid.gross is not None else paid.net
        over = paid.total - most
        if over < self.settings.tolerance:
            return _unaccepted(release, contract, paid) if _acts_are_known(release, rules) else Clear()
        tax = _tax(release, contract, rules) if paid.gross is None else Decimal(0)
        if tax and paid.total <= paid.net * (1 + tax / _HUNDRED):
            return NotComputable("contracts.value: whether it holds the value added tax is not in the data")
        facts = _facts(contract, paid, "overpaid", over)
        norm = _norm(release, contract, rules)
        if norm is None:
            return Fired(value=paid.total, threshold=most, unit=paid.currency, facts=facts, tier=Tier.B)
        return Fired(value=paid.total, threshold=most, unit=paid.currency, facts=facts, norm=norm)


def _paid(contract: Contract) -> _Paid | Answer:
    payments = contract.implementation.transactions if contract.implementation else ()
    known = [(one, price) for one in payments if (price := price_of(one.value)) is not None]
    if not known:
        return _NO_PAYMENTS
    value = last_value(contract)
    if value is None:
        return _NO_SUM
    if {currency for _, (_, currency) in known} != {value[1]}:
        return _CURRENCIES
    dated = tuple((moment_of(one.date), amount) for one, (amount, _) in known)
    return _Paid(value[0], with_tax(contract, value[0]), value[1], dated)


def _facts(contract: Contract, paid: _Paid, kind: str, amount: Decimal) -> dict[str, object]:
    return {
        "kind": kind,
        "contract": name_of(contract),
        "amount": str(amount),
        "currency": paid.currency,
        "payments": len(paid.payments),
    }


def _tax(release: Release, contract: Contract, rules: Rules) -> Decimal | None:
    day = day_of(release, rules, contract.date_signed)
    return rules.vat(procedure_of(release, rules).jurisdiction, day) if day else None


def _norm(release: Release, contract: Contract, rules: Rules) -> Norm | None:
    day = day_of(release, rules, contract.date_signed)
    jurisdiction = procedure_of(release, rules).jurisdiction
    rule = rules.law.requirement(jurisdiction, "paid_as_contracted", day) if day else None
    return Norm(rule.act, rule.clause, rule.checked_on) if rule else None


def _acts_are_known(release: Release, rules: Rules) -> bool:
    """Whether the country's publisher tells of acts of acceptance at all."""
    return rules.has_windows(procedure_of(release, rules).jurisdiction)


def _unaccepted(release: Release, contract: Contract, paid: _Paid) -> Answer:
    """Whether more than the advance was paid before the first act; only where acts are known or the work goes on."""
    acts = contract.implementation.acceptances if contract.implementation else ()
    accepted = [moment for act in acts if (moment := moment_of(act.approved or act.date)) is not None]
    if not accepted and (contract.performed or contract.status == "terminated"):
        return Clear()  # performed, and its acts are not in the data
    stated = [point.prepayment for _, point in plan_points(release) if point.prepayment is not None]
    first = min(accepted, default=None)
    early = sum((a for when, a in paid.payments if first is None or (when is not None and when < first)), Decimal(0))
    if not early:
        return Clear()
    if not stated:
        return NotComputable("tender.items.planPoint.prepayment is missing")
    advance = (paid.gross or paid.net) * Decimal(str(max(stated))) / _HUNDRED
    if early <= advance + 1:
        return Clear()
    facts = _facts(contract, paid, "unaccepted", early - advance)
    return Fired(value=early, threshold=advance, unit=paid.currency, facts=facts, tier=Tier.B, weight=3)
