"""What a mail server's refusal means, as data: `refusals.toml` holds the sentences and codes."""

from __future__ import annotations

import re
import tomllib
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from alerts.channels.base import DeliveryError

__all__ = ["Kind", "Step", "classify", "not_final", "refusal"]

_ENHANCED = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")
_SLOW, _BLOCKED = 600.0, 3600.0  # seconds that a domain waits
_DOUBTFUL = 8 * 3600.0  # that one address waits


class Kind(Enum):
    """What a refusal is about: see the head of `refusals.toml`."""

    GONE = "gone"
    DOUBTFUL = "doubtful"
    FULL = "full"
    LATER = "later"
    SLOW = "slow"
    BLOCKED = "blocked"
    OURS = "ours"


class Step(Enum):
    """Where in the conversation it was said."""

    RCPT = "rcpt"
    DATA = "data"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("alerts.channels.email") / "refusals.toml").read_text(encoding="utf-8"))


@cache
def _sentences() -> tuple[tuple[str, Kind], ...]:
    found = [(words, kind) for entry in _table()["sentence"] for kind in Kind for words in entry.get(kind.value, ())]
    return tuple(sorted(found, key=lambda one: -len(one[0])))  # the longest says most


def not_final(status: str) -> bool:
    """Whether a 5.x.x of a bounce does not close the mailbox."""
    return status in _table()["bounce"]["not_final"]


def classify(code: int, words: str, step: Step) -> Kind:
    """What a refusal with this code and text means. What says "later" by its code (4xx) is never for good."""
    kind = _kind(code, words.casefold(), step)
    if 400 <= code < 500 and kind in {Kind.GONE, Kind.DOUBTFUL, Kind.OURS}:
        return Kind.LATER
    return kind


def _kind(code: int, words: str, step: Step) -> Kind:
    for sentence, kind in _sentences():
        if sentence in words:
            return kind
    by_code: dict[str, str] = _table()["enhanced"]
    if match := _ENHANCED.search(words):
        for key in (f"x.{match[1]}.{match[2]}", f"x.{match[1]}"):
            if key in by_code:
                return Kind(by_code[key])
    bare: dict[str, str] = _table()["bare"][step.value]
    return Kind(bare.get(str(code), "later" if code < 500 else "blocked"))


def refusal(code: int, words: str, step: Step) -> DeliveryError:
    """The refusal as the outbox understands it."""
    said = f"email: {code} {' '.join(words.split())}"[:500]
    kind = classify(code, words, step)
    match kind:
        case Kind.GONE:
            return DeliveryError(said, permanent=True)
        case Kind.DOUBTFUL:
            return DeliveryError(said, suspected=True, retry_after=_DOUBTFUL, alone=True)
        case Kind.OURS:
            return DeliveryError(said, ours=True)
        case Kind.SLOW:
            return DeliveryError(said, retry_after=_SLOW)
        case Kind.BLOCKED:
            return DeliveryError(said, retry_after=_BLOCKED, mend=True)
        case _:
            return DeliveryError(said)
