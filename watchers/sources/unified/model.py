"""What the Unified Procurement Platform answers. Nothing of it is documented, so every field may be missing.

Read leniently: ids come as numbers and as text, moments as seconds since 1970 and as ISO 8601, a list of rows bare and
inside `results`. Fields that name persons or their telephones are not declared, so they are not read.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from watchers.sources.quasi.words import Moment

__all__ = [
    "Announcement", "File", "Listing", "LotRow", "Named", "Organizer", "Place", "Thing", "read_announcement",
    "read_rows",
]  # fmt: skip

Key = str | int | None


class _Row(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Base of all."""


class Named(_Row, frozen=True):
    """A row of a code list."""

    id: Key = None
    code: str | None = None
    name: str | None = None
    name_ru: str | None = None
    name_kk: str | None = None
    is_active: bool | None = None

    @property
    def words(self) -> str | None:
        """What it is called in Russian."""
        return self.name or self.name_ru


class Place(_Row, frozen=True):
    """A place of delivery; `code` is its KATO code where there is one."""

    code: str | int | None = None
    name_ru: str | None = None
    name_kk: str | None = None


class Thing(_Row, frozen=True):
    """A code of ENS TRU with its names."""

    code: str | None = None
    name: str | None = None
    name_ru: str | None = None
    name_kk: str | None = None
    short_description_ru: str | None = None
    short_description_kk: str | None = None


class LotRow(_Row, frozen=True):
    """A lot, as the listing and an announcement's own list show it."""

    id: Key = None
    external_id: Key = None
    announcement_id: Key = None
    announcement_number: str | None = None
    lot_number: str | None = None
    name_ru: str | None = None
    name_kk: str | None = None
    description_ru: str | None = None
    description_kk: str | None = None
    total_price: Decimal | None = None
    dumping_price: Decimal | None = None
    quantity: Decimal | None = None
    organization_name: str | None = None
    delivery_addresses: tuple[Place, ...] | None = None
    purchase_method_name: str | None = None
    purchase_subject_id: tuple[int, ...] | int | None = None
    offer_start_date: Moment = None
    offer_end_date: Moment = None
    announcement_publish_date: Moment = None
    status: Named | None = None
    status_name: str | None = None
    system: Named | None = None
    system_id: int | None = None
    enstrus: tuple[Thing, ...] | None = None
    psd_sign: int | None = None

    @property
    def status_words(self) -> str | None:
        """What its status is called."""
        return (self.status.words if self.status else None) or self.status_name


class Organizer(_Row, frozen=True):
    """Who buys, or buys for others."""

    iin_bin: str | int | None = None
    name: str | None = None
    name_ru: str | None = None
    name_kk: str | None = None
    address: str | None = None


class Announcement(_Row, frozen=True):
    """An announcement; its lots are listed apart."""

    id: Key = None
    external_id: Key = None
    announcement_number: str | None = None
    name: str | None = None
    name_ru: str | None = None
    name_kk: str | None = None
    publish_date: Moment = None
    offer_start_date: Moment = None
    offer_end_date: Moment = None
    total_price: Decimal | None = None
    status: Named | None = None
    purchase_method: Named | None = None
    purchase_subject: Named | None = None
    organizer: Organizer | None = None
    lot_count: int | None = None
    system: Named | None = None
    system_id: int | None = None


class File(_Row, frozen=True):
    """A file of an announcement, under whichever name it has."""

    id: Key = None
    name: str | None = None
    name_ru: str | None = None
    original_name: str | None = None
    file_name: str | None = None
    url: str | None = None
    file: str | None = None
    file_path: str | None = None


class Listing(_Row, frozen=True):
    """A page of a list: its rows as they were written, and how many there are in all."""

    results: list[msgspec.Raw]
    count: int = 0


def read_announcement(body: bytes) -> Announcement:
    """Read one announcement. Raises msgspec.DecodeError or ValueError for anything else."""
    found = msgspec.json.decode(body, type=Announcement, strict=False)
    if found.id is None:
        raise ValueError("it has no id")
    return found


def read_rows(body: bytes) -> Listing:
    """Read a page of a list, which may come bare. Raises msgspec.DecodeError for anything else."""
    if body.lstrip()[:1] == b"[":
        rows = msgspec.json.decode(body, type=list[msgspec.Raw])
        return Listing(results=rows, count=len(rows))
    return msgspec.json.decode(body, type=Listing, strict=False)
