"""What the country is made of: buyers, suppliers, announcements with lots, bids, contracts. Moments are whole seconds.

Texts that many records share are held once; what the API shows is made when it is asked for (`views.py`), so that a
week of the country stays small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CHANGES = ("published", "changed", "technical")


@dataclass(slots=True)
class Place:
    """A district or a city: its KATO code and its names, with the region it lies in."""

    kato: str
    region_ru_gen: str
    region_kk: str
    gen_ru: str
    gen_kk: str
    name_kk: str
    district: bool


@dataclass(slots=True, eq=False)
class Subject:
    """An organisation or a sole trader. `bin` has twelve digits; for a sole trader it is the IIN, never a real one."""

    pid: int
    bin: str
    name_ru: str
    name_kk: str
    place: Place
    kind: str
    sole_trader: bool = False
    supplier: bool = False
    registered: int = 0
    self_ru: str = ""
    self_kk: str = ""


@dataclass(slots=True)
class Good:
    """One thing that is bought: ENS TRU code, names, unit, price of one (whole sum for works and services), amounts."""

    group: str
    enstru: str
    unit: str
    name_ru: str
    name_kk: str
    descriptions: tuple[tuple[str, str], ...]
    low: int
    high: int
    few: int
    many: int
    title_ru: str
    title_kk: str


@dataclass(slots=True, eq=False)
class Lot:
    """A lot, and the plan point it comes from (`plan_id`): the API shows the same thing in both."""

    id: int
    tender: Tender
    good: Good
    description_ru: str
    description_kk: str
    quantity: float
    price: float
    amount: float
    status: int
    planned_method: int
    plan_id: int
    plan_root: int
    turn: int
    """The number after the method's symbol in `lotNumber`."""
    updated: int
    plan_created: int
    prepayment: int = 0
    plan_hidden: bool = False
    """Whether `Plans` comes back empty, as for half of fresh lots."""
    delivery_days: int = 15


@dataclass(slots=True, eq=False)
class Tender:
    """An announcement."""

    id: int
    number: int
    version: int
    created: int
    buyer: Subject
    subject: int
    method: int
    type_trade: int
    group: str
    title_ru: str
    title_kk: str
    status: int = 0
    published: int = 0
    start: int = 0
    end: int = 0
    discuss_start: int = 0
    discuss_end: int = 0
    repeat_start: int = 0
    repeat_end: int = 0
    results: int = 0
    updated: int = 0
    indexed: int = 0
    parent: int = 0
    invited: Subject | None = None
    special: int = 0
    year: int = 0
    """The financial year that pays; 0: that in which it was made."""
    bare: bool = False
    """Whether nothing but the list of lots is among its files."""
    shown_status: int | None = None
    """What the API still says while the status is stale; None where it is up to date."""
    lots: list[Lot] = field(default_factory=list)
    bids: list[Bid] = field(default_factory=list)

    @property
    def number_anno(self) -> str:
        """The public number, "17163708-1"."""
        return f"{self.number}-{self.version}"

    @property
    def total(self) -> float:
        """The planned sum of all lots, tenge without VAT."""
        return round(sum(lot.amount for lot in self.lots), 2)


@dataclass(slots=True)
class Offer:
    """A bid's part for one lot."""

    id: int
    lot: Lot
    price: float
    status: int


@dataclass(slots=True, eq=False)
class Bid:
    """An application of one supplier; hidden by the API until the results are published."""

    id: int
    tender: Tender
    supplier: Subject
    applied: float
    offers: list[Offer]


@dataclass(slots=True)
class Unit:
    """A line of a contract. `lot` is None for a direct contract."""

    id: int
    lot: Lot | None
    good: Good
    quantity: float
    price: float
    plan_id: int


@dataclass(slots=True, eq=False)
class Contract:
    """A contract or an addendum to one (`version` above 0)."""

    id: int
    root: int
    parent: int
    tender: Tender | None
    buyer: Subject
    supplier: Subject
    method: int
    subject: int
    serial: int
    version: int
    created: int
    signed: int
    due: int
    units: list[Unit]
    status: int
    updated: int
    with_vat: bool
    title_ru: str
    title_kk: str
    ended: int = 0
    executed: int = 0
    paid: float = 0.0
    cause: int = 0
    """The ground of an addendum, `refAmendmAgreemJustifId`."""
    acts: list[Act] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    @property
    def total(self) -> float:
        """The sum without VAT."""
        return round(sum(unit.price * unit.quantity for unit in self.units), 2)


@dataclass(slots=True, eq=False)
class Act:
    """A certificate of delivered goods or done works."""

    id: int
    contract: Contract
    dated: int
    approved: int
    amount: float
    overdue: int = 0


@dataclass(slots=True, eq=False)
class Payment:
    """A payment through the treasury."""

    id: int
    contract: Contract
    paid: int
    amount: float


@dataclass(slots=True, eq=False)
class Unscrupulous:
    """An entry of the register of unscrupulous suppliers (RNU)."""

    id: int
    supplier: Subject
    buyer: Subject
    begin: int
    end: int


@dataclass(slots=True, eq=False)
class Complaint:
    """A bidder's complaint about an announcement; `decided` is 0 while it is looked at."""

    id: int
    tender: Tender
    lot: Lot
    filed: int
    decided: int = 0
    upheld: bool = False


@dataclass(slots=True)
class Raw:
    """A record put in by hand: its fields as the API shows them."""

    id: int
    fields: dict[str, Any]
    published: int = 0
