"""The lots of a purchase as history keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from watchers.history.facts import code_of, digits, moment_of, price_of_one, product, second, sum_of, unit_of
from watchers.history.purchase import Purchase, competitive
from watchers.history.rows import PastLot
from watchers.indicators.contest import margins
from watchers.indicators.deciding import working_days_between
from watchers.ocds import Item, Lot
from watchers.summary import organization_id

__all__ = ["lots_of"]

_DEAD = frozenset({"cancelled", "withdrawn"})
_LONGEST = 200


class _Shared(msgspec.Struct, frozen=True):
    """What all lots of a purchase share: its page, and when and by whom it was stopped if it was."""

    link: str
    stopped_at: datetime
    stopped_by: str


def lots_of(purchase: Purchase, link: str) -> Iterator[PastLot]:
    """One row a lot, or a thing of a lot that holds several; one row for a tender without lots."""
    if purchase.release.tender is None:
        return
    shared = _Shared(link, *_stopped(purchase))
    for lot in purchase.tender.lots or (None,):
        key = lot.key if lot else ""
        things = purchase.things.get(key, [])
        for place, item in enumerate(things or (None,)):
            row = _lot(purchase, lot, item, alone=len(things) <= 1, shared=shared)
            yield row if place else _measured(purchase, key, row)


def _lot(purchase: Purchase, lot: Lot | None, item: Item | None, *, alone: bool, shared: _Shared) -> PastLot:
    key, tender = (lot.key if lot else ""), purchase.tender
    whole = sum_of(lot.value if lot else tender.value)
    quantity = item.quantity if item else None
    price = price_of_one(item.unit if item else None, whole if alone else None, quantity)
    amount = whole if alone else None
    if amount is None:
        amount = product(price, quantity)
    status = (lot.status if lot else None) or tender.status or ""
    dead = status in _DEAD or tender.status in _DEAD
    award = purchase.award(key)
    bidders, rejected = _counts(purchase, key)
    failed = status == "unsuccessful"
    group = purchase.group_of(lot)
    address = item.delivery_address if item else None
    point = item.plan_point if item else None
    value = (lot.value if lot else None) or tender.value
    return PastLot(
        ocid=purchase.release.ocid,
        tender_id=tender.key,
        lot=key,
        customer=purchase.customer(lot),
        organiser=purchase.organiser,
        buyer_kind=purchase.rules.buyer_kind(purchase.jurisdiction, purchase.customer_name(lot)),
        years=purchase.years,
        code=code_of(item) if item else "",
        unit=unit_of(item.unit) if item else "",
        quantity=digits(quantity),
        amount=amount,
        currency=(value.currency if value else None) or "",
        unit_price=digits(price),
        category=purchase.category,
        group=group,
        purchase_type=purchase.purchase_type,
        competitive=competitive(group),
        region=(address.region_code if address else "") or "",
        place=(address.region if address else "") or "",
        programme=(point.programme if point else "") or "",
        plan_root=purchase.plan_root(item, lot),
        parent=purchase.parent,
        published_at=purchase.moments.announced,
        closes_at=second(tender.tender_period.end) if tender.tender_period else None,
        decided_at=purchase.decided_at(award) if award or failed or bidders is not None else None,
        outcome="cancelled" if dead else "awarded" if award else "unsuccessful" if failed else "",
        cancelled_at=shared.stopped_at if dead else None,
        cancelled_by=shared.stopped_by if dead else "",
        bidders=bidders,
        rejected=rejected,
        winner=organization_id(award.suppliers[0]) if award else "",
        link=shared.link,
    )


def _measured(purchase: Purchase, key: str, row: PastLot) -> PastLot:
    """The row with what the contest and the decision were like."""
    award = purchase.award(key)
    if award is None or row.outcome == "cancelled":
        return row
    margin = next((one for one in margins(purchase.release) if one.lot.split("+")[0] == key), None)
    period = purchase.tender.tender_period
    days = working_days_between(period.end if period else None, award.decided, purchase.rules, purchase.jurisdiction)
    share = None if margin is None else digits((margin.second - margin.winning) / margin.winning)
    return msgspec.structs.replace(row, margin=share, decision_days=days)


def _stopped(purchase: Purchase) -> tuple[datetime, str]:
    """When a purchase that is cancelled was stopped, and what is said of who did it and why."""
    said = [one for one in purchase.tender.official_decisions if one.kind == "cancelled"]
    moments = [moment for one in said if (moment := moment_of(one.date))]
    words = " ".join(text for one in said for text in (one.authority, one.ground) if text)
    return min(moments, default=purchase.moments.newest), " ".join(words.casefold().split())[:_LONGEST]


def _counts(purchase: Purchase, lot: str) -> tuple[int | None, int | None]:
    """How many bid for a lot, and how many of them were rejected; None while it is not known."""
    if purchase.release.bids is None or not purchase.release.bids.details:
        return (purchase.tender.number_of_tenderers if len(purchase.lots) <= 1 else None), None
    bids = purchase.handed_in(lot)
    rejected = {organization_id(one) for bid in bids if bid.status == "disqualified" for one in bid.tenderers}
    return len({organization_id(one) for bid in bids for one in bid.tenderers}), len(rejected)
