"""Signed contracts: their versions, what an addendum is for, what of a contract was accepted and paid.

`contract.value` is the sum as signed, `amendments[].amendedValue` the sums later; both without value added tax where
the publisher tells them apart.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec

from watchers.indicators.base import Answer, Context, NotApplicable
from watchers.indicators.bidding import price_of
from watchers.indicators.procedure import excluded, procedure_of
from watchers.ocds import Amendment, Contract, Release, parse_datetime
from watchers.rules import Rules
from watchers.rules.things import word_kinds

__all__ = [
    "FORMAL", "LAWFUL_GROWTH", "Step", "amendments_of", "day_of", "first_value", "grounds", "last_value", "moment_of",
    "name_of", "now_of", "signed", "steps", "with_tax",
]  # fmt: skip

LAWFUL_GROWTH = frozenset({"addendum_tariff", "addendum_vat", "addendum_design", "addendum_law"})
"""Grounds on which the law lets a sum grow beyond what the buyer and the supplier may agree."""

FORMAL = frozenset({"addendum_formal", "addendum_vat", "addendum_law"})
"""Addenda about accounts, codes of the budget, taxes, the obligations of a further year: no change of the deal."""

_NOT_SIGNED = frozenset({"pending", "cancelled"})
_NOTHING = NotApplicable("no contract is signed")
_Money = tuple[Decimal, str]


class Step(msgspec.Struct, frozen=True):
    """What one addendum did to the sum; `before` is the sum until then."""

    before: Decimal
    after: Decimal
    grounds: frozenset[str]


def signed(release: Release) -> list[Contract] | Answer:
    """The contracts that were concluded; why there is nothing to judge where there is none."""
    dead = excluded(release)
    if dead is not None:
        return dead
    found = [contract for contract in release.contracts if contract.status not in _NOT_SIGNED]
    return found or _NOTHING


def moment_of(text: str | None) -> datetime | None:
    """A moment of a contract, zone-aware."""
    return parse_datetime(text) if text else None


def day_of(release: Release, rules: Rules, text: str | None) -> date | None:
    """The local day of a moment of a contract."""
    moment = moment_of(text)
    return None if moment is None else rules.calendar(procedure_of(release, rules).jurisdiction).local_date(moment)


def now_of(release: Release, context: Context) -> datetime | None:
    """The last moment at which the release is known to have been as it is."""
    return max((one for one in (release.released, context.seen_at) if one is not None), default=None)


def amendments_of(contract: Contract) -> list[Amendment]:
    """The addenda in the order of their dates; undated ones keep their place at the end."""
    return sorted(contract.amendments, key=lambda one: (moment_of(one.date) is None, moment_of(one.date) or _EPOCH))


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def grounds(amendment: Amendment) -> frozenset[str]:
    """What an addendum is for, by the words of its ground; empty where only a number is known."""
    texts = (amendment.rationale, amendment.description)
    return frozenset(kind for text in texts if text for kind in word_kinds(text) if kind.startswith("addendum"))


def first_value(contract: Contract) -> _Money | None:
    """The sum as signed."""
    return price_of(contract.value)


def last_value(contract: Contract) -> _Money | None:
    """The sum by the newest addendum that names one, else as signed."""
    values = [price_of(one.amended_value) for one in amendments_of(contract)]
    return next((value for value in reversed(values) if value is not None), first_value(contract))


def steps(contract: Contract) -> list[Step]:
    """The changes of the sum, oldest first; empty if no two sums in one currency are known."""
    first = first_value(contract)
    if first is None:
        return []
    found, (before, currency) = [], first
    for one in amendments_of(contract):
        value = price_of(one.amended_value)
        if value is not None and value[1] == currency:
            found.append(Step(before, value[0], grounds(one)))
            before = value[0]
    return found


def with_tax(contract: Contract, amount: Decimal) -> Decimal | None:
    """A net sum of the contract with the tax its supplier pays, by the ratio of the sums as signed; None if unknown."""
    net, gross = price_of(contract.value), price_of(contract.value_with_tax)
    if net is None or gross is None or net[1] != gross[1] or gross[0] < net[0]:
        return None
    return amount * gross[0] / net[0]


def name_of(contract: Contract) -> str:
    """The number of a contract as printed, else its id."""
    return contract.public_number or contract.key
