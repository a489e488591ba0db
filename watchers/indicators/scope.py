"""Whether a pattern of how a country buys can be asked about, and what a purchase says of itself lot by lot.

Written rules ask `watchers.indicators.lawful`, which leaves out more.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from watchers.indicators.base import Answer, NotApplicable
from watchers.indicators.procedure import Procedure, excluded, procedure_of
from watchers.ocds import Item, Lot, PlanPoint, Release, Tender
from watchers.rules import Rules

__all__ = [
    "code_of",
    "features_of",
    "item_text",
    "items_of",
    "lots_by_key",
    "national",
    "percent_of",
    "plan_points",
    "printed",
    "titles",
]

_ELSEWHERE = NotApplicable("no law of this country is kept here")
_SPECIAL = NotApplicable("bought under the special procedure, which is not public")
_MOST = 10**6
_EMPTY = NotApplicable("the planned sum is not above zero")


def national(release: Release, rules: Rules) -> Procedure | Answer:
    """The procedure of a purchase whose country's law we keep; else why nothing is judged.

    Left out: cancelled purchases, other countries, the special procedure, planned sums of zero.
    """
    dead = excluded(release)
    if dead is not None:
        return dead
    procedure = procedure_of(release, rules)
    if not rules.has_windows(procedure.jurisdiction):
        return _ELSEWHERE
    tender = release.tender or Tender()
    if "specialOrder" in tender.features or procedure.group == "special":
        return _SPECIAL
    amount = tender.value.amount if tender.value else None
    return _EMPTY if amount is not None and amount <= 0 else procedure


def plan_points(release: Release) -> Iterator[tuple[Item, PlanPoint]]:
    """The items that say which line of the plan they come from, with it."""
    for item in release.tender.items if release.tender else ():
        if item.plan_point is not None:
            yield item, item.plan_point


def lots_by_key(release: Release) -> dict[str, Lot]:
    """The lots by their ids as text."""
    return {lot.key: lot for lot in release.tender.lots} if release.tender else {}


def items_of(release: Release) -> Iterator[tuple[Item, Lot | None]]:
    """Every item with its lot; a lot without items comes once, with an item that says nothing."""
    tender = release.tender or Tender()
    lots, seen = lots_by_key(release), set()
    for item in tender.items:
        key = "" if item.related_lot is None else str(item.related_lot)
        seen.add(key)
        yield item, lots.get(key)
    for key, lot in lots.items():
        if key not in seen:
            yield Item(), lot


def features_of(release: Release, lot: Lot | None) -> frozenset[str]:
    """What is special about a lot, or about the announcement as a whole."""
    return frozenset((*(release.tender.features if release.tender else ()), *(lot.features if lot else ())))


def code_of(item: Item) -> tuple[str | None, str]:
    """Scheme and code of an item; the code is '' if it has none."""
    return (item.classification.scheme, item.classification.key) if item.classification else (None, "")


def percent_of(share: float) -> Decimal:
    """A share in per cent, exact and without needless noughts."""
    exact = Decimal(str(share))
    return Decimal(int(exact)) if exact.is_finite() and abs(exact) < _MOST and exact == int(exact) else exact


def printed(lot: Lot | None) -> str:
    """The number of a lot as people see it."""
    return (lot.public_number or lot.key) if lot else ""


def item_text(item: Item, lot: Lot | None) -> str:
    """What an item and its lot say of themselves, in every language, each text once."""
    named = item.classification.description if item.classification else None
    texts = [named, item.description, item.description_ru, item.description_kk]
    if lot is not None:
        texts += [lot.title, lot.title_ru, lot.title_kk, lot.description, lot.description_ru, lot.description_kk]
    return ". ".join(dict.fromkeys(text for text in texts if text))


def titles(release: Release) -> str:
    """The title of the announcement in every language."""
    tender = release.tender or Tender()
    return ". ".join(dict.fromkeys(text for text in (tender.title, tender.title_ru, tender.title_kk) if text))
