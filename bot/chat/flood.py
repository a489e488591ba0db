"""Against a flood: a bucket of tokens per chat, in memory."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from enum import Enum

import msgspec

__all__ = ["FloodGuard", "Verdict"]


class Verdict(Enum):
    """What to do with an update: handle it, say once that it is too much, or pass over it."""

    HANDLE = "handle"
    SAY = "say"
    IGNORE = "ignore"


class Bucket(msgspec.Struct):
    """Tokens left at a moment; until `muted_until` nothing is answered."""

    tokens: float
    at: datetime
    muted_until: datetime | None = None


class FloodGuard:
    """`burst` updates at once, one more every `every` seconds; beyond that a chat is ignored for `mute` seconds.

    The `remembered` chats heard of last are kept, so that a crowd of senders does not fill the memory.
    """

    def __init__(self, *, burst: int = 30, every: float = 1.0, mute: float = 60.0, remembered: int = 10_000) -> None:
        self._burst = burst
        self._every = every
        self._mute = timedelta(seconds=mute)
        self._remembered = remembered
        self._buckets: OrderedDict[int, Bucket] = OrderedDict()

    def judge(self, key: int, now: datetime) -> Verdict:
        """Count one update of a chat."""
        bucket = self._buckets.setdefault(key, Bucket(float(self._burst), now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        if bucket.muted_until is not None:
            if now < bucket.muted_until:
                return Verdict.IGNORE
            bucket.muted_until, bucket.tokens = None, float(self._burst)
        elapsed = max(0.0, (now - bucket.at).total_seconds())
        bucket.tokens = min(self._burst, bucket.tokens + elapsed / self._every)
        bucket.at = now
        if bucket.tokens < 1:
            bucket.muted_until = now + self._mute
            return Verdict.SAY
        bucket.tokens -= 1
        return Verdict.HANDLE
