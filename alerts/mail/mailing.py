"""The parts of mail that pages, chat and commands call, put together on one database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from alerts.mail.asking import Asks, MailLimits
from alerts.mail.boxes import Boxes
from alerts.mail.tokens import Tokens, secret_of
from alerts.outbox import Outbox
from alerts.subscriptions import Subscriptions
from watchers.database import Database

__all__ = ["Mailing", "open_mailing"]


class Mailing(msgspec.Struct, frozen=True):
    """`asks`: ask and confirm; `boxes`: leave, come back, see and change; `tokens`: what their links are made of."""

    asks: Asks
    boxes: Boxes
    tokens: Tokens


async def open_mailing(
    database: Database,
    clock: Callable[[], datetime],
    subscriptions: Subscriptions,
    outbox: Outbox,
    limits: MailLimits | None = None,
) -> Mailing:
    """Once the tables are there: the secret of the tokens is read, or made the first time."""
    tokens = Tokens(await secret_of(database, "mail", clock))
    asks = Asks(database, clock, subscriptions, outbox, tokens, limits or MailLimits())
    return Mailing(asks, Boxes(database, clock, subscriptions, asks, tokens), tokens)
