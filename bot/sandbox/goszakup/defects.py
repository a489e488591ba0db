"""Faults of a purchase put in on purpose: what an indicator should find, noted in the ledger so that tests know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.goszakup.records import Tender

if TYPE_CHECKING:
    from bot.sandbox.goszakup.country import Country

NAMES = (
    "short_window", "mixed_alphabet", "brand_named", "split_purchase", "near_threshold", "single_bid",
    "identical_prices", "price_equals_plan", "lowest_rejected", "others_rejected", "late_addendum", "big_prepayment",
    "weekend_publication", "new_winner", "unlawful_single_source", "vague_description", "short_delivery",
    "missing_documents",
)  # fmt: skip
_WITH_COMMISSION = frozenset({2, 77, 120, 188})
_FOR_COMMISSION = frozenset({"single_bid", "price_equals_plan", "lowest_rejected", "others_rejected"})
_AT_RESULTS = _FOR_COMMISSION | {"identical_prices", "new_winner"}
_LOOK_ALIKES = str.maketrans({"о": "o", "е": "e", "а": "a", "р": "p", "с": "c"})
_BRANDS = {
    "computers": "HP ProBook", "cartridges": "Canon", "building": "Knauf", "furniture": "IKEA", "sport": "Adidas",
    "electrical": "Philips", "office": "Parker", "stationery": "Parker", "household": "Domestos", "fuel": "Castrol",
}  # fmt: skip


def choose(country: Country, tender: Tender) -> frozenset[str]:
    """Return the defects a fresh purchase will carry: usually none, rarely more than one."""
    shares, possible = country.defect_shares, [name for name in NAMES if _possible(name, tender)]
    if isinstance(shares, float | int):
        return frozenset({country.dice.choice(possible)}) if country.dice.random() < shares else frozenset()
    return frozenset(name for name in possible if country.dice.random() < shares.get(name, 0.0))


def _possible(name: str, tender: Tender) -> bool:
    if name == "brand_named":
        return tender.group in _BRANDS
    if name in {"split_purchase", "near_threshold"}:
        return tender.subject == 1 and tender.method == 3
    if name in _FOR_COMMISSION:
        return tender.method in _WITH_COMMISSION
    if name == "unlawful_single_source":
        return tender.method == 2
    return tender.method != 60 or name not in {"short_window", "identical_prices"}


def carried(country: Country, tender: Tender) -> frozenset[str]:
    """Return the defects of an announcement."""
    return country.ledger.defects.get(tender.id, frozenset())


def reveal(country: Country, tender: Tender, stage: str) -> None:
    """Note in the ledger the defects that became visible: at "published", "results", "amended" or "followed"."""
    for name in sorted(carried(country, tender)):
        if _stage_of(name) == stage:
            country.ledger.write(country.now, "TrdBuy", tender.id, f"defect:{name}")


def _stage_of(name: str) -> str:
    if name in _AT_RESULTS:
        return "results"
    return {"late_addendum": "amended", "unlawful_single_source": "followed"}.get(name, "published")


def write_in(country: Country, tender: Tender, names: frozenset[str]) -> None:
    """Put the defects that show in the announcement itself into it, and note all of them."""
    if not names:
        return
    country.ledger.defects[tender.id] = names
    lot = tender.lots[0]
    if "mixed_alphabet" in names:
        tender.title_ru = _with_look_alikes(tender.title_ru)
    if "brand_named" in names:
        brand = _BRANDS[tender.group]
        lot.description_ru = f"{lot.description_ru}, {brand}"
        lot.description_kk = f"{lot.description_kk}, {brand}"
    if "vague_description" in names:
        for each in tender.lots:
            each.description_ru, each.description_kk = "согласно приложению", "қосымшаға сәйкес"
    if "big_prepayment" in names:
        for each in tender.lots:
            each.prepayment = 70
    if "short_delivery" in names:
        lot.delivery_days, lot.plan_hidden = 5, False
    tender.bare = "missing_documents" in names
    if "near_threshold" in names:
        _bring_near(tender, THRESHOLD_QUOTATION, country.dice.uniform(0.975, 0.999))


THRESHOLD_QUOTATION = 8000 * 4325
"""Price quotations are lawful up to 8,000 monthly units (2026: 4,325 tenge each)."""


def _bring_near(tender: Tender, threshold: int, share: float) -> None:
    """Raise the amounts of the lots, by quantity, until the whole is just under a threshold."""
    factor = threshold * share / tender.total
    for lot in tender.lots:
        lot.quantity = max(int(lot.quantity * factor), 1)
        lot.amount = round(lot.quantity * lot.price, 2)


def _with_look_alikes(title: str) -> str:
    """Put Latin letters into the longest word in the place of Cyrillic ones."""
    longest = max(title.split(), key=len)
    return title.replace(longest, longest[:3] + longest[3:].translate(_LOOK_ALIKES), 1)
