"""What one address asked for, and how many letters may be sent about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Row, select

from alerts.filters import Criteria
from alerts.mail.tables import Frequency, mail_asks
from alerts.tables import Standing, subscribers

__all__ = ["CONFIRM_WITHIN", "Asked", "Confirmed", "MailLimits", "TooManyAsks", "asks_query", "read_ask"]

CONFIRM_WITHIN = timedelta(days=7)


class MailLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many letters (confirmations, links) go out. `addresses`: that one chat may share its filters with."""

    per_address_day: int = 3
    gap: timedelta = timedelta(minutes=5)
    asks_per_hour: int = 500  # of all together: more is somebody's attack, or needs another setting
    asks_per_chat_day: int = 10
    addresses: int = 5


class TooManyAsks(ValueError):  # noqa: N818 - as TooManyFilters
    """One chat asked for too many addresses; says nothing about any of them. Raised by `Asks.ask`."""


class Asked(msgspec.Struct, frozen=True):
    """An ask as its mailbox sees it before confirming: what will be sent, and by whose filters."""

    id: int
    subscriber_id: int
    address: str
    language: str
    criteria: tuple[Criteria, ...]
    frequency: Frequency | None  # None: as it is, daily at first
    chat_id: int | None
    asked_at: datetime
    confirmed: bool
    standing: Standing
    all_quiet: bool = False

    @property
    def expires(self) -> datetime:
        """Until when it can be confirmed."""
        return self.asked_at + CONFIRM_WITHIN


class Confirmed(msgspec.Struct, frozen=True):
    """What came of a confirmation. `again`: it had been confirmed before; `left_out`: filters beyond the limit."""

    ask: Asked
    again: bool = False
    left_out: int = 0


asks_query = select(mail_asks, subscribers.c.address, subscribers.c.state).join(
    subscribers, subscribers.c.id == mail_asks.c.subscriber_id
)


def read_ask(row: Row[Any]) -> Asked:
    """From a row of `asks_query`."""
    criteria = tuple(msgspec.convert(one, Criteria) for one in row.criteria)
    return Asked(
        row.id, row.subscriber_id, row.address, row.language, criteria,
        Frequency(row.frequency) if row.frequency else None, row.chat_id, row.asked_at,
        row.confirmed_at is not None, Standing(row.state), row.all_quiet,
    )  # fmt: skip
