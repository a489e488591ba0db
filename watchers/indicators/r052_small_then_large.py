"""R052: a supplier begins with a small contract and soon gets a much larger one from the same buyer.

The first contract of the two in the `months` before is small (in Kazakhstan at most `small_mrp` MRP), and what the
supplier is awarded now is at least `times` as much (and at least `large_mrp` MRP). That it was the first must be seen:
history knows contracts of the supplier or of the buyer from `quiet_days` before it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from watchers.history import History, PastContract
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
from watchers.indicators.bidding import outcome, price_of
from watchers.indicators.procedure import base_of_year, excluded, procedure_of
from watchers.indicators.suppliers import deals, unawarded
from watchers.ocds import Release
from watchers.rules import Rules
from watchers.summary import organization_id

_TENTH = Decimal("0.1")


class SmallThenLarge(Indicator):
    """Fires when a foot in the door was followed by a contract many times larger."""

    code = "R052"
    stage = Stage.BIDS
    tier = Tier.B
    weight = 2
    family = Family.SUPPLIER
    needs = ("awards.suppliers.id", "awards.value", "buyer.id")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`times`: how much larger. `months`: within which. `small_mrp`, `large_mrp`: only in Kazakhstan."""

        times: int = 10
        months: int = 12
        small_mrp: int = 500
        large_mrp: int = 1000
        quiet_days: int = 180

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        nothing = excluded(release) or unawarded(release)
        if nothing is not None:
            return nothing
        history = context.history
        if history is None:
            return NotComputable("no history at hand")
        both = sorted({(customer, supplier) for customer, supplier, _, _, _ in deals(history) if customer})
        if not both:
            return NotApplicable("no winner is known by a number")
        answers = [self._pair(release, context.rules, history, *pair) for pair in both]
        fired = [answer for answer in answers if isinstance(answer, Fired)]
        if fired:
            return max(fired, key=lambda answer: Decimal(answer.value))
        return next((answer for answer in answers if isinstance(answer, NotComputable)), Clear())

    def _pair(self, release: Release, rules: Rules, history: History, customer: str, supplier: str) -> Answer:
        now = _awarded(release, supplier)
        earlier = [row for row in history.pair(customer, supplier) if row.total]
        if now is None:
            return NotComputable("awards.value is missing") if earlier else Clear()
        if not earlier:
            return Clear()
        first = min(earlier, key=lambda row: (row.signed_at, row.ocid))
        if first.total is None or first.currency != now[1] or not self._sizes(release, rules, first.total, now[0]):
            return Clear()
        if history.moments.newest - first.signed_at > timedelta(days=self.settings.months * 365 // 12):
            return Clear()
        if not self._is_first(history, first):
            return NotComputable("history does not reach back far enough to know that it was the first contract")
        signed = rules.calendar(procedure_of(release, rules).jurisdiction).local_date(first.signed_at)
        facts = {
            "first": str(first.total), "now": str(now[0]), "currency": now[1], "since": signed.isoformat(),
            "contracts": len({(row.ocid, row.contract) for row in earlier}),
        }  # fmt: skip
        return Fired(
            value=(now[0] / first.total).quantize(_TENTH),
            threshold=self.settings.times,
            unit="times",
            facts=facts,
            subject=Subject("tenderer", supplier),
        )

    def _sizes(self, release: Release, rules: Rules, first: Decimal, now: Decimal) -> bool:
        if now < first * self.settings.times:
            return False
        base = base_of_year(release, rules, procedure_of(release, rules).jurisdiction)
        if base is None:
            return True
        return bool(first <= base.amount * self.settings.small_mrp and now >= base.amount * self.settings.large_mrp)

    def _is_first(self, history: History, first: PastContract) -> bool:
        seen: list[datetime] = [row.signed_at for row in history.supplied(first.supplier)]
        for code in {code for _, _, code, _, _ in deals(history)}:
            seen += [row.signed_at for row in history.bought(first.customer, code)]
        return bool(min(seen) <= first.signed_at - timedelta(days=self.settings.quiet_days))


def _awarded(release: Release, supplier: str) -> tuple[Decimal, str] | None:
    """What the supplier is awarded in all, else what its contracts say."""
    awards = [one for one in outcome(release).active if supplier in {organization_id(who) for who in one.suppliers}]
    keys = {award.key for award in awards}
    contracts = [contract for contract in release.contracts if str(contract.award_id) in keys]
    for values in ([award.value for award in awards], [contract.value for contract in contracts]):
        prices = [price for value in values if (price := price_of(value)) is not None]
        if prices and len(prices) == len(values) and len({currency for _, currency in prices}) == 1:
            return sum((amount for amount, _ in prices), Decimal(0)), prices[0][1]
    return None
