"""KZ-24: an addendum was signed soon after the contract.

Within thirty days of the signature. The terms bidders competed for were not those that hold. Left out: addenda that
only lower the sum, and those that name a ground which leaves the deal as it is.
"""

from __future__ import annotations

import msgspec

from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.bidding import price_of
from watchers.indicators.contracting import FORMAL, amendments_of, day_of, grounds, name_of, signed
from watchers.indicators.procedure import Procedure
from watchers.indicators.scope import national
from watchers.ocds import Amendment, Contract, Release
from watchers.rules import Rules


class EarlyAddendum(Indicator):
    """Fires when a contract was changed within a month of its signature."""

    code = "KZ-24"
    stage = Stage.CONTRACT
    tier = Tier.B
    weight = 2
    family = Family.PERFORMANCE
    needs = ("contracts.dateSigned", "contracts.amendments.date")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`days`: up to so many days after the signature, the last one included."""

        days: int = 30

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        contracts = signed(release)
        if not isinstance(contracts, list):
            return contracts
        answers = [self._judge(release, contract, context.rules) for contract in contracts]
        fired = [answer for answer in answers if isinstance(answer, Fired)]
        if fired:
            return min(fired, key=lambda answer: answer.value)
        return next((answer for answer in answers if isinstance(answer, NotComputable)), Clear())

    def _judge(self, release: Release, contract: Contract, rules: Rules) -> Answer:
        telling = _telling(contract)
        if not telling:
            return Clear()
        begin = day_of(release, rules, contract.date_signed)
        days = [day for one in telling if (day := day_of(release, rules, one.date)) is not None]
        if begin is None or not days:
            return NotComputable("contracts.dateSigned or contracts.amendments.date is missing")
        after = [(day - begin).days for day in days if day >= begin]
        if not after or min(after) > self.settings.days:
            return Clear()
        facts = {"contract": name_of(contract), "signed": begin.isoformat(), "addenda": len(contract.amendments)}
        return Fired(value=min(after), threshold=self.settings.days, unit="days", facts=facts)


def _telling(contract: Contract) -> list[Amendment]:
    """The addenda that change the deal: not formal, not a lower sum alone."""
    found, before = [], price_of(contract.value)
    for one in amendments_of(contract):
        after = price_of(one.amended_value)
        lowered = before is not None and after is not None and after[1] == before[1] and after[0] < before[0]
        if not lowered and not grounds(one) & FORMAL:
            found.append(one)
        before = after or before
    return found
