"""R067: delivery is late, or has not come.

The day of performance, or the days late that an act names, are compared with the day it was due; a contract that is in
force and not performed is compared with the day of the data. Fourteen days late, or thirty where the term is longer
than a year.
"""

from __future__ import annotations

from datetime import date

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
from watchers.indicators.contracting import day_of, name_of, now_of, signed
from watchers.ocds import Contract, Release
from watchers.rules import Rules

_YEAR = 365
_NO_DUE = NotComputable("contracts.due is missing")
_ENDED = NotApplicable("the contract was ended before it was performed")
_UNKNOWN = NotComputable("contracts.performed is missing and the data have no date")


class LateDelivery(Indicator):
    """Fires when a contract is performed two weeks late, or is that long overdue."""

    code = "R067"
    stage = Stage.CONTRACT
    tier = Tier.B
    weight = 2
    family = Family.PERFORMANCE
    needs = ("contracts.due", "contracts.performed", "contracts.status")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`days` late; `long_days` where the term is longer than a year."""

        days: int = 14
        long_days: int = 30

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        contracts = signed(release)
        if not isinstance(contracts, list):
            return contracts
        now = now_of(release, context)
        today = day_of(release, context.rules, now.isoformat()) if now else None
        answers = [self._judge(release, contract, today, context.rules) for contract in contracts]
        fired = [answer for answer in answers if isinstance(answer, Fired)]
        if fired:
            return max(fired, key=lambda answer: answer.value)
        for kind in (NotComputable, Clear):
            found = next((answer for answer in answers if isinstance(answer, kind)), None)
            if found is not None:
                return found
        return answers[0]

    def _judge(self, release: Release, contract: Contract, today: date | None, rules: Rules) -> Answer:
        due = day_of(release, rules, contract.due)
        stated = _stated(contract)
        done = day_of(release, rules, contract.performed)
        if done is None and not stated and contract.status == "terminated":
            return _ENDED
        if due is None and not stated:
            return _NO_DUE
        until = done or today
        if due is not None and until is None:
            return _UNKNOWN
        late = max((until - due).days if due and until else 0, stated)
        allowed = self._allowed(day_of(release, rules, contract.date_signed), due)
        if late < allowed:
            return Clear()
        facts = {
            "contract": name_of(contract),
            "due": due.isoformat() if due else "",
            "performed": done is not None,
            "stated": stated > 0,
        }
        return Fired(value=late, threshold=allowed, unit="days", facts=facts)

    def _allowed(self, begin: date | None, due: date | None) -> int:
        long = begin is not None and due is not None and (due - begin).days > _YEAR
        return int(self.settings.long_days if long else self.settings.days)


def _stated(contract: Contract) -> int:
    """The most days late that an act names."""
    acts = contract.implementation.acceptances if contract.implementation else ()
    return max((act.days_overdue for act in acts if act.days_overdue and act.days_overdue > 0), default=0)
