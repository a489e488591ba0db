"""One run of one address's digests: what it covers, and the rows it is written down as."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Row

from alerts.format import zone_of
from alerts.mail.tables import Frequency
from alerts.outbox import Event
from alerts.tables import State
from alerts.timing import Mode, next_slot

__all__ = [
    "DIGEST_PRIORITY",
    "HEAVY",
    "WEEK",
    "HeldRow",
    "Made",
    "Outcome",
    "Run",
    "mail_row",
    "quiet_week",
    "run_rows",
    "slots_of",
]

DIGEST_PRIORITY = 70
HEAVY = 4
"""The weight of a flag from which a purchase counts as serious."""
WEEK = timedelta(days=7)

_MOST_MISSED = 60  # runs written down as missed, when nothing ran for long


class Outcome(StrEnum):
    """What came of a run."""

    MAIL = "mail"  # a mail is owed: its row in the outbox says the rest
    EMPTY = "empty"  # nothing to tell of
    LATE = "late"  # it was missed; a later run's mail tells of its range, too


class HeldRow(msgspec.Struct, frozen=True):
    """Something to tell in the next digest."""

    id: int
    subscriber_id: int
    tender_id: int
    snapshot_id: int | None
    event: str
    matched: list[int]
    weight: int
    buyer_id: str


class Run(msgspec.Struct, frozen=True):
    """One run of one address, about to be written."""

    subscriber_id: int
    kind: Frequency
    slots: list[datetime]  # when runs were due, the last one first made now
    zone: str
    range_from: datetime
    rows: list[HeldRow]
    doubtful: list[int]  # mails whose rows this one takes over
    quiet: bool  # a mail even though there is nothing

    @property
    def mails(self) -> bool:
        """Whether there is a mail to send."""
        return bool(self.rows or self.doubtful or self.quiet)


class Made(msgspec.Struct, frozen=True):
    """A run of the last days."""

    run_date: date
    kind: str
    outcome: str


def slots_of(person: Row[Any], now: datetime) -> list[datetime]:
    """When runs were due since the last one, oldest first; one, unless some were missed."""
    slots = [person.next_at]
    while len(slots) < _MOST_MISSED:
        slot = next_slot(Mode(person.frequency), slots[-1], person.zone, person.digest_at)
        if slot > now:
            break
        slots.append(slot)
    return slots


def quiet_week(person: Row[Any], today: date, made: Sequence[Made]) -> bool:
    """Whether to say that all was quiet: on Mondays, after a week in which there was nothing."""
    if person.frequency == Frequency.WEEKLY:
        return True
    week = [one.outcome for one in made if today - WEEK < one.run_date < today]
    return today.weekday() == 0 and len(week) > 0 and all(outcome == Outcome.EMPTY for outcome in week)


def run_rows(run: Run, ids: Sequence[int], mail: int | None, now: datetime) -> list[dict[str, Any]]:
    """Rows of `digest_runs`: the run made now, before it those that were missed; their ranges follow one another."""
    flagged = [row for row in run.rows if row.weight > 0 and not row.event.startswith(Event.CHANGED)]
    lines = []
    begin = run.range_from
    for id_, slot in zip(ids, run.slots, strict=True):
        last = slot is run.slots[-1]
        end = now if last else max(slot, begin)
        lines.append(
            {
                "id": id_, "subscriber_id": run.subscriber_id, "kind": run.kind.value,
                "run_date": slot.astimezone(zone_of(run.zone)).date(),
                "range_from": begin, "range_until": end, "made_at": now, "outbox_id": mail,
                "outcome": (Outcome.LATE if not last else Outcome.MAIL if mail is not None else Outcome.EMPTY).value,
                "flagged": len(flagged) if last else 0,
                "serious": sum(row.weight >= HEAVY for row in flagged) if last else 0,
            }
        )  # fmt: skip
        begin = end
    return lines


def mail_row(run: Run, id_: int, run_id: int, now: datetime) -> dict[str, Any]:
    """The row of the outbox that owes the mail of a run."""
    return {
        "id": id_, "subscriber_id": run.subscriber_id, "tender_id": None, "snapshot_id": None,
        "event": f"{Event.DIGEST}:{run_id}", "matched": [], "priority": DIGEST_PRIORITY, "state": State.DUE.value,
        "due_at": now, "tender_time": now, "created_at": now,
    }  # fmt: skip
