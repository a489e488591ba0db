"""The facts of a purchase as rows of a table: what it is called for people, what the data say, in which field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from alerts import format as words
from alerts.channels.telegram.text import clean, cut, isolate
from alerts.i18n import mark, translator
from alerts.render import TenderCard, view
from watchers.ocds import Item, Lot, Organization, Release, Tender
from watchers.places import region
from watchers.rules import Rules

__all__ = ["Fact", "Part", "Telling", "facts_of", "parts_of", "theirs"]

_TEXT, _NAME = 600, 200
_MOST_PARTS = 50
_CATEGORIES = {"goods": mark("goods"), "works": mark("works"), "services": mark("services")}
_LEGAL_SCHEMES = {"KZ-BIN": 12, "UA-EDR": 8}  # digits of a number that only a legal entity has


class Fact(msgspec.Struct, frozen=True):
    """A row: plain text. `field` is the OCDS path of the release it was read from; `path` one of our pages, or ''."""

    label: str
    value: str
    field: str
    path: str = ""


class Part(msgspec.Struct, frozen=True):
    """A lot, or an item where there are no lots: plain text, '' for what the data do not say."""

    title: str
    code: str
    quantity: str
    amount: str


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What is told: a snapshot's card and release; to whom: language and zone; and what "now" is (UTC)."""

    card: TenderCard
    release: Release
    rules: Rules
    language: str
    zone: str
    now: datetime

    def when(self, moment: datetime | None) -> str:
        """A moment in words, '' for none."""
        return words.when(moment, self.language, self.zone, now=self.now) if moment else ""


def theirs(text: str | None, limit: int = _NAME) -> str:
    """A publisher's text, made safe to stand in ours."""
    return isolate(cut(clean(text or ""), limit))


def facts_of(teller: Telling) -> list[Fact]:
    """Every fact the data give; what they do not give has no row."""
    _ = translator(teller.language).gettext
    return [
        Fact(_(label), value, field, path)
        for label, value, field, path in (*_who(teller), *_what(teller), *_times(teller), *_outcome(teller))
        if value
    ]


_Row = tuple[str, str, str, str]


def _who(teller: Telling) -> Iterator[_Row]:
    summary = teller.card.summary
    buyer = theirs(summary.buyer_names.get(teller.language) or summary.buyer_name)
    where = region(summary.region) if summary.region else None
    yield mark("Buyer"), buyer, "buyer/name", f"/b/{summary.buyer_id}" if summary.buyer_id else ""
    yield mark("Buyer's number"), theirs(summary.buyer_id), "buyer/identifier", ""
    yield (
        mark("Place"),
        where.name(teller.language) if where else "",
        "tender/items/deliveryAddress, parties/address",
        "",
    )


def _what(teller: Telling) -> Iterator[_Row]:
    tender, summary = teller.release.tender or Tender(), teller.card.summary
    category = _CATEGORIES.get(tender.main_procurement_category or "", "")
    _ = translator(teller.language).gettext
    number = tender.key or teller.release.ocid
    yield mark("Number of the purchase"), theirs(number), "tender/id", ""
    yield mark("Number of the process"), theirs(teller.release.ocid), "ocid", ""
    yield mark("What is bought"), _(category) if category else "", "tender/mainProcurementCategory", ""
    method = view.method_name(teller.card, teller.rules, teller.language)
    yield mark("Method"), method, "tender/procurementMethodDetails", ""
    yield (
        mark("Ground of the method"),
        theirs(tender.procurement_method_rationale),
        ("tender/procurementMethodRationale"),
        "",
    )
    yield mark("Estimated sum"), _sum(summary.amount, summary.currency, teller.language), "tender/value", ""
    yield mark("State"), theirs(tender.status_details or tender.status), "tender/statusDetails", ""
    yield mark("Description"), theirs(tender.description, _TEXT), "tender/description", ""


def _sum(amount: Decimal | None, currency: str | None, language: str) -> str:
    return words.money(amount, _currency(currency), language, exact=True)


def _currency(currency: str | None) -> str:
    return currency if currency and len(currency) == 3 and currency.isalpha() else ""


def _times(teller: Telling) -> Iterator[_Row]:
    tender, summary = teller.release.tender or Tender(), teller.card.summary
    period, questions = tender.tender_period, tender.enquiry_period
    published = teller.when(summary.published_at)
    yield mark("Announced"), published, "tender/datePublished" if tender.date_published else "date", ""
    yield mark("Bids from"), teller.when(period.start if period else None), "tender/tenderPeriod/startDate", ""
    yield mark("Bids until"), teller.when(period.end if period else None), "tender/tenderPeriod/endDate", ""
    yield mark("Questions until"), teller.when(questions.end if questions else None), "tender/enquiryPeriod/endDate", ""


def _outcome(teller: Telling) -> Iterator[_Row]:
    outcome, language = teller.card.outcome, teller.language
    bids = words.number(outcome.bids, language) if outcome.bids else ""
    yield mark("Bids"), bids, "tender/numberOfTenderers, bids/details", ""
    yield mark("Winning price"), _sum(outcome.price, outcome.currency, language), "awards/value", ""
    yield mark("Winner"), "; ".join(_winners(teller)), "awards/suppliers", ""


def _winners(teller: Telling) -> Iterator[str]:
    """Names of legal entities only: what may be a person is called a person, and not named."""
    _ = translator(teller.language).gettext
    known = {party.key: party for party in teller.release.parties if party.key}
    seen = set[str]()
    for award in teller.release.awards:
        if (award.status or "active") != "active":
            continue
        for supplier in award.suppliers:
            full = known.get(supplier.key, supplier)
            name = theirs(full.name or supplier.name) if _is_legal(full) else _("not named here: it may be a person")
            if name and name not in seen and len(seen) < 10:
                seen.add(name)
                yield name


def _is_legal(party: Organization) -> bool:
    identifier = party.identifier
    if party.natural_person or identifier is None or not identifier.key.isdigit():
        return False
    if _LEGAL_SCHEMES.get(identifier.scheme or "") != len(identifier.key):
        return False
    return identifier.scheme != "KZ-BIN" or identifier.key[4] in "456"


def parts_of(release: Release, language: str) -> tuple[list[Part], int]:
    """The first lots (items where there are none), and how many more there are."""
    tender = release.tender or Tender()
    items = {str(item.related_lot): item for item in reversed(tender.items) if item.related_lot is not None}
    if tender.lots:
        told = [_lot(lot, items.get(lot.key), language) for lot in tender.lots[:_MOST_PARTS]]
    else:
        told = [_item(item, language) for item in tender.items[:_MOST_PARTS]]
    return told, len(tender.lots or tender.items) - len(told)


def _lot(lot: Lot, item: Item | None, language: str) -> Part:
    named = {"kk": lot.title_kk, "ru": lot.title_ru}.get(language) or lot.title or lot.title_ru or lot.title_kk
    told = _item(item, language) if item else Part("", "", "", "")
    value = lot.value
    amount = _sum(value.amount, value.currency, language) if value else told.amount
    return Part(theirs(named or lot.description) or told.title, told.code, told.quantity, amount)


def _item(item: Item, language: str) -> Part:
    named = {"kk": item.description_kk, "ru": item.description_ru}.get(language) or item.description
    code = f"{item.classification.scheme or ''} {item.classification.key}" if item.classification else ""
    unit, amount = item.unit, ""
    quantity = words.number(item.quantity, language) if item.quantity is not None else ""
    if unit is not None and quantity:
        quantity = f"{quantity} {theirs(unit.name, 40)}".strip()
    price = unit.value if unit else None
    if price is not None and price.amount is not None and item.quantity is not None:
        amount = _sum(price.amount * item.quantity, price.currency, language)
    return Part(theirs(named), theirs(code, 60), quantity, amount)
