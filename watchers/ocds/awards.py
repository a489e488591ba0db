"""What was offered, and who was chosen: bids and awards."""

from __future__ import annotations

from datetime import datetime

from watchers.ocds.parties import Organization
from watchers.ocds.parts import AwardedItem, Identified, Struct, Value
from watchers.ocds.scalars import moment

__all__ = [
    "Award",
    "Bid",
    "Bids",
]


class Bid(Identified, frozen=True):
    """An offer. OCDS statuses: invited, pending, valid, disqualified, withdrawn; none for what was never compared.

    `status_details` is the publisher's own word for it.
    """

    date: str | None = None
    status: str | None = None
    status_details: str | None = None
    value: Value | None = None
    tenderers: tuple[Organization, ...] = ()
    related_lots: tuple[str | int, ...] = ()

    @property
    def submitted(self) -> datetime | None:
        """When it was handed in, zone-aware."""
        return moment(self.date)


class Bids(Struct, frozen=True):
    """The bids extension's block."""

    details: tuple[Bid, ...] = ()


class Award(Identified, frozen=True):
    """A decision for suppliers. OCDS statuses: pending, active, cancelled, unsuccessful."""

    title: str | None = None
    status: str | None = None
    date: str | None = None
    value: Value | None = None
    suppliers: tuple[Organization, ...] = ()
    items: tuple[AwardedItem, ...] = ()
    related_lots: tuple[str | int, ...] = ()
    related_bid: str | int | None = None

    @property
    def decided(self) -> datetime | None:
        """When the decision was taken, zone-aware."""
        return moment(self.date)
