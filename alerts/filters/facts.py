"""What filters look at in a tender, taken once from its summary and findings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from alerts.filters.methods import group_of
from alerts.filters.words import tokens
from watchers.indicators.base import Finding, Status, Tier
from watchers.indicators.score import deserves_a_look
from watchers.summary import Summary

__all__ = ["TenderFacts", "facts_of", "level_of"]


class TenderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one snapshot of a tender.

    `weight`: of the heaviest flag above tier C, 0 without one; `deserving`: the alert rule takes it; `days_left`: to
    bid, when it was looked at; None where bids are taken no more or nobody knows until when.
    """

    regions: tuple[str, ...] = ()  # broad to narrow
    buyer: str = ""
    categories: frozenset[str] = frozenset()
    amount: Decimal | None = None
    currency: str = ""
    weight: int = 0
    deserving: bool = False
    indicators: frozenset[str] = frozenset()  # codes of the flags
    words: tuple[str, ...] = ()  # of title, descriptions, items: folded, in their order
    suppliers: tuple[str, ...] = ()  # who was chosen or contracted
    method: str = ""  # of alerts.filters.methods
    days_left: float | None = None

    @property
    def levels(self) -> int:
        """Bit n is set for every level it reaches: 0 to its weight, and the alert rule's."""
        return (2 << self.weight) - 1 | self.deserving << level_of(None)


def level_of(min_weight: int | None) -> int:
    """The bit of `TenderFacts.levels` that a filter asks for."""
    return 6 if min_weight is None else min_weight


def facts_of(summary: Summary, findings: Iterable[Finding], at: datetime | None = None) -> TenderFacts:
    """The facts of a release's summary and what its indicators found, as seen at a moment (else when published)."""
    at = at or summary.published_at
    left = (summary.closes_at - at).total_seconds() / 86_400 if summary.closes_at and at else None
    flags = [finding for finding in findings if finding.status is Status.FIRED]
    return TenderFacts(
        regions=summary.region_keys,
        buyer=summary.buyer_id,
        categories=summary.category_keys,
        amount=summary.amount,
        currency=summary.currency.upper(),
        weight=max((flag.weight for flag in flags if flag.tier is not Tier.C), default=0),
        deserving=deserves_a_look(flags),
        indicators=frozenset(flag.indicator for flag in flags),
        words=tokens(summary.text),
        suppliers=tuple(summary.suppliers),
        method=group_of(summary.buyer_id[:2], summary.method) if summary.method else "",
        days_left=left if left is not None and left >= 0 else None,
    )
