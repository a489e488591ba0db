"""What a decision says in numbers: how many bid, for how much it was awarded, how much was planned for it."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.ocds import Award, Release, Tender

__all__ = ["Outcome", "outcome_of"]


class Outcome(msgspec.Struct, frozen=True):
    """None where the release does not tell. `price` and `plan` are of the same lots, in `currency`."""

    bids: int | None = None
    price: Decimal | None = None
    plan: Decimal | None = None
    currency: str = ""


def outcome_of(release: Release) -> Outcome:
    """The numbers of the awards in force; nothing for a release without any."""
    awards = [one for one in release.awards if one.suppliers and (one.status or "active") == "active"]
    if not awards:
        return Outcome()
    values = [one.value for one in awards]
    currencies = {value.currency or "" for value in values if value}
    if not all(value is not None and value.amount for value in values) or len(currencies) != 1:
        return Outcome(bids=_bids(release))
    currency = currencies.pop()
    price = sum((value.amount for value in values if value and value.amount), Decimal(0))
    return Outcome(_bids(release), price, _plan(release.tender or Tender(), awards, currency), currency)


def _bids(release: Release) -> int | None:
    tender = release.tender
    if tender is not None and tender.number_of_tenderers:
        return tender.number_of_tenderers
    offers = release.bids.details if release.bids else ()
    who = {one.key for bid in offers if bid.status != "withdrawn" for one in bid.tenderers}
    return len(who) or None


def _plan(tender: Tender, awards: list[Award], currency: str) -> Decimal | None:
    """The planned sum of the lots that were awarded; of the whole tender where no award names a lot."""
    named = {str(lot) for award in awards for lot in award.related_lots}
    values = [lot.value for lot in tender.lots if lot.key in named] if named else [tender.value]
    amounts = [value.amount for value in values if value is not None and value.amount and value.currency == currency]
    return sum(amounts, Decimal(0)) if amounts and len(amounts) == (len(named) or 1) else None
