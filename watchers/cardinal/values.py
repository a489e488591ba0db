"""Single values of a release, as Cardinal takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from watchers.cardinal.model import Award, Bid, Reference

__all__ = ["alone", "among", "final_awards", "ids_of", "is_after", "moment", "only_supplier", "price_of"]

# RFC 3339 as strictly as Cardinal reads it: a time and an offset must be there.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def among(value: str | None, allowed: frozenset[str]) -> bool:
    """Whether a value is one of those allowed; an empty set allows all."""
    return not allowed or value in allowed


def ids_of(references: list[Reference] | None) -> Iterator[str]:
    """The ids that references have."""
    return (one.id for one in references or () if one.id is not None)


def alone(bid: Bid) -> str | None:
    """The tenderer of a bid that has one only."""
    return bid.tenderers[0].id if bid.tenderers is not None and len(bid.tenderers) == 1 else None


def only_supplier(awards: list[Award]) -> str | None:
    """The supplier of the only award, if it has one only."""
    if len(awards) != 1 or awards[0].suppliers is None or len(awards[0].suppliers) != 1:
        return None
    return awards[0].suppliers[0].id


def final_awards(awards: list[Award]) -> list[Award] | None:
    """The active awards; None while any award is neither active, cancelled nor unsuccessful."""
    active = []
    for award in awards:
        if award.status == "active":
            active.append(award)
        elif award.status is not None and award.status not in {"cancelled", "unsuccessful"}:
            return None
    return active


def price_of(bid: Bid) -> tuple[float, str] | None:
    """Amount and currency of a bid; None where one is missing or too large a number."""
    value = bid.value
    if value is None or value.amount is None or value.currency is None:
        return None
    try:
        return float(value.amount), value.currency
    except OverflowError:
        return None


def moment(text: str | None) -> datetime | None:
    """A date-time of RFC 3339; None for anything else."""
    if text is None or len(text) > 64 or not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def is_after(date: str, end: str) -> bool:
    """Whether a bid came after the deadline: as moments; where either is none (no zone, a date alone), as text."""
    first, last = moment(date), moment(end)
    return date > end if first is None or last is None else first > last
