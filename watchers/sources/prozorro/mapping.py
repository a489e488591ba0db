"""Maps a tender of Prozorro's API (OpenProcurement) to an OCDS release. The table is in docs/sources.md.

What needed a decision: a bid for several lots becomes one OCDS bid a lot, since each has its own price and fate; a
rejected bidder shows in Prozorro as an unsuccessful award, its bid stays "active", and becomes "disqualified" here.
"""

from __future__ import annotations

import msgspec

from watchers.ocds import Award, Bid, Bids, Contract, Lot, Organization, Release, Tender, parse_datetime
from watchers.sources.prozorro.codes import (
    AWARD_CRITERIA,
    AWARD_STATUSES,
    BID_STATUSES,
    CONTRACT_STATUSES,
    LOT_STATUSES,
    METHODS,
    TENDER_STATUSES,
    translate,
)
from watchers.sources.prozorro.model import OpAward, OpBid, OpLotValue, OpOrganization, OpTender
from watchers.sources.prozorro.parts import awarded_item, document, item, moment, organization, parties, period, value

__all__ = ["OCID_PREFIX", "map_tender", "read_tender"]

OCID_PREFIX = "ocds-be6bcu-"

_METHODS_OF_OCDS = frozenset({"open", "selective", "limited", "direct"})


class _Envelope(msgspec.Struct, frozen=True):
    data: OpTender


def read_tender(body: bytes) -> OpTender:
    """Read the answer of `/tenders/{id}`, or the tender alone. Raises msgspec.DecodeError for anything else."""
    try:
        return msgspec.json.decode(body, type=_Envelope).data
    except msgspec.ValidationError as error:
        if "missing required field `data`" not in str(error):
            raise
        return msgspec.json.decode(body, type=OpTender)


def map_tender(op: OpTender) -> Release:
    """The whole present state of a tender as one compiled release."""
    bids = _bids(op)
    awards = tuple(_award(award, op) for award in op.awards or ())
    buyers = tuple(op.buyers or ()) or ((op.procuring_entity,) if op.procuring_entity else ())
    return Release(
        ocid=OCID_PREFIX + op.tender_id,
        id=f"{op.tender_id}-{op.date_modified}" if op.date_modified else op.tender_id,
        date=moment(op.date_modified),
        tag=("compiled",),
        language="uk",
        initiation_type="tender",
        buyer=organization(buyers[0]) if buyers else None,
        parties=_parties(op, buyers),
        tender=_tender(op, bids),
        bids=Bids(details=bids) if op.bids is not None else None,
        awards=awards,
        contracts=tuple(
            Contract(
                id=contract.id,
                award_id=contract.award_id,
                title=contract.title,
                status=translate(CONTRACT_STATUSES, contract.status, "contract status"),
                value=value(contract.value),
                period=period(contract.period),
                date_signed=moment(contract.date_signed),
                items=tuple(awarded_item(bought) for bought in contract.items or ()),
            )
            for contract in op.contracts or ()
        ),
    )


def _tender(op: OpTender, bids: tuple[Bid, ...]) -> Tender:
    tenderers = _tenderers(bids)
    enquiries = op.enquiry_period.start_date if op.enquiry_period else None
    return Tender(
        id=op.id or op.tender_id,
        title=op.title,
        title_en=op.title_en,
        title_ru=op.title_ru,
        description=op.description or None,
        status=translate(TENDER_STATUSES, op.status, "tender status"),
        value=value(op.value),
        procurement_method=_method(op),
        procurement_method_details=op.procurement_method_type,
        procurement_method_rationale=op.cause_description or op.procurement_method_rationale,
        main_procurement_category=op.main_procurement_category,
        award_criteria=translate(AWARD_CRITERIA, op.award_criteria, "awardCriteria"),
        submission_method=(op.submission_method,) if op.submission_method else (),
        date_published=moment(op.notice_publication_date or enquiries or op.date_created),
        tender_period=period(op.tender_period),
        enquiry_period=period(op.enquiry_period),
        award_period=period(op.award_period),
        number_of_tenderers=len(tenderers) if op.bids is not None else None,
        tenderers=tenderers,
        procuring_entity=organization(op.procuring_entity) if op.procuring_entity else None,
        items=tuple(item(bought) for bought in op.items or ()),
        lots=tuple(
            Lot(
                id=lot.id,
                title=lot.title,
                description=lot.description or None,
                status=translate(LOT_STATUSES, lot.status, "lot status"),
                value=value(lot.value),
            )
            for lot in op.lots or ()
        ),
        documents=tuple(document(file) for file in op.documents or ()),
    )


def _method(op: OpTender) -> str | None:
    """OCDS's method. Prozorro's own word wins where it says one, but for what it calls limited and is direct."""
    mapped = translate(METHODS, op.procurement_method_type, "procurementMethodType")
    if mapped != "direct" and op.procurement_method in _METHODS_OF_OCDS:
        return op.procurement_method
    return mapped if mapped in _METHODS_OF_OCDS else None


def _tenderers(bids: tuple[Bid, ...]) -> tuple[Organization, ...]:
    """Who made an offer that was not taken back, each once."""
    return parties(tenderer for bid in bids if bid.status != "withdrawn" for tenderer in bid.tenderers)


def _bids(op: OpTender) -> tuple[Bid, ...]:
    decided = _decisions(op)
    mapped: list[Bid] = []
    for bid in op.bids or ():
        offers: tuple[OpLotValue | None, ...] = bid.lot_values or (None,)
        mapped += [_bid(bid, offer, decided) for offer in offers]
    return tuple(mapped)


def _bid(bid: OpBid, offer: OpLotValue | None, decided: dict[tuple[str | None, str | None], str | None]) -> Bid:
    lot = offer.related_lot if offer else None
    said = offer.status if offer and offer.status and bid.status == "active" else bid.status
    status = translate(BID_STATUSES, said, "bid status")
    if status == "valid" and decided.get((bid.id, lot)) == "unsuccessful":
        status = "disqualified"
    return Bid(
        id=_bid_id(bid, lot),
        date=moment((offer.date if offer else None) or bid.date),
        status=status,
        value=value(offer.value if offer else bid.value),
        tenderers=tuple(organization(tenderer) for tenderer in bid.tenderers or ()),
        related_lots=(lot,) if lot else (),
    )


def _bid_id(bid: OpBid, lot: str | None) -> str | None:
    return f"{bid.id}-{lot}" if bid.id and lot and len(bid.lot_values or ()) > 1 else bid.id


def _decisions(op: OpTender) -> dict[tuple[str | None, str | None], str | None]:
    """The last decision on each bid and lot: a cancelled one may have been followed by another."""
    decided: dict[tuple[str | None, str | None], str | None] = {}
    dated = [(parse_datetime(award.date or ""), award) for award in op.awards or () if award.bid_id]
    for _, award in sorted(dated, key=lambda pair: pair[0].timestamp() if pair[0] else 0.0):
        decided[award.bid_id, award.lot_id] = award.status
    return decided


def _award(op: OpAward, tender: OpTender) -> Award:
    bid = next((bid for bid in tender.bids or () if bid.id == op.bid_id), None)
    return Award(
        id=op.id,
        title=op.title,
        status=translate(AWARD_STATUSES, op.status, "award status"),
        date=moment(op.date),
        value=value(op.value),
        suppliers=tuple(organization(supplier) for supplier in op.suppliers or ()),
        items=tuple(awarded_item(bought) for bought in op.items or ()),
        related_lots=(op.lot_id,) if op.lot_id else (),
        related_bid=_bid_id(bid, op.lot_id) if bid else op.bid_id,
    )


def _parties(op: OpTender, buyers: tuple[OpOrganization, ...]) -> tuple[Organization, ...]:
    return parties(
        (
            *(organization(buyer, "buyer") for buyer in buyers),
            *((organization(op.procuring_entity, "procuringEntity"),) if op.procuring_entity else ()),
            *(organization(tenderer, "tenderer") for bid in op.bids or () for tenderer in bid.tenderers or ()),
            *(organization(supplier, "supplier") for award in op.awards or () for supplier in award.suppliers or ()),
        )
    )
