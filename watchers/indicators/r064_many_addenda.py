"""R064: a contract was changed again and again.

Three addenda or more (Ukraine's ari-1-1). Not counted: those that name a ground which leaves the deal as it is, such as
a new bank account, a code of the budget or the tax law; and one for each further financial year, in which the
obligations must be registered anew (Rules No. 687, p. 545).
"""

from __future__ import annotations

import msgspec

from watchers.indicators.base import Answer, Clear, Context, Family, Fired, Indicator, Stage, Tier
from watchers.indicators.contracting import FORMAL, grounds, name_of, signed
from watchers.ocds import Contract, Release


class ManyAddenda(Indicator):
    """Fires when a contract has three addenda or more that change the deal."""

    code = "R064"
    stage = Stage.CONTRACT
    tier = Tier.B
    weight = 2
    family = Family.PERFORMANCE
    needs = ("contracts.amendments",)

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`threshold`: from so many addenda on it fires."""

        threshold: int = 3

        def __post_init__(self) -> None:
            if self.threshold < 1:
                raise ValueError("threshold must be 1 or more")

    def judge(self, release: Release, context: Context) -> Answer:  # noqa: ARG002 - nothing is asked of it
        """Answer for one release."""
        contracts = signed(release)
        if not isinstance(contracts, list):
            return contracts
        further_years = max(len(set(release.tender.budget_years)) - 1, 0) if release.tender else 0
        counted = [(_count(contract, further_years), contract) for contract in contracts]
        most, contract = max(counted, key=lambda pair: pair[0])
        if most < self.settings.threshold:
            return Clear()
        facts = {"contract": name_of(contract), "all": len(contract.amendments), "further_years": further_years}
        return Fired(value=most, threshold=self.settings.threshold, unit="addenda", facts=facts)


def _count(contract: Contract, further_years: int) -> int:
    formal = sum(bool(grounds(one) & FORMAL) for one in contract.amendments)
    return max(len(contract.amendments) - max(formal, further_years), 0)
