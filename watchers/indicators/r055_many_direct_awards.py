"""R055: many direct contracts with one supplier, together above what one may be worth.

Kazakhstan: of the same buyer and supplier in twelve months at least `contracts` direct contracts for things of one
class (four digits of the code), this one among them, whose sum is above the limit of a direct contract on the ground of
small volumes (Law No. 106-VIII, art. 16.3(28)). Sums are without VAT. Utilities, communications and rent are left out.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec

from watchers.history import History, PastContract
from watchers.history.rows import CLASS, wider
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
    Subject,
    Tier,
)
from watchers.indicators.direct_limits import limit_name, limit_of_buyer
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.sums import limit_of
from watchers.ocds import Release
from watchers.rules import Limit, Rules


class ManyDirectAwards(Indicator):
    """Fires when a buyer goes back to one supplier without a tender until the limit is passed."""

    code = "R055"
    stage = Stage.CONTRACT
    tier = Tier.B
    weight = 3
    family = Family.THRESHOLD
    needs = ("contracts.dateSigned", "contracts.value", "awards.suppliers.id", "tender.items.classification.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`contracts`: at least so many. `months`: within which. `characters` of the code make things alike."""

        contracts: int = 3
        months: int = 12
        characters: int = CLASS

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group != "direct":
            return NotApplicable("not a direct contract")
        if context.history is None:
            return NotComputable("no history at hand")
        limit = _limit(release, purchase, context.rules)
        if not isinstance(limit, Limit):
            return limit
        own = [row for row in context.history.own.contracts if row.supplier and row.customer]
        if not own:
            return NotComputable("contracts.dateSigned, contracts.value or awards.suppliers.id is missing")
        open_to_all = [row for row in own if not _regulated(row, context.rules)]
        if not open_to_all:
            return NotApplicable("usually one firm alone can supply this")
        found = [self._alike(context.history, row) for row in open_to_all if wider(row.code, self.settings.characters)]
        if not found:
            return NotComputable("tender.items.classification.id is missing")
        many = max(found, key=_sum)
        if len(_contracts(many)) < self.settings.contracts or _sum(many) <= limit.amount:
            return Clear()
        local = context.rules.calendar(purchase.procedure.jurisdiction).local_date
        facts = {
            "contracts": len(_contracts(many)), "class": wider(many[0].code, self.settings.characters),
            "since": local(min(row.signed_at for row in many)).isoformat(), "currency": limit.currency,
        }  # fmt: skip
        return Fired(
            value=_sum(many),
            threshold=limit.amount,
            unit=limit.currency,
            facts=facts,
            norm=Norm(limit.act, limit.clause, limit.checked_on),
            subject=Subject("tenderer", many[0].supplier),
        )

    def _alike(self, history: History, own: PastContract) -> list[PastContract]:
        """The direct contracts of the two for things alike, this one first."""
        first = history.moments.newest - timedelta(days=self.settings.months * 365 // 12)
        kind = wider(own.code, self.settings.characters)
        rows = [*history.own.contracts, *history.pair(own.customer, own.supplier)]
        return [
            row
            for row in rows
            if row.group == "direct" and row.signed_at >= first and wider(row.code, self.settings.characters) == kind
            if (row.customer, row.supplier, row.currency) == (own.customer, own.supplier, own.currency)
        ]


def _limit(release: Release, purchase: UnderLaw, rules: Rules) -> Limit | NotApplicable | NotComputable:
    """The limit in money; where no ground is stated, that of small volumes, on which most are made."""
    name = limit_name(release, purchase, rules)
    if isinstance(name, NotComputable):
        name = limit_of_buyer(release, purchase, rules)
    return limit_of(purchase, name, rules) if isinstance(name, str) else name


def _regulated(row: PastContract, rules: Rules) -> bool:
    scheme, _, bare = row.code.rpartition(":")
    return bool(rules.regulated_kind(scheme or "ENSTRU", bare))


def _contracts(rows: list[PastContract]) -> set[tuple[str, str]]:
    return {(row.ocid, row.contract) for row in rows}


def _sum(rows: list[PastContract]) -> Decimal:
    return sum((row.amount or Decimal(0) for row in rows), Decimal(0))
