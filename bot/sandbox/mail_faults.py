"""Trouble with mail on demand: what the mail server answers, and when it hangs up."""

from __future__ import annotations

import enum
import random
from typing import Any

import msgspec

SENTENCES = {
    421: "4.3.2 Service shutting down",
    450: "4.2.1 Mailbox temporarily unavailable",
    451: "4.7.1 Try again later",
    452: "4.2.2 Mailbox full",
    550: "5.1.1 No such user here",
    554: "5.7.1 Message rejected",
}


class Stage(enum.Enum):
    """At which step it happens: the recipient, the whole mail, before it (hung up), after it was stored (no answer).

    Slow: so many `seconds` pass before the recipient, or the mail, is answered.
    """

    RCPT = "rcpt"
    DATA = "data"
    DROP_BEFORE_DATA = "drop_before_data"
    DROP_AFTER_DATA = "drop_after_data"
    SLOW_RCPT = "slow_rcpt"
    SLOW_DATA = "slow_data"


class MailFault(msgspec.Struct):
    """One standing order. No `address` means every recipient; `count` None, until cleared."""

    stage: Stage = Stage.RCPT
    code: int = 451
    text: str = ""
    address: str = ""
    count: int | None = None
    probability: float = 1.0
    seconds: float = 0.0
    struck: int = 0

    @property
    def reply(self) -> str:
        """Return the SMTP reply line."""
        return f"{self.code} {self.text or SENTENCES.get(self.code, 'Trouble on demand')}"


class MailFaults:
    """The mailbox's standing faults."""

    def __init__(self, seed: int = 0) -> None:
        self.standing: list[MailFault] = []
        self._random = random.Random(seed)  # noqa: S311 - dice, not secrets

    def add(self, fault: MailFault) -> MailFault:
        """Put a fault in force."""
        self.standing.append(fault)
        return fault

    def refuse(self, code: int, text: str = "", **where: Any) -> MailFault:
        """Answer a recipient (or, with stage=Stage.DATA, the mail) with this code."""
        return self.add(MailFault(code=code, text=text, **where))

    def drop_after_data(self, **where: Any) -> MailFault:
        """Store the mail, then hang up without an answer."""
        return self.add(MailFault(stage=Stage.DROP_AFTER_DATA, **where))

    def clear(self) -> None:
        """End them all."""
        self.standing.clear()

    def strike(self, stage: Stage, addresses: list[str]) -> MailFault | None:
        """Return the fault that befalls these recipients at this stage, if any."""
        lowered = {address.lower() for address in addresses}
        for fault in self.standing:
            due = fault.count is None or fault.struck < fault.count
            meant = not fault.address or fault.address.lower() in lowered
            if fault.stage is stage and due and meant and self._random.random() < fault.probability:
                fault.struck += 1
                return fault
        return None
