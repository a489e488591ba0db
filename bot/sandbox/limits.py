"""Telegram's sending limits, enforced on request: 30 a second in all, 1 a second a chat, 20 a minute a group."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from bot.sandbox.errors import ApiError, too_many_requests

OVERALL = (30, 1.0)
CHAT = (3, 3.0)
GROUP = (20, 60.0)


class Limits:
    """Sliding windows over accepted messages. Off until `on` is set.

    A chat may send 3 in any 3 s: one a second with the small burst that the real server lets pass.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.on = False
        self._monotonic = monotonic
        self._windows: dict[tuple[str, int], deque[float]] = {}

    def check(self, chat_id: int | None) -> ApiError | None:
        """Count a message to `chat_id`, or return the 429 it deserves."""
        if not self.on or chat_id is None:
            return None
        now = self._monotonic()
        keys = [("all", 0, *OVERALL), ("chat", chat_id, *CHAT)]
        if chat_id < 0:
            keys.append(("group", chat_id, *GROUP))
        wait = max(self._wait(name, which, now, most, seconds) for name, which, most, seconds in keys)
        if wait > 0:
            return too_many_requests(max(1, math.ceil(wait)))
        for name, which, _, _ in keys:
            self._windows[name, which].append(now)
        return None

    def _wait(self, name: str, which: int, now: float, most: int, seconds: float) -> float:
        window = self._windows.setdefault((name, which), deque())
        while window and window[0] <= now - seconds:
            window.popleft()
        return window[0] + seconds - now if len(window) >= most else 0.0
