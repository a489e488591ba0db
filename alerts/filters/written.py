"""A filter as the texts that a person could have typed for it, which `read_filter` reads back to the same filter."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from alerts.filters.criteria import Criteria

__all__ = ["written"]


def written(criteria: Criteria) -> list[tuple[str, str]]:
    """Key and text of all that is set; a list is several pairs. Of these an address of the index is made."""
    return [(key, text) for key, texts in _texts(criteria) for text in texts if text]


def _texts(criteria: Criteria) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "min_weight", ("" if criteria.min_weight is None else str(criteria.min_weight),)
    yield "region", criteria.regions
    yield "category", criteria.categories
    yield "buyer", criteria.buyers
    yield "min_amount", (_sum(criteria.min_amount, criteria.currency),)
    yield "max_amount", (_sum(criteria.max_amount, criteria.currency),)
    yield "supplier", criteria.suppliers
    yield "method", criteria.methods
    yield "deadline", (_days(criteria.min_days, criteria.max_days),)
    yield "indicators", criteria.indicators
    yield "words", criteria.words
    yield "without_words", criteria.without_words


def _sum(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{currency} {amount:f}"


def _days(least: int | None, most: int | None) -> str:
    if least is None:
        return "" if most is None else str(most)
    return f"{least}+" if most is None else f"{least}-{most}"
