"""Bids and who won: one bid an application and lot; awards from the winners' statuses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from watchers.ocds import Award, Bid, Organization
from watchers.sources.goszakup.codes import kind_of_bid
from watchers.sources.goszakup.model import Application, AppLot, Lot, Records
from watchers.sources.goszakup.parties import Participants
from watchers.sources.goszakup.parts import local, moment, money, shown

__all__ = ["Offers", "offers_of", "still_open"]

_WON = "FirstWinner"
_SECOND = "SecondWinner"


class Offers:
    """All bids of one announcement, and the awards that follow from them."""

    def __init__(self) -> None:
        self.bids: list[Bid] = []
        self.awards: list[Award] = []
        self.decided = False

    def tenderers(self) -> tuple[Organization, ...]:
        """Who made an offer that was compared, each once."""
        counted = [bid for bid in self.bids if bid.status in {"valid", "disqualified", "pending"}]
        return tuple({who.key: who for bid in counted for who in bid.tenderers}.values())


def offers_of(
    records: Records,
    lots: tuple[Lot, ...],
    people: Participants,
    group: str,
    *,
    results: str | None,
    pending: bool,
) -> Offers:
    """Read the applications. `results` is when they were published; `pending`: the deadline has not passed."""
    offers = Offers()
    counts = {lot.id: lot.count for lot in lots}
    for application in sorted(records.applications or (), key=lambda one: one.id or 0):
        who = _tenderer(application, people)
        for part in sorted(application.app_lots or (), key=lambda one: (one.lot_id or 0, one.id or 0)):
            _add(
                offers,
                application,
                part,
                who,
                group,
                results=results,
                count=counts.get(part.lot_id),
                pending=pending,
            )
    return offers


def _tenderer(application: Application, people: Participants) -> Organization:
    supplier = application.supplier
    return people.party(
        application.supplier_bin_iin or (supplier.bin if supplier else None) or None,
        application.supplier_id or (supplier.pid if supplier else None),
        name_ru=supplier.name_ru if supplier else None,
        name_kk=supplier.name_kz if supplier else None,
        roles=("tenderer",),
        otherwise=f"bid-{application.id}",
    )


def _add(
    offers: Offers,
    application: Application,
    part: AppLot,
    who: Organization,
    group: str,
    *,
    results: str | None,
    count: Decimal | None,
    pending: bool,
) -> None:
    row, status = kind_of_bid(part.status_id, part.ref_app_status, group)
    code = row.code if row else ""
    offers.decided = offers.decided or code in {_WON, _SECOND, "Rejected", "Admitted", "NotAdmitted"}
    lot = str(part.lot_id) if part.lot_id else None
    key = f"{application.id}-{lot}" if lot else str(application.id or part.id)
    amount = part.amount or (part.price * count if part.price and count else part.amount)
    said = shown(part.ref_app_status.name_ru) if part.ref_app_status else None
    bid = Bid(
        id=key,
        date=moment(application.date_apply),
        status="pending" if pending and status == "valid" and code in {"", "Applied"} else status,
        status_details=row.name_ru if row else said or (str(part.status_id) if part.status_id else None),
        value=money(amount),
        tenderers=(who,),
        related_lots=(lot,) if lot else (),
    )
    offers.bids.append(bid)
    if code == _WON:
        offers.awards.append(
            Award(
                id=f"award-{key}",
                status="active",
                date=results,
                value=bid.value,
                suppliers=(who,),
                related_lots=bid.related_lots,
                related_bid=key,
            )
        )


def still_open(end_date: str | None, now: datetime | None) -> datetime | None:
    """The deadline if it lies ahead of `now`."""
    end = local(end_date) if end_date else None
    return end if end is not None and now is not None and end > now else None
