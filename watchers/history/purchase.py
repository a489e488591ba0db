"""One release being taken into history: what all its lots, contracts and bids share, worked out once."""

from __future__ import annotations

import re
from datetime import datetime

from watchers.history.asking import Moments
from watchers.history.facts import moment_of, second
from watchers.indicators.bidding import outcome
from watchers.indicators.procedure import COMPETITIVE, procedure_of, published
from watchers.ocds import Award, AwardedItem, Bid, Item, Lot, Organization, Release, Tender
from watchers.rules import Rules
from watchers.summary import organization_id

__all__ = ["HANDED_IN", "Purchase", "moments_of"]

HANDED_IN = frozenset({"valid", "disqualified", "pending", None})
"""Statuses of bids that were handed in and not taken back."""

_OPEN = COMPETITIVE | {"open", "selective", "catering", "housing"}
_ROOT = re.compile(r"(\d+)-\D")


def moments_of(release: Release) -> Moments | None:
    """When a release was announced and its newest moment; None for one without any date."""
    announced = second(published(release))
    if (
        release.tender is None or release.tender.date_published is None
    ):  # a contract alone: its release is a later export
        signed = [moment for contract in release.contracts if (moment := moment_of(contract.date_signed))]
        announced = min([*signed, announced] if announced else signed, default=None)
    if announced is None:
        return None
    return Moments(announced, max(announced, second(release.released) or announced))


class Purchase:
    """A release with its lots, things and awards at hand. `lot` is None for a tender without lots."""

    def __init__(self, release: Release, rules: Rules, moments: Moments) -> None:
        self.release, self.rules, self.moments = release, rules, moments
        self.tender = release.tender or Tender()
        procedure = procedure_of(release, rules)
        self.jurisdiction, self.purchase_type = procedure.jurisdiction, procedure.purchase_type
        self.group = procedure.group or self.tender.procurement_method or ""
        self.category = self.tender.main_procurement_category or ""
        self.years = tuple(sorted(set(self.tender.budget_years)))
        self.buyer = organization_id(release.buyer) or organization_id(self.tender.procuring_entity)
        self.organiser = organization_id(self.tender.procuring_entity)
        self.awards = outcome(release).active
        self.lots = {lot.key: lot for lot in self.tender.lots}
        self.things: dict[str, list[Item]] = {}
        for item in self.tender.items:
            self.things.setdefault("" if item.related_lot is None else str(item.related_lot), []).append(item)
        if not self.tender.items and not self.lots:  # a contract without an announcement says itself what is bought
            self.things[""] = [_planned(thing) for contract in release.contracts for thing in contract.items]

    def customer(self, lot: Lot | None) -> str:
        """For whom a lot is bought."""
        return (organization_id(lot.customer) if lot and lot.customer else "") or self.buyer

    def customer_name(self, lot: Lot | None) -> str:
        """The name of that body, in Russian where there are several."""
        stated = lot.customer if lot and lot.customer and organization_id(lot.customer) else None
        body = stated or self.release.buyer or self.tender.procuring_entity
        name = _name(body)
        if name or body is None:
            return name
        return next((_name(party) for party in self.release.parties if party.key and party.key == body.key), "")

    def group_of(self, lot: Lot | None) -> str:
        """The group of methods by which a lot is bought."""
        method = self.rules.method(self.jurisdiction, lot.method_details) if lot and lot.method_details else None
        return method.group if method else self.group

    def plan_root(self, item: Item | None, lot: Lot | None) -> str:
        """The plan point that stays; the portal's lot numbers begin with it (84492164-ОК1)."""
        root = item.plan_point.root_id if item and item.plan_point else None
        if root is not None:
            return str(root)
        match = _ROOT.match(lot.public_number or "") if lot else None
        return match[1] if match else ""

    @property
    def parent(self) -> str:
        """The publisher's id of the purchase this one repeats, '' if it repeats none."""
        related = (one for one in self.release.related_processes if "unsuccessfulProcess" in one.relationship)
        return next((str(one.identifier) for one in related if one.identifier is not None), "")

    def award(self, lot: str) -> Award | None:
        """The award in force of a lot."""
        return next((one for one in self.awards if one.suppliers and _of(one, lot)), None)

    def decided_at(self, award: Award | None) -> datetime:
        """When the results were known: the award's date, the award period's, else the release's own."""
        period = self.tender.award_period
        decided = second(award.decided if award else None) or second(period.start if period else None)
        return decided or self.moments.newest

    def handed_in(self, lot: str) -> list[Bid]:
        """The bids for a lot, as far as they are opened."""
        bids = self.release.bids.details if self.release.bids else ()
        return [bid for bid in bids if bid.status in HANDED_IN and _of(bid, lot)]


def competitive(group: str) -> bool:
    """Whether suppliers compete in that group of methods."""
    return group in _OPEN


def _of(thing: Bid | Award, lot: str) -> bool:
    return not thing.related_lots or lot in {str(one) for one in thing.related_lots}


def _planned(thing: AwardedItem) -> Item:
    return Item(classification=thing.classification, raw_quantity=thing.raw_quantity, unit=thing.unit)


def _name(body: Organization | None) -> str:
    return (body.name_ru or body.name or body.name_kk or "") if body else ""
