"""Trouble on demand: the answers and silences of a bad day, for a chat, a method, or everybody."""

from __future__ import annotations

import enum
import random
from typing import Any

import msgspec

from bot.sandbox.errors import ApiError, migrated, too_many_requests


class Trouble(enum.Enum):
    """What goes wrong."""

    FLOOD = "flood"
    """429 with `retry_after` seconds in the answer and in the Retry-After header."""
    REFUSE = "refuse"
    """The error `code` with `text` as its literal sentence (403, 400, 5xx)."""
    MIGRATE = "migrate"
    """400 naming `migrate_to_chat_id`; that supergroup exists from then on."""
    DROP_AFTER = "drop_after"
    """The call is accepted (it is in the ledger and in the chat), then the connection closes without an answer."""
    DROP_BEFORE = "drop_before"
    """The connection closes without an answer and nothing was accepted."""
    SLOW = "slow"
    """The call is accepted at once and answered after `seconds`."""


class Fault(msgspec.Struct):
    """One standing order. Empty `method` means every method that sends or changes something; no `chat_id`, all chats.

    It strikes with `probability`, `count` times at most (None: until cleared). `struck` counts.
    """

    trouble: Trouble
    method: str = ""
    chat_id: int | None = None
    count: int | None = None
    probability: float = 1.0
    retry_after: int = 1
    code: int = 403
    text: str = "Forbidden: bot was blocked by the user"
    migrate_to_chat_id: int = 0
    seconds: float = 0.0
    id: int = 0
    struck: int = 0

    def fits(self, method: str, chat_id: int | None) -> bool:
        """Return whether the call is one this fault is about."""
        if self.count is not None and self.struck >= self.count:
            return False
        if self.chat_id is not None and self.chat_id != chat_id:
            return False
        return self.method.lower() == method.lower() if self.method else changes_something(method)

    def error(self) -> ApiError | None:
        """Return the answer this fault gives, or None where it gives none."""
        if self.trouble is Trouble.FLOOD:
            return too_many_requests(self.retry_after)
        if self.trouble is Trouble.MIGRATE:
            return migrated(self.migrate_to_chat_id)
        return ApiError(self.code, self.text) if self.trouble is Trouble.REFUSE else None


class Faults:
    """The standing faults. `seed` makes probabilities repeatable."""

    def __init__(self, seed: int = 0) -> None:
        self.standing: list[Fault] = []
        self._random = random.Random(seed)  # noqa: S311 - dice, not secrets
        self._added = 0

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force."""
        self._added += 1
        fault.id = self._added
        self.standing.append(fault)
        return fault

    def flood(self, retry_after: int = 1, **where: Any) -> Fault:
        """Answer 429."""
        return self.add(Fault(Trouble.FLOOD, retry_after=retry_after, **where))

    def refuse(self, code: int, text: str, **where: Any) -> Fault:
        """Answer with a status and its literal sentence."""
        return self.add(Fault(Trouble.REFUSE, code=code, text=text, **where))

    def blocked(self, **where: Any) -> Fault:
        """Answer 403 "Forbidden: bot was blocked by the user"."""
        return self.add(Fault(Trouble.REFUSE, **where))

    def migrate(self, migrate_to_chat_id: int, **where: Any) -> Fault:
        """Answer that the group became a supergroup."""
        return self.add(Fault(Trouble.MIGRATE, migrate_to_chat_id=migrate_to_chat_id, **where))

    def drop_after(self, **where: Any) -> Fault:
        """Accept, then hang up."""
        return self.add(Fault(Trouble.DROP_AFTER, **where))

    def drop_before(self, **where: Any) -> Fault:
        """Hang up without accepting."""
        return self.add(Fault(Trouble.DROP_BEFORE, **where))

    def slow(self, seconds: float, **where: Any) -> Fault:
        """Accept at once, answer late."""
        return self.add(Fault(Trouble.SLOW, seconds=seconds, **where))

    def clear(self, fault_id: int | None = None) -> None:
        """End one fault, or all."""
        self.standing = [fault for fault in self.standing if fault_id is not None and fault.id != fault_id]

    def strike(self, method: str, chat_id: int | None) -> list[Fault]:
        """Return the faults that befall this call: at most one wait and one other, the oldest first."""
        struck: list[Fault] = []
        for fault in self.standing:
            slow = fault.trouble is Trouble.SLOW
            if any((other.trouble is Trouble.SLOW) == slow for other in struck):
                continue
            if fault.fits(method, chat_id) and self._random.random() < fault.probability:
                fault.struck += 1
                struck.append(fault)
        return struck


def changes_something(method: str) -> bool:
    """Return whether a method sends or changes something (so it is in the ledger, and unnamed faults strike it)."""
    return not method.lower().startswith(("get", "setwebhook", "deletewebhook"))
