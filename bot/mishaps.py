"""What deliveries ran into that somebody has to mend: said in the log at once, kept for the operator's chats."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec

from alerts.attempt import log_trouble
from alerts.channels.telegram.errors import Kind, classify
from alerts.mail.tables import EMAIL
from alerts.outbox import Owed

__all__ = ["Mishap", "Mishaps"]


class Mishap(msgspec.Struct, frozen=True):
    """A refusal in the server's words; `chat` where its settings keep us out, "" where the message is wrong."""

    words: str
    chat: str = ""
    mail: bool = False


class Mishaps:
    """Those of this process not told yet. The same one is told once a day, so that a bad template is no flood."""

    AT_MOST: ClassVar[int] = 20
    REPEATED_AFTER: ClassVar[timedelta] = timedelta(days=1)

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.untold: deque[Mishap] = deque(maxlen=self.AT_MOST)
        self._clock = clock
        self._last: dict[Mishap, datetime] = {}

    def __call__(self, owed: Owed, words: str) -> None:
        """Note what a message ran into."""
        log_trouble(owed, words)
        if owed.channel == EMAIL:
            self._note(Mishap(words, mail=True))
        else:
            self._note(Mishap(words, owed.address if classify(words) in {Kind.CHAT_CONFIG, Kind.TOPIC} else ""))

    def of_mail(self, words: str) -> None:
        """Note what is the matter with mail as a whole."""
        self._note(Mishap(words, mail=True))

    def _note(self, mishap: Mishap) -> None:
        now = self._clock()
        self._last = {known: at for known, at in self._last.items() if now - at < self.REPEATED_AFTER}
        if mishap not in self._last:
            self._last[mishap] = now
            self.untold.append(mishap)
