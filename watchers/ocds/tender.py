"""The call: the tender with its lots and items, the plan they come from, and what stops it."""

from __future__ import annotations

from datetime import timedelta

from msgspec import field

from watchers.ocds.parties import Organization
from watchers.ocds.parts import (
    Address,
    Amendment,
    AwardedItem,
    Classification,
    Document,
    Identified,
    Period,
    Struct,
    Value,
)

__all__ = [
    "FILES_COME_WITHIN",
    "Appeal",
    "CommitteeSeat",
    "Item",
    "Lot",
    "OfficialDecision",
    "PlanPoint",
    "Tender",
]


FILES_COME_WITHIN = timedelta(hours=1)
"""After publication; publishers show an announcement before all of its files are there."""


class PlanPoint(Identified, frozen=True):
    """Ours: the line of the buyer's annual plan an item comes from. Sums are without VAT, `prepayment` is per cent.

    `root_id` stays when the line is edited and gets a new id. `month` 1-12 is when the purchase was planned; `method`
    the planned way to buy and `justification` its legal ground, by the publisher's name or code; `programme` that of
    the budget that pays.
    """

    root_id: str | int | None = None
    year: int | None = None
    month: int | None = None
    method: str | None = None
    justification: str | None = None
    status_details: str | None = None
    value: Value | None = None
    prepayment: int | float | None = None
    delivery_term: str | None = None
    created: str | None = None
    approved: str | None = None
    quasi_state: bool = False
    funding: str | None = None
    programme: str | None = None


class Item(AwardedItem, frozen=True):
    """A thing to be bought. `delivery_addresses` are there where it is delivered to more than one place."""

    description: str | None = None
    description_kk: str | None = field(name="description_kk", default=None)
    description_ru: str | None = field(name="description_ru", default=None)
    additional_classifications: tuple[Classification, ...] = ()
    delivery_address: Address | None = None
    delivery_addresses: tuple[Address, ...] = ()
    plan_point: PlanPoint | None = None


class Lot(Identified, frozen=True):
    """A part of a tender that is awarded on its own.

    Ours: `public_number`, as printed; `method_details` and `planned_method_details`, the actual and the planned way to
    buy; `features`, words such as `dumpingRules`, `united`, `disabledPersonsOnly`; `customer`, for whom it is bought.
    """

    title: str | None = None
    title_kk: str | None = field(name="title_kk", default=None)
    title_ru: str | None = field(name="title_ru", default=None)
    description: str | None = None
    description_kk: str | None = field(name="description_kk", default=None)
    description_ru: str | None = field(name="description_ru", default=None)
    status: str | None = None
    status_details: str | None = None
    value: Value | None = None
    contract_period: Period | None = None
    public_number: str | None = None
    method_details: str | None = None
    planned_method_details: str | None = None
    features: tuple[str, ...] = ()
    customer: Organization | None = None


class OfficialDecision(Identified, frozen=True):
    """Ours: a decision that stops or cancels a tender: what (`cancelled`, `paused`), when, by whom, on what ground."""

    kind: str | None = None
    date: str | None = None
    authority: str | None = None
    ground: str | None = None
    related_lots: tuple[str | int, ...] = ()


class Appeal(Identified, frozen=True):
    """Ours: a complaint about a tender; what it is about, where it stands, how it was decided."""

    date: str | None = None
    subject: str | None = None
    status_details: str | None = None
    decision: str | None = None
    date_decided: str | None = None
    related_lots: tuple[str | int, ...] = ()


class CommitteeSeat(Struct, frozen=True):
    """Ours: a seat in the tender commission by its role and organisation; who sits in it is not kept."""

    role: str | None = None
    organization_id: str | None = None


class Tender(Identified, frozen=True):
    """The call: what is bought, how, for how much, until when.

    Ours: `status_code`, the publisher's own; `features`, as of a lot; `invited_suppliers`, named where nobody else is
    asked; `additional_period`, in which bids may be completed; `budget_years`; `official_decisions`, `appeals`,
    `committee`; `documents_listed`, whether the source listed the documents for good, so that a missing one is
    missing.
    """

    title: str | None = None
    title_kk: str | None = field(name="title_kk", default=None)
    title_ru: str | None = field(name="title_ru", default=None)
    title_en: str | None = field(name="title_en", default=None)
    description: str | None = None
    status: str | None = None
    status_details: str | None = None
    value: Value | None = None
    min_value: Value | None = None
    procurement_method: str | None = None
    procurement_method_details: str | None = None
    procurement_method_rationale: str | None = None
    main_procurement_category: str | None = None
    additional_procurement_categories: tuple[str, ...] = ()
    award_criteria: str | None = None
    submission_method: tuple[str, ...] = ()
    date_published: str | None = None
    tender_period: Period | None = None
    enquiry_period: Period | None = None
    award_period: Period | None = None
    contract_period: Period | None = None
    number_of_tenderers: int | None = None
    tenderers: tuple[Organization, ...] = ()
    procuring_entity: Organization | None = None
    items: tuple[Item, ...] = ()
    lots: tuple[Lot, ...] = ()
    documents: tuple[Document, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    status_code: str | None = None
    features: tuple[str, ...] = ()
    invited_suppliers: tuple[Organization, ...] = ()
    additional_period: Period | None = None
    budget_years: tuple[int, ...] = ()
    official_decisions: tuple[OfficialDecision, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    committee: tuple[CommitteeSeat, ...] = ()
    documents_listed: bool = False
