"""Where a tip stands, and which step may follow which."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["CLOSED", "NEXT", "Decline", "Outcome", "State", "may_become"]


class State(StrEnum):
    """What became of a tip; each has a text for the tipper in three languages."""

    RECEIVED = "received"
    READING = "reading"  # a monitor claimed it
    ASKED = "asked"  # a question waits for the tipper
    ACCEPTED = "accepted"
    AUTHORITY = "authority"  # handed over under the coalition's own signature
    CLOSED = "closed"
    DECLINED = "declined"
    MERGED = "merged"  # its story goes on in another tip


CLOSED = frozenset({State.CLOSED, State.DECLINED, State.MERGED})
"""Over: the route back is erased, nothing more is asked."""

_OPEN = frozenset(State) - CLOSED

NEXT: dict[State, frozenset[State]] = {
    State.RECEIVED: _OPEN - {State.RECEIVED} | CLOSED,
    State.READING: _OPEN - {State.RECEIVED, State.READING} | CLOSED,
    State.ASKED: _OPEN - {State.RECEIVED} | CLOSED,
    State.ACCEPTED: frozenset({State.ASKED, State.AUTHORITY}) | CLOSED,
    State.AUTHORITY: frozenset({State.ACCEPTED, State.ASKED, State.CLOSED}),
    State.CLOSED: frozenset({State.READING}),
    State.DECLINED: frozenset({State.READING}),
    State.MERGED: frozenset(),
}
"""From a state to the ones that may follow. What was closed by mistake is taken up again as "being read"."""


class Decline(StrEnum):
    """Why a tip is not followed."""

    ELSEWHERE = "elsewhere"  # not about public purchases
    NOTHING = "nothing"  # nothing that can be checked
    KNOWN = "known"  # known already, or explained
    SPAM = "spam"


class Outcome(StrEnum):
    """How a followed tip ended."""

    CONFIRMED = "confirmed"
    EXPLAINED = "explained"
    UNPROVEN = "unproven"
    MENDED = "mended"  # the purchase was changed or cancelled


def may_become(now: State, then: State) -> bool:
    """Whether a step is allowed."""
    return then in NEXT[now]
