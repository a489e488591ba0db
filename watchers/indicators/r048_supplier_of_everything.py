"""R048: a supplier that sells things of unusually many kinds.

Cardinal's definition: the number of different divisions (first two digits of the code) among what a supplier of at
least `contracts` contracts sold, at or above Q3 + 1.5 IQR of such suppliers. 24 months. Natural persons are left out,
and what codes say of no particular thing.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.history import History
from watchers.history.asking import SUPPLIERS
from watchers.history.peers import DIVISIONS, MANY_CONTRACTS
from watchers.history.rows import DIVISION, wider
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
    Subject,
    Tier,
)
from watchers.indicators.parties import parties_of
from watchers.indicators.procedure import excluded
from watchers.indicators.suppliers import awarded, unawarded
from watchers.ocds import Release


class SupplierOfEverything(Indicator):
    """Fires when a firm wins contracts for things that hardly any one firm sells together."""

    code = "R048"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 2
    family = Family.SUPPLIER
    needs = ("awards.suppliers.id", "tender.items.classification.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`contracts`: of the supplier at least. `least_suppliers`: to compare with. `least_divisions`: as a floor."""

        contracts: int = MANY_CONTRACTS
        least_suppliers: int = 20
        least_divisions: int = 5

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        nothing = excluded(release) or unawarded(release)
        if nothing is not None:
            return nothing
        if context.history is None:
            return NotComputable("no history at hand")
        persons = {key for key, party in parties_of(release).items() if party.natural_person}
        firms = [one for one in awarded(context.history) if one not in persons]
        if not firms:
            return NotApplicable("no winner is a firm")
        records = {firm: _record(context.history, firm) for firm in firms}
        many = {
            firm: len(divisions) for firm, (deals, divisions) in records.items() if deals >= self.settings.contracts
        }
        if not many:
            return NotApplicable(f"the winner has fewer than {self.settings.contracts} contracts")
        band = context.history.peers(DIVISIONS, SUPPLIERS)
        if band is None or band.n < self.settings.least_suppliers:
            return NotComputable(f"fewer than {self.settings.least_suppliers} suppliers to compare with")
        firm = max(many, key=lambda one: (many[one], one))
        fence = max(Decimal(str(band.upper())), Decimal(self.settings.least_divisions))
        if many[firm] < fence:
            return Clear()
        facts = {"contracts": records[firm][0], "median": band.median, "n": band.n}
        return Fired(
            value=many[firm],
            threshold=fence.quantize(Decimal("0.1")),
            unit="kinds",
            facts=facts,
            subject=Subject("tenderer", firm),
        )


def _record(history: History, firm: str) -> tuple[int, set[str]]:
    """How many contracts a firm has, and the divisions of what they are for."""
    rows = history.supplied(firm)
    deals = {(row.ocid, row.contract) for row in rows}
    return len(deals), {wider(row.code, DIVISION) for row in rows} - {""}
