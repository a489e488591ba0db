"""KZ-25: works were performed implausibly fast.

Nine tenths of the sum were accepted, or the whole is called performed, within seven days of the signature or within a
tenth of the term, whichever is longer. Such works were often done before the contract, or were not done. Left out: sums
below 500 MRP and works of emergencies.
"""

from __future__ import annotations

from datetime import date
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
from watchers.indicators.bidding import price_of
from watchers.indicators.contracting import day_of, last_value, name_of, signed, with_tax
from watchers.indicators.procedure import Procedure
from watchers.indicators.scope import national, plan_points, titles
from watchers.ocds import Contract, Release, Tender
from watchers.rules import Rules
from watchers.rules.things import word_kinds

_NO_DAYS = NotComputable("contracts.dateSigned is missing")
_NO_SUM = NotComputable("contracts.value is missing")
_HUNDRED = Decimal(100)


class FastPerformance(Indicator):
    """Fires when works are accepted within days of the signature."""

    code = "KZ-25"
    stage = Stage.CONTRACT
    tier = Tier.B
    weight = 3
    family = Family.PERFORMANCE
    needs = ("contracts.dateSigned", "contracts.due", "contracts.implementation.acceptances", "contracts.performed")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`days` or `term_percent` of the term, the longer; `accepted_percent` of the sum is as good as all."""

        days: int = 7
        term_percent: int = 10
        accepted_percent: int = 90
        min_mrp: int = 500

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        contracts = signed(release)
        if not isinstance(contracts, list):
            return contracts
        category = (release.tender or Tender()).main_procurement_category
        if category != "works":
            return (
                NotApplicable("not works") if category else NotComputable("tender.mainProcurementCategory is missing")
            )
        if _urgent(release):
            return NotApplicable("works of an emergency")
        answers = [self._judge(release, contract, procedure, context.rules) for contract in contracts]
        fired = [answer for answer in answers if isinstance(answer, Fired)]
        if fired:
            return min(fired, key=lambda answer: answer.value)
        return next((answer for answer in answers if isinstance(answer, NotComputable)), Clear())

    def _judge(self, release: Release, contract: Contract, procedure: Procedure, rules: Rules) -> Answer:
        begin = day_of(release, rules, contract.date_signed)
        value = last_value(contract)
        if begin is None:
            return _NO_DAYS
        if value is None:
            return _NO_SUM
        base = rules.base_amount(procedure.jurisdiction, begin)
        if base is None:
            return NotComputable(f"no base amount (MRP) is known for {begin.year}")
        if value[0] < base.amount * self.settings.min_mrp:
            return Clear()
        done = self._done(release, contract, value[0], rules)
        if done is None:
            return Clear()
        due = day_of(release, rules, contract.due)
        term = max((due - begin).days, 0) if due else 0
        allowed = max(self.settings.days, term * self.settings.term_percent // 100)
        days = (done - begin).days
        if days > allowed:
            return Clear()
        facts = {
            "contract": name_of(contract),
            "signed": begin.isoformat(),
            "done": done.isoformat(),
            "term": term,
            "before": days < 0,
            "amount": str(value[0]),
            "currency": value[1],
        }
        return Fired(value=max(days, 0), threshold=allowed, unit="days", facts=facts)

    def _done(self, release: Release, contract: Contract, amount: Decimal, rules: Rules) -> date | None:
        """The day nearly all was accepted, by the later reading of the tax; else the day it was called performed."""
        wanted = (with_tax(contract, amount) or amount) * self.settings.accepted_percent / _HUNDRED
        accepted = Decimal(0)
        acts = contract.implementation.acceptances if contract.implementation else ()
        dated = [(day, act) for act in acts if (day := day_of(release, rules, act.date or act.approved)) is not None]
        for day, act in sorted(dated, key=lambda pair: pair[0]):
            price = price_of(act.value)
            accepted += price[0] if price else 0
            if accepted >= wanted:
                return day
        return day_of(release, rules, contract.performed)


def _urgent(release: Release) -> bool:
    texts = [titles(release), *(point.justification or "" for _, point in plan_points(release))]
    return any("urgent" in word_kinds(text) for text in texts if text)
