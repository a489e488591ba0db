"""The life of an announcement: publication, discussion, acceptance, results; what interrupts it, what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.goszakup import deals, defects, purchases
from bot.sandbox.goszakup.moments import DAY, HOUR, MINUTE, OPENING, day_of, midnight, working_days_later
from bot.sandbox.goszakup.records import Complaint, Lot, Tender

if TYPE_CHECKING:
    from bot.sandbox.goszakup.country import Country

PUBLISHED, ACCEPTING, CHANGED, REVIEW, SUMMING_UP, COMPLETE = 210, 220, 190, 250, 330, 350
REFUSED, SUSPENDED, CANCELLED, APPEALED = 410, 420, 430, 440
_OPENED_BY_DISCUSSION = frozenset({2, 77, 120, 188})
_RUNNING = frozenset({PUBLISHED, ACCEPTING, CHANGED})


def publish(country: Country, tender: Tender) -> None:
    """Make an announcement visible, with its lots and plan points, and plan its stages."""
    country.drafts.pop(tender.id, None)
    tender.published = tender.indexed = country.now
    _set_dates(country, tender)
    tender.status = PUBLISHED if tender.start > country.now else ACCEPTING
    tender.updated = country.now - country.dice.randrange(0, 4 * MINUTE)  # the signing, a little before publication
    country.show("TrdBuy", tender.id, tender, value=tender.status)
    for lot in tender.lots:
        lot.status, lot.updated = tender.status, tender.updated
        country.shelves["Lots"].put(lot.id, lot)
        country.shelves["Plans"].put(lot.plan_id, lot)
        country.ledger.write(country.now, "Lots", lot.id, "published", tender.id)
    defects.reveal(country, tender, "published")
    if tender.status == PUBLISHED:
        country.at(tender.start, open_acceptance, tender)
    country.at(tender.end, close_acceptance, tender, tender.end)
    _plan_interruptions(country, tender)


def _set_dates(country: Country, tender: Tender) -> None:
    """Give the dates that the rules ask for, and some days more; fewer where a short window is the defect."""
    dice, today = country.dice, day_of(country.now)
    short = "short_window" in defects.carried(country, tender)
    if tender.method in _OPENED_BY_DISCUSSION and tender.type_trade != purchases.REPEAT:
        least = 2 if tender.method == purchases.POINTS else 4
        tender.discuss_start = country.now
        discussed = working_days_later(today, 2)
        tender.discuss_end = midnight(discussed) + 18 * HOUR
        opening = working_days_later(discussed, 2)
        tender.start = midnight(opening) + OPENING + dice.randrange(60)
        days = least - 2 if short else least + dice.choice((0, 0, 1, 2, 4, 8))
        tender.end = midnight(working_days_later(opening, days)) + OPENING + dice.randrange(60)
        return
    tender.start = country.now
    if country.now - midnight(today) > 18 * HOUR and dice.random() < 0.5:
        tender.start = midnight(working_days_later(today, 1)) + OPENING + dice.randrange(60)
    least = 2 if tender.method in {purchases.QUOTATION, purchases.SHOP} else 3
    if tender.method == purchases.SINGLE:
        least = 2
    days = least - 1 if short else least + dice.choice((0, 0, 0, 1, 1, 2, 3))
    clock = (
        country.now - midnight(today) if dice.random() < 0.5 else dice.choice((9, 12, 18)) * HOUR + dice.randrange(60)
    )
    tender.end = midnight(working_days_later(today, days)) + clock


def _plan_interruptions(country: Country, tender: Tender) -> None:
    """Let a few announcements be refused, cancelled, suspended, complained of, or changed after the discussion."""
    dice, span = country.dice, max(tender.end - country.now, HOUR)
    if tender.method == purchases.SINGLE:
        return
    draw, moment = dice.random(), country.now + int(span * dice.uniform(0.1, 0.9))
    if draw < 0.012:
        country.at(moment, stop, tender, REFUSED, "refused")
    elif draw < 0.018:
        country.at(moment, stop, tender, CANCELLED, "cancelled")
    elif draw < 0.024:
        country.at(moment, suspend, tender)
    elif tender.discuss_end and draw < 0.17:
        country.at(tender.discuss_end, change_documents, tender)


def open_acceptance(country: Country, tender: Tender) -> None:
    """Begin to take bids."""
    if tender.status in _RUNNING and country.now >= tender.start:
        country.turn(tender, ACCEPTING, "opened", ACCEPTING)


def change_documents(country: Country, tender: Tender) -> None:
    """Change the documents after remarks: the acceptance of bids begins and ends later."""
    if tender.status not in _RUNNING:
        return
    country.turn(tender, CHANGED, "documents_changed", CHANGED)
    today = day_of(country.now)
    tender.start = midnight(working_days_later(today, 2)) + OPENING + country.dice.randrange(60)
    tender.end = midnight(working_days_later(today, 9)) + OPENING + country.dice.randrange(60)
    country.at(tender.start, open_acceptance, tender)
    country.at(tender.end, close_acceptance, tender, tender.end)


def suspend(country: Country, tender: Tender) -> None:
    """Suspend on a complaint; it goes on, or is cancelled, in three days."""
    if tender.status not in _RUNNING:
        return
    complaint = Complaint(country.number("ComplaintAppeal"), tender, tender.lots[0], country.now)
    country.complaints_of.setdefault(tender.id, []).append(complaint)
    country.show("ComplaintAppeal", complaint.id, complaint, value=tender.id)
    country.turn(tender, SUSPENDED, "suspended", SUSPENDED)
    country.decisions_of.setdefault(tender.id, {})["Pause"] = deals.pause_view(country.now, tender)
    country.at(country.now + 3 * DAY, decide_complaint, tender, complaint)


def decide_complaint(country: Country, tender: Tender, complaint: Complaint) -> None:
    """Decide a complaint: upheld ones cancel the purchase, others let it go on as long as it was held up."""
    complaint.decided, complaint.upheld = country.now, country.dice.random() < 0.4
    country.ledger.write(country.now, "ComplaintAppeal", complaint.id, "decided", int(complaint.upheld))
    if tender.status != SUSPENDED:
        return
    if complaint.upheld:
        stop(country, tender, CANCELLED, "cancelled")
        return
    tender.end = max(tender.end, country.now) + 3 * DAY
    country.turn(tender, ACCEPTING, "resumed", ACCEPTING)
    country.at(tender.end, close_acceptance, tender, tender.end)


def stop(country: Country, tender: Tender, status: int, change: str) -> None:
    """Refuse or cancel a purchase before its deadline."""
    if tender.status not in _RUNNING | {SUSPENDED}:
        return
    country.turn(tender, status, change, status)
    country.decisions_of.setdefault(tender.id, {})["Cancel"] = [deals.cancel_view(country.now, status)]


def edit_technically(country: Country, tender: Tender) -> None:
    """Move the date of the last update of one lot and its announcement; nothing else changes."""
    lot = country.dice.choice(tender.lots)
    tender.updated = tender.indexed = lot.updated = country.now
    country.ledger.write(country.now, "TrdBuy", tender.id, "technical")


def close_acceptance(country: Country, tender: Tender, deadline: int) -> None:
    """End the taking of bids; a stale record goes on saying that bids are taken."""
    if tender.status not in _RUNNING or deadline != tender.end:
        return
    quick = tender.method in {purchases.QUOTATION, purchases.SHOP, purchases.SINGLE}
    status = SUMMING_UP if quick else REVIEW
    if country.dice.random() < country.quirks.stale_status:
        tender.shown_status = tender.status
        tender.status = status
    else:
        country.turn(tender, status, "closed", status)
    deals.draw_bids(country, tender)
    if not country.quirks.bids_hidden:
        deals.show_bids(country, tender)
    wait = country.dice.randrange(2 * MINUTE, 6 * HOUR) if quick else country.dice.randrange(2 * DAY, 9 * DAY)
    country.at(country.now + wait, publish_results, tender)


def publish_results(country: Country, tender: Tender) -> None:
    """Publish who won: bids become visible, each lot is bought or not, and what follows is planned."""
    tender.results = country.now
    won: list[Lot] = []
    failed: list[Lot] = []
    for lot in tender.lots:
        bought = deals.decide(country, tender, lot)
        lot.status = 360 if bought else 370
        (won if bought else failed).append(lot)
    country.turn(tender, COMPLETE, "results")
    defects.reveal(country, tender, "results")
    if country.quirks.late_bids and country.dice.random() < country.quirks.late_bids:
        country.at(country.now + country.dice.randrange(HOUR, 12 * HOUR), deals.show_bids, tender)
    else:
        deals.show_bids(country, tender)
    if won:
        country.at(country.now + country.dice.randrange(DAY, 6 * DAY), deals.sign, tender, won)
    if failed:
        _follow(country, tender, failed)


def _follow(country: Country, tender: Tender, failed: list[Lot]) -> None:
    """Plan the repeat of lots that failed, or the single source where the rules come to it."""
    single = [lot for lot in failed if len(deals.offers_for(tender, lot)) == 1 and tender.method == purchases.QUOTATION]
    rest = [lot for lot in failed if lot not in single]
    if single:
        _begin_later(country, tender, single, purchases.SINGLE, purchases.AFTER_QUOTATION)
    if not rest or tender.method == purchases.SINGLE:
        return
    again = tender.type_trade == purchases.REPEAT
    if again and tender.method == purchases.SHOP:  # a competitive way follows, never single source
        _begin_later(country, tender, rest, purchases.QUOTATION, purchases.FIRST)
        return
    unlawful = "unlawful_single_source" in defects.carried(country, tender)
    if not again and not unlawful:
        _begin_later(country, tender, rest, tender.method, purchases.REPEAT)
        return
    kind = {purchases.QUOTATION: purchases.AFTER_QUOTATION, purchases.AUCTION: purchases.AFTER_AUCTION}
    _begin_later(country, tender, rest, purchases.SINGLE, kind.get(tender.method, purchases.AFTER_TENDER))


def _begin_later(country: Country, failed: Tender, lots: list[Lot], method: int, kind: int) -> None:
    day = working_days_later(day_of(country.now), country.dice.choice((1, 1, 2)))
    country.due_on[midnight(day)] = country.due_on.get(midnight(day), 0) + 1
    country.at(midnight(day) + country.dice.randrange(9 * HOUR, 19 * HOUR), begin_next, failed, lots, method, kind)


def begin_next(country: Country, failed: Tender, lots: list[Lot], method: int, kind: int) -> None:
    """Announce what follows a failed purchase."""
    tender = purchases.after(country, failed, lots, method, kind)
    if method == purchases.SINGLE:
        offers = deals.offers_for(failed, lots[0])
        tender.invited = offers[0][0].supplier if offers else deals.some_supplier(country, tender)
    if "unlawful_single_source" in defects.carried(country, failed) and kind == purchases.AFTER_TENDER:
        country.ledger.defects[tender.id] = frozenset({"unlawful_single_source"})
        defects.reveal(country, tender, "followed")
    country.drafts[tender.id] = tender
    country.at(country.now + country.dice.randrange(30, 15 * MINUTE), publish, tender)
