"""R031: the winning price almost equals the planned one, and hardly anyone competed.

Price / plan >= 0.99 with at most two bidders. Like is compared with like: the same currency, the same lot. Where plans
are made without value added tax (Kazakhstan: Rules No. 687, p. 12; in Dominican data prices pile up at 118 % of the
plan, and the tax is 18 %) and the data do not say whether a price holds it, the price must reach the plan even without
the tax; where the tax could decide the answer, there is none. A contract that states its sum with and without the tax
tells.
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
from watchers.indicators.bidding import Scope, lots, outcome, price_of, suppliers, tenderers
from watchers.indicators.procedure import announced_on, competitive, excluded, planned_value, procedure_of
from watchers.ocds import Award, Release, Tender
from watchers.rules import Rules

_HUNDRED = Decimal(100)
_TENTH = Decimal("0.1")


class PriceNearPlan(Indicator):
    """Fires when the price comes within a percent of the plan, or above it, and one or two bid."""

    code = "R031"
    version = 2
    stage = Stage.BIDS
    tier = Tier.B
    weight = 2
    family = Family.PRICE
    needs = ("tender.value", "awards.value", "tender.numberOfTenderers")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`percent`: of the plan, from which it fires. `most_bidders`: more than these are competition."""

        percent: Decimal = Decimal(99)
        most_bidders: int = 2
        implausible_percent: Decimal = Decimal(1000)  # from here on the plan is a placeholder or a mistake

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        if not competitive(release, context.rules):
            return NotApplicable("not a competitive method: the plan is what is asked for")
        decided = outcome(release)
        if not decided.active:
            return NotApplicable("nothing is awarded")
        if decided.pending:
            return NotComputable("awards.status: one is still pending")
        vat = _vat(release, context.rules)
        scopes = lots(release) or [Scope("", (), decided)]
        answers = [self._judge_lot(release, scope, vat) for scope in scopes if scope.outcome.active]
        fired = [answer for answer in answers if isinstance(answer, Fired)]
        if fired:
            return max(fired, key=lambda answer: Decimal(answer.value))
        return next((answer for answer in answers if isinstance(answer, NotComputable)), Clear())

    def _judge_lot(self, release: Release, scope: Scope, vat: Decimal | None) -> Answer:
        bidders = _bidders(release, scope)
        if bidders is None:
            return NotComputable("tender.numberOfTenderers and bids.details are missing")
        if bidders > self.settings.most_bidders:
            return Clear()
        net = _without_tax(release, scope)
        plan, price = price_of(planned_value(release, scope.lot)), net or _price(scope)
        if net is not None:
            vat = None
        if plan is None or price is None:
            return NotComputable("tender.value or the winning price is missing")
        if plan[1] != price[1]:
            return NotComputable("the planned and the winning price are in different currencies")
        percent = price[0] / plan[0] * _HUNDRED
        if percent < self.settings.percent:
            return Clear()
        if percent >= self.settings.implausible_percent:
            return NotComputable("tender.value.amount is far below the winning price: a placeholder or a mistake")
        if vat and percent / (1 + vat / _HUNDRED) < self.settings.percent:
            return NotComputable(f"whether the price holds the {vat} % value added tax is not in the data")
        facts = {
            "price": str(price[0]),
            "plan": str(plan[0]),
            "currency": plan[1],
            "bidders": bidders,
            "lot": scope.lot,
            "tax": str(vat) if vat else "",
            "without_tax": str((percent / (1 + vat / _HUNDRED)).quantize(_TENTH)) if vat else "",
        }
        return Fired(value=percent.quantize(_TENTH), threshold=self.settings.percent, unit="percent", facts=facts)


def _vat(release: Release, rules: Rules) -> Decimal | None:
    jurisdiction = procedure_of(release, rules).jurisdiction
    day = announced_on(release, rules, jurisdiction)
    return None if day is None else rules.vat(jurisdiction, day)


def _bidders(release: Release, scope: Scope) -> int | None:
    """How many competed for the scope: counted from the bids of a lot, else the publisher's own number."""
    tender = release.tender or Tender()
    if not scope.lot and tender.number_of_tenderers is not None:
        return tender.number_of_tenderers
    return len({tenderers(bid) for bid in scope.bids if tenderers(bid)}) or None


def _without_tax(release: Release, scope: Scope) -> tuple[Decimal, str] | None:
    """What the contract for the scope alone was concluded for without the tax; None if no contract tells."""
    if len(scope.outcome.active) != 1:
        return None
    award = scope.outcome.active[0]
    own = [one for one in release.contracts if one.award_id is not None and str(one.award_id) == award.key]
    if len(own) != 1 or price_of(own[0].value_with_tax) is None:
        return None
    lots_of_it = {str(item.related_lot) for item in own[0].items if item.related_lot is not None}
    covers = lots_of_it == {scope.lot} or (not lots_of_it and len(outcome(release).active) == 1)
    return price_of(own[0].value) if covers else None


def _price(scope: Scope) -> tuple[Decimal, str] | None:
    """What is paid for the scope: the sum of its active awards, or the bid of the only winner."""
    active = scope.outcome.active
    prices = [price_of(award.value) for award in active]
    known = [price for price in prices if price is not None]
    if known and len(known) == len(prices):
        currencies = {currency for _, currency in known}
        return (sum((amount for amount, _ in known), Decimal(0)), currencies.pop()) if len(currencies) == 1 else None
    return _winning_bid(scope, active[0]) if len(active) == 1 else None


def _winning_bid(scope: Scope, award: Award) -> tuple[Decimal, str] | None:
    won = suppliers([award])
    own = [
        price
        for bid in scope.bids
        if bid.status != "disqualified" and (bid.key == str(award.related_bid) or (won and tenderers(bid) == won))
        if len(bid.related_lots) <= 1 and (price := price_of(bid.value)) is not None
    ]
    return min(own, default=None)
