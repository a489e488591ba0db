"""What was signed, and what came of it: contracts, payments, acceptances."""

from __future__ import annotations

from msgspec import field

from watchers.ocds.parts import Amendment, AwardedItem, Identified, Period, Struct, Value

__all__ = [
    "Acceptance",
    "Contract",
    "Implementation",
    "Transaction",
]


class Transaction(Identified, frozen=True):
    """A payment under a contract."""

    date: str | None = None
    value: Value | None = None


class Acceptance(Identified, frozen=True):
    """Ours: an act by which a buyer takes what was delivered; `approved` is when the buyer signed it."""

    date: str | None = None
    approved: str | None = None
    value: Value | None = None
    fine: Value | None = None
    days_overdue: int | None = None


class Implementation(Struct, frozen=True):
    """What happened under a contract."""

    transactions: tuple[Transaction, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()


class Contract(Identified, frozen=True):
    """A signed contract. OCDS statuses: pending, active, cancelled, terminated.

    Ours: `public_number`; `method_details`, the way it was really concluded; `value_with_tax`; `performed_value` and
    `performed_value_with_tax`; `due` and `performed`, when it should have been and was carried out; `local_content`,
    per cent.
    """

    award_id: str | int | None = field(name="awardID", default=None)
    title: str | None = None
    status: str | None = None
    period: Period | None = None
    value: Value | None = None
    date_signed: str | None = None
    items: tuple[AwardedItem, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    implementation: Implementation | None = None
    status_details: str | None = None
    public_number: str | None = None
    method_details: str | None = None
    value_with_tax: Value | None = None
    performed_value: Value | None = None
    performed_value_with_tax: Value | None = None
    due: str | None = None
    performed: str | None = None
    local_content: int | float | None = None
