"""The ways of buying that a filter can ask for: groups of a country's methods, in words people know."""

from __future__ import annotations

from alerts.i18n import mark
from watchers.rules import load_rules

__all__ = ["METHODS", "group_of"]

METHODS: dict[str, str] = {
    "tender": mark("open tender"),
    "rating_point": mark("rating-point tender"),
    "auction": mark("auction"),
    "price_quotation": mark("price quotations"),
    "e_shop": mark("electronic shop"),
    "direct": mark("direct contract"),
    "single_source_after_failure": mark("single source after a failed purchase"),
    "catering": mark("meals in education"),
    "other": mark("another way"),
}
"""The groups by name, those people ask for first."""

_OCDS = {"open": "tender", "selective": "tender", "limited": "direct", "direct": "direct"}


def group_of(jurisdiction: str, method: str) -> str:
    """The group of a method by the publisher's words or its OCDS code; '' where neither is known.

    Groups of the law that nobody asks for by name (housing, exchanges, social orders) are `other`.
    """
    known = load_rules().method(jurisdiction, method)
    if known is not None:
        return known.group if known.group in METHODS else "other"
    return _OCDS.get(method.casefold(), "")
