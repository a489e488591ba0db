"""What a row of the outbox says: who is owed what, what was claimed, what came of an attempt."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from alerts.tables import State

__all__ = ["CHAT", "EVERY_LANE", "LETTERS", "MAIL", "Debt", "Event", "Owed", "Result"]

CHAT, MAIL = range(60), range(60, 100)
"""Priorities are lanes: each channel's deliverer claims those of its own, so that none waits for another's server."""
EVERY_LANE = range(100)


class Event(StrEnum):
    """What a message tells; all but the first and REANNOUNCED are followed by ":" and a number or a reason."""

    PUBLISHED = "published"  # the first card of a tender
    FLAG_RAISED = "flag_raised"  # :3, the snapshot's sequence
    CHANGED = "changed"  # :3
    REANNOUNCED = "reannounced"  # follows from a tender that its person was told of
    MISSED = "missed"  # :ID of the last uncertain message it carries
    LIST = "list"  # :REASON why its alerts waited, or "burst"
    NEWS = "news"  # :ID of an announcement of the operator
    LESSON = "lesson"  # :SLUG of the lesson of the week
    CONFIRM = "confirm"  # :ID of what a mail address is to confirm
    MANAGE = "manage"  # the link to an address's settings
    DIGEST = "digest"  # :ID of the run it tells of


LETTERS = frozenset({Event.CONFIRM, Event.MANAGE})
"""Asked for by hand, and answers to that: they go to addresses that get nothing else, too."""


class Debt(msgspec.Struct, frozen=True):
    """A message that becomes owed. `matched`: ids of the subscriptions; `tender_time`: its place within the chat."""

    subscriber_id: int
    tender_id: int | None
    snapshot_id: int | None
    event: str
    matched: tuple[int, ...]
    priority: int
    tender_time: datetime
    state: State = State.DUE  # HELD where `alerts.limits` decides when it goes out


class Owed(msgspec.Struct, frozen=True):
    """A claimed message, with whom it goes to."""

    id: int
    subscriber_id: int
    channel: str
    address: str
    language: str
    zone: str
    tender_id: int | None
    snapshot_id: int | None
    event: str
    matched: tuple[int, ...]
    attempts: int  # made before this one
    lease_until: datetime
    quiet_from: int | None = None  # minutes after midnight in `zone`
    quiet_until: int | None = None
    topic: int = 0
    answer: str = ""  # of the attempt before
    short: bool = False
    posts: bool = False  # to a channel


class Result(msgspec.Struct, frozen=True):
    """What came of an attempt: the new state, the message id or the server's words, for `due` when to try again."""

    owed: Owed
    state: State
    answer: str = ""
    due_at: datetime | None = None
