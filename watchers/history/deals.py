"""The contracts and the bids of a purchase as history keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from watchers.history.facts import code_of, digits, moment_of, price_of_one, product, second, sum_of, unit_of
from watchers.history.purchase import HANDED_IN, Purchase, competitive
from watchers.history.rows import PastBid, PastContract
from watchers.ocds import Award, AwardedItem, Contract, Item
from watchers.summary import organization_id

__all__ = ["bids_of", "contracts_of"]

_SINGLE = frozenset({"single_source_after_failure", "direct", "limited"})


def contracts_of(purchase: Purchase, link: str) -> Iterator[PastContract]:
    """One row a contract, or a thing of it: those that are signed and name a supplier."""
    awards = {award.key: award for award in purchase.release.awards}
    for contract in purchase.release.contracts:
        signed = moment_of(contract.date_signed)
        award = awards.get(str(contract.award_id))
        if signed is not None and contract.status != "cancelled" and award is not None and award.suppliers:
            yield from _contract(purchase, contract, award, signed, link)


def _contract(
    purchase: Purchase, contract: Contract, award: Award, signed: datetime, link: str
) -> Iterator[PastContract]:
    planned = [item for lot in award.related_lots for item in purchase.things.get(str(lot), ())]
    planned = planned or list(purchase.tender.items)
    stated: tuple[AwardedItem, ...] = contract.items or award.items
    things: tuple[AwardedItem, ...] = stated or tuple(planned)
    method = purchase.rules.method(purchase.jurisdiction, contract.method_details) if contract.method_details else None
    group = method.group if method else purchase.group
    total, alone = sum_of(contract.value), len(things) <= 1
    currency = (contract.value.currency if contract.value else None) or ""
    supplier = organization_id(award.suppliers[0])
    for thing in things or (AwardedItem(),):
        twin = _twin(thing, planned)
        lot = purchase.lots.get(str(twin.related_lot)) if twin else None
        address = twin.delivery_address if twin else None
        quantity = thing.quantity
        price = price_of_one(thing.unit if stated else None, total if alone else None, quantity)
        amount = total if alone else None
        if amount is None:
            amount = product(price, quantity)
        yield PastContract(
            ocid=purchase.release.ocid,
            tender_id=purchase.tender.key,
            lot=lot.key if lot else "",
            customer=purchase.customer(lot),
            code=code_of(thing) or (code_of(twin) if twin else ""),
            unit=unit_of(thing.unit) or (unit_of(twin.unit) if twin else ""),
            quantity=digits(quantity),
            amount=amount,
            currency=currency,
            unit_price=digits(price),
            category=purchase.category,
            group=group,
            region=(address.region_code if address else "") or "",
            place=(address.region if address else "") or "",
            contract=contract.key,
            supplier=supplier,
            total=total,
            competitive=competitive(group),
            direct=group in _SINGLE,
            signed_at=signed,
            years=purchase.years or (signed.year,),
            link=link,
        )


def _twin(thing: AwardedItem, planned: list[Item]) -> Item | None:
    """What was planned for a thing that was contracted: the same code, or the only thing there is."""
    code = code_of(thing)
    same = next((item for item in planned if code and code_of(item) == code), None)
    return same or (planned[0] if len(planned) == 1 else None)


def bids_of(purchase: Purchase) -> Iterator[PastBid]:
    """One row a bidder and lot."""
    bids = purchase.release.bids.details if purchase.release.bids else ()
    for bid in bids:
        if bid.status not in HANDED_IN:
            continue
        bidders = {organization_id(one) for one in bid.tenderers} - {""}
        for key in dict.fromkeys(str(lot) for lot in bid.related_lots) or ("",):
            lot, award = purchase.lots.get(key), purchase.award(key)
            thing = next(iter(purchase.things.get(key, ())), None)
            winners = {organization_id(one) for one in award.suppliers} if award else set()
            group = purchase.group_of(lot)
            for bidder in sorted(bidders):
                yield PastBid(
                    ocid=purchase.release.ocid,
                    tender_id=purchase.tender.key,
                    lot=key,
                    customer=purchase.customer(lot),
                    code=code_of(thing) if thing else "",
                    amount=sum_of(bid.value),
                    currency=(bid.value.currency if bid.value else None) or "",
                    category=purchase.category,
                    group=group,
                    competitive=competitive(group),
                    bidder=bidder,
                    submitted_at=second(bid.submitted),
                    decided_at=purchase.decided_at(award),
                    won=bidder in winners,
                    rejected=bid.status == "disqualified",
                )
