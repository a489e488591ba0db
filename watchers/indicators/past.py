"""What the indicators of earlier purchases share: whether there is history, and how an earlier purchase is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from watchers.history import History, PastLot
from watchers.indicators.base import Answer, Clear, Context, Fired, NotComputable
from watchers.rules import Rules

__all__ = ["NO_HISTORY", "TOLD", "best", "carried_out", "day_of", "far_apart", "history_of", "told"]

NO_HISTORY = NotComputable("no history at hand")
TOLD = 3
"""Earlier purchases that a finding names at most."""

_DISTRICT = 4  # digits of a place's KATO code that name its district


def history_of(context: Context) -> History | NotComputable:
    """The history at hand, else why nothing can be said."""
    return context.history if context.history is not None else NO_HISTORY


def best(answers: Iterable[Answer], otherwise: Answer) -> Answer:
    """The heaviest flag; else what could not be computed, else clear; `otherwise` where nothing was asked at all."""
    known = list(answers)
    fired = [one for one in known if isinstance(one, Fired)]
    if fired:
        return max(fired, key=lambda one: one.weight or 0)
    unknown = [one for one in known if isinstance(one, NotComputable)]
    if unknown:
        return unknown[0]
    return next((one for one in known if isinstance(one, Clear)), known[0] if known else otherwise)


def day_of(row: PastLot, rules: Rules, jurisdiction: str) -> date:
    """The local date on which an earlier lot was announced."""
    return rules.calendar(jurisdiction).local_date(row.published_at)


def carried_out(row: PastLot) -> bool:
    """Whether an earlier purchase is open or was awarded; one that failed or was cancelled bought nothing."""
    return row.outcome in {"", "awarded"}


def far_apart(one: PastLot, other: PastLot) -> bool:
    """Whether two lots are delivered to different districts or regions, as far as both say where."""
    if one.region and other.region and one.region != other.region:
        return True
    return bool(one.place and other.place) and one.place[:_DISTRICT] != other.place[:_DISTRICT]


def told(rows: Sequence[PastLot], rules: Rules, jurisdiction: str) -> list[dict[str, Any]]:
    """The newest of some earlier lots, so that a person finds them: number, day, sum, link."""
    return [
        {
            "ocid": row.ocid,
            "tender_id": row.tender_id,
            "on": day_of(row, rules, jurisdiction).isoformat(),
            "amount": str(row.amount if row.amount is not None else Decimal(0)),
            "currency": row.currency,
            "link": row.link,
        }
        for row in rows[:TOLD]
    ]
