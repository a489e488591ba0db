"""Bids, who wins, contracts with their addenda, acts and payments; direct contracts without an announcement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.goszakup import defects, purchases
from bot.sandbox.goszakup.catalogue import shopping_lists
from bot.sandbox.goszakup.moments import DAY, HOUR, MINUTE, local_text
from bot.sandbox.goszakup.records import Act, Bid, Contract, Lot, Offer, Payment, Subject, Tender, Unit

if TYPE_CHECKING:
    from bot.sandbox.goszakup.country import Country

APPLIED, REJECTED, WINNER, SECOND = 310, 350, 360, 370
VALID, PART_EXECUTED, EXECUTED, CHANGED, TERMINATED, NEEDS_SIGNATURE = 190, 375, 390, 455, 350, 131
_BIDDERS = ((22, 52, 72, 84, 92, 96, 100), (0, 1, 2, 3, 4, 5, 7))
_SMALL_DIRECT = 500 * 4325


def some_supplier(country: Country, tender: Tender) -> Subject:
    """Draw a supplier of the trade."""
    return country.dice.choice(country.suppliers[purchases.trade_of(tender)])


def draw_bids(country: Country, tender: Tender) -> None:
    """Draw the bids of an announcement; they stay hidden until the results."""
    dice, names = country.dice, defects.carried(country, tender)
    if tender.invited is not None:
        _bid(country, tender, tender.invited, tender.lots, 1.0)
        return
    draw = dice.random() * 100
    count = next(number for edge, number in zip(*_BIDDERS, strict=True) if draw <= edge)
    if "unlawful_single_source" in names:
        count = 0
    elif "single_bid" in names or "price_equals_plan" in names:
        count = 1
    elif "new_winner" in names:
        count = max(count, 2)
    elif names & {"identical_prices", "lowest_rejected", "others_rejected"}:
        count = max(count, 3)
    bidders = dice.sample(country.suppliers[purchases.trade_of(tender)], count)
    if "new_winner" in names and bidders:
        bidders[0] = _youngest(country, tender)
    same = dice.uniform(0.9, 0.99)
    for place, who in enumerate(bidders):
        share = 1 - dice.betavariate(1.2, 5) * (1 if count > 1 else 0.15)
        if "identical_prices" in names and place < 2:
            share = same
        elif "price_equals_plan" in names:
            share = 1.0
        elif "new_winner" in names and place == 0:
            share = 0.55
        whole = len(tender.lots) == 1 or names or dice.random() < 0.6
        lots = tender.lots if whole else dice.sample(tender.lots, dice.randrange(1, len(tender.lots)))
        _bid(country, tender, who, lots, share)


def _youngest(country: Country, tender: Tender) -> Subject:
    return max(country.suppliers[purchases.trade_of(tender)], key=lambda who: who.registered)


def _bid(country: Country, tender: Tender, who: Subject, lots: list[Lot], share: float) -> None:
    begin, end = tender.start or tender.published, tender.end
    applied = end - country.dice.betavariate(1, 3) * max(end - begin, MINUTE)
    number = country.number("TrdApp")
    offers = []
    for lot in lots:
        offers.append(Offer(country.number("AppLots"), lot, round(lot.price * share, 2), APPLIED))
        country.number("AppLots")
    tender.bids.append(Bid(number, tender, who, round(applied, 3), offers))


def show_bids(country: Country, tender: Tender) -> None:
    """Make the bids visible; their ids are older than this moment."""
    for bid in tender.bids:
        if country.shelves["TrdApp"].get(bid.id) is None:
            country.show("TrdApp", bid.id, bid, value=tender.id)


def offers_for(tender: Tender, lot: Lot) -> list[tuple[Bid, Offer]]:
    """Return the bids for a lot, the cheapest first, rejected ones too."""
    pairs = [(bid, offer) for bid in tender.bids for offer in bid.offers if offer.lot is lot]
    return sorted(pairs, key=lambda pair: (pair[1].price, pair[0].applied))


def decide(country: Country, tender: Tender, lot: Lot) -> bool:
    """Reject some bids, name the winner and the second, and return whether the lot is bought."""
    names, pairs = defects.carried(country, tender), offers_for(tender, lot)
    for place, (_, offer) in enumerate(pairs):
        rejected = country.dice.random() < (0.0 if tender.method in {3, 6, 60} else 0.12)
        if "lowest_rejected" in names and len(pairs) > 1:
            rejected = place == 0
        elif "others_rejected" in names:
            rejected = place < len(pairs) - 1
        elif "new_winner" in names:
            rejected = False
        if rejected:
            offer.status = REJECTED
    admitted = [offer for _, offer in pairs if offer.status != REJECTED]
    least = 2 if tender.method == purchases.QUOTATION else 1
    if len(admitted) < least:
        return False
    admitted[0].status = WINNER
    if len(admitted) > 1:
        admitted[1].status = SECOND
    return True


def sign(country: Country, tender: Tender, lots: list[Lot]) -> None:
    """Sign a contract with each winner."""
    winners: dict[int, tuple[Subject, list[Unit]]] = {}
    for lot in lots:
        for bid, offer in offers_for(tender, lot):
            if offer.status == WINNER:
                unit = Unit(country.number("ContractUnits"), lot, lot.good, lot.quantity, offer.price, lot.plan_id)
                winners.setdefault(bid.supplier.pid, (bid.supplier, []))[1].append(unit)
    for supplier, units in winners.values():
        number, due = country.number("Contract"), country.now + purchases.expected_delivery(tender)
        deal = Contract(
            number, number, 0, tender, tender.buyer, supplier, tender.method, tender.subject, number % 9999, 0,
            country.now, 0, due, units, NEEDS_SIGNATURE, country.now, country.dice.random() < 0.6, tender.title_ru,
            tender.title_kk,
        )  # fmt: skip
        _begin(country, deal, 2 * DAY)


def sign_directly(country: Country) -> None:
    """Sign a direct contract: no announcement, no lots."""
    dice = country.dice
    buyer = dice.choices(country.buyers, cum_weights=country.buyer_weights)[0]
    choices, weights = shopping_lists()[buyer.kind]
    group = dice.choices(choices, weights)[0]
    good = dice.choice(group.goods)
    limit = _SMALL_DIRECT if group.subject != 1 else _SMALL_DIRECT / 5
    price = min(good.low, limit * dice.uniform(0.3, 0.95))
    quantity = max(int(limit * dice.uniform(0.05, 0.98) / price), 1) if group.subject == 1 else 1
    unit = Unit(country.number("ContractUnits"), None, good, quantity, round(price, 2), country.number("Plans"))
    number, due = country.number("Contract"), country.now + dice.choice((10, 20, 30)) * DAY
    deal = Contract(
        number, number, 0, None, buyer, dice.choice(country.suppliers[group.trade]), purchases.DIRECT, group.subject,
        number % 9999, 0, country.now, 0, due, [unit], NEEDS_SIGNATURE, country.now, dice.random() < 0.6,
        good.title_ru.format(self=buyer.self_ru), good.title_kk.format(self=buyer.self_kk),
    )  # fmt: skip
    _begin(country, deal, 40 * MINUTE)


def _begin(country: Country, deal: Contract, longest: int) -> None:
    """Show a contract that waits for signatures; it comes into force within `longest` seconds."""
    country.show("Contract", deal.id, deal, value=deal.status)
    if deal.tender is not None:
        country.contracts_of.setdefault(deal.tender.id, []).append(deal)
    country.at(country.now + country.dice.randrange(10 * MINUTE, longest), come_into_force, deal)


def come_into_force(country: Country, deal: Contract) -> None:
    """Let both sides have signed; plan the addendum, the delivery, or an early end."""
    deal.signed = country.now
    _turn(country, deal, VALID, "signed")
    names = defects.carried(country, deal.tender) if deal.tender else frozenset[str]()
    draw = country.dice.random()
    if "late_addendum" in names and deal.version == 0:
        country.at(max(deal.due - DAY, country.now + HOUR), amend, deal, 1.3)
    elif draw < 0.05 and deal.version == 0:
        country.at(country.now + country.dice.randrange(DAY, 9 * DAY), amend, deal, 1.0)
    elif draw < 0.06:
        country.at(country.now + country.dice.randrange(2 * DAY, 20 * DAY), end_early, deal)
    else:
        country.at(deal.due - country.dice.randrange(0, 3 * DAY), deliver, deal)


def amend(country: Country, old: Contract, factor: float) -> None:
    """Sign an addendum: a new record with the same root, the next version, and another sum or another term."""
    if old.status != VALID:
        return
    number = country.number("Contract")
    units = [
        Unit(country.number("ContractUnits"), u.lot, u.good, u.quantity, round(u.price * factor, 2), u.plan_id)
        for u in old.units
    ]
    new = Contract(
        number, old.root, old.id, old.tender, old.buyer, old.supplier, old.method, old.subject, old.serial,
        old.version + 1, country.now, 0, old.due + 20 * DAY, units, NEEDS_SIGNATURE, country.now, old.with_vat,
        old.title_ru, old.title_kk, cause=1 if factor != 1 else 2,
    )  # fmt: skip
    _turn(country, old, CHANGED, "amended")
    if old.tender is not None and factor != 1:
        defects.reveal(country, old.tender, "amended")
    _begin(country, new, DAY)


def end_early(country: Country, deal: Contract) -> None:
    """End a contract by agreement."""
    if deal.status == VALID:
        deal.ended = country.now
        _turn(country, deal, TERMINATED, "terminated")


def deliver(country: Country, deal: Contract) -> None:
    """Sign an act; the treasury pays in a week."""
    if deal.status != VALID:
        return
    deal.executed = country.now
    act = Act(country.number("Acts"), deal, country.now - HOUR, country.now, deal.total)
    deal.acts.append(act)
    country.show("Acts", act.id, act, value=deal.id)
    _turn(country, deal, PART_EXECUTED, "delivered")
    country.at(country.now + country.dice.randrange(DAY, 7 * DAY), pay, deal)


def pay(country: Country, deal: Contract) -> None:
    """Pay the contract; that ends it."""
    payment = Payment(country.number("TreasuryPay"), deal, country.now, deal.total)
    deal.payments.append(payment)
    deal.paid, deal.ended = deal.total, country.now
    country.show("TreasuryPay", payment.id, payment, value=deal.id)
    _turn(country, deal, EXECUTED, "paid")


def _turn(country: Country, deal: Contract, status: int, change: str) -> None:
    deal.status, deal.updated = status, country.now
    country.ledger.write(country.now, "Contract", deal.id, change, status)


def pause_view(moment: int, tender: Tender) -> dict[str, Any]:
    """Return `TrdBuyPause` as the API shows it."""
    return {
        "status": 1, "datePause": local_text(moment), "decideNumber": "", "decideDate": None,
        "statusNameRu": "Приостановлено", "statusNameKz": "Тоқтатыла тұрды", "solutionNameRu": "", "solutionNameKz": "",
        "lots": [lot.id for lot in tender.lots],
    }  # fmt: skip


def cancel_view(moment: int, status: int) -> dict[str, Any]:
    """Return `TrdBuyCancel` as the API shows it."""
    refused = status == 410
    return {
        "numberDecision": str(moment % 900 + 1), "dateDecision": local_text(moment), "nameAuthority": "",
        "actTypeNameRu": "Решение", "actTypeNameKz": "Шешім",
        "typeActionsNameRu": "Отказ от закупки" if refused else "Отмена закупки",
        "typeActionsNameKz": "Сатып алудан бас тарту" if refused else "Сатып алудың күшін жою",
        "typeActionsCode": "refusalTrade" if refused else "canceledTrade",
    }  # fmt: skip
