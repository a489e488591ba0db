"""The tables of mail: what an address asked for, what it chose, whose filters it shares, and the runs of its digests.

A confirmed address is a row of `subscribers` (channel `email`), so that filters, matching and the outbox know it as
they know a chat. Before its first confirmation it stands there as `pending` and is told nothing but how to confirm.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
)

from watchers.database import BigId, UTCDateTime, metadata

__all__ = ["EMAIL", "Attach", "Frequency", "digest_runs", "keys", "mail_asks", "mail_links", "mail_settings"]

EMAIL = "email"
"""The channel's name."""


class Frequency(StrEnum):
    """How often a digest comes."""

    DAILY = "daily"
    WEEKLY = "weekly"  # on Mondays


class Attach(StrEnum):
    """The rows of a digest as a file beside it."""

    NOTHING = ""
    CSV = "csv"
    XLSX = "xlsx"


keys = Table(
    "keys",
    metadata,
    Column("name", String(32), primary_key=True),  # what it is for
    Column("secret", LargeBinary, nullable=False),  # 32 random bytes
    Column("made_at", UTCDateTime, nullable=False),
)

mail_settings = Table(  # one row for each address that has ever confirmed
    "mail_settings",
    metadata,
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), primary_key=True, autoincrement=False),
    Column("frequency", String(8), nullable=False, server_default="daily"),  # Frequency
    Column("all_quiet", Boolean, nullable=False, server_default=false()),  # a mail on Monday after an empty week
    Column("attach", String(8), nullable=False, server_default=""),  # Attach
    Column("confirmed_at", UTCDateTime, nullable=False),
    Column("since", UTCDateTime, nullable=False),  # runs are due by these settings without a break
    Column("covered_until", UTCDateTime, nullable=False),  # what its runs have told of
    Column("next_at", UTCDateTime, nullable=False),  # when the next run is due
    Column("soft_bounces", Integer, nullable=False, server_default="0"),  # since the last one that went through
    Index("ix_mail_settings_next_at", "next_at"),
)

mail_links = Table(  # the filters of a chat count for an address, too
    "mail_links",
    metadata,
    Column("mail_id", BigId, ForeignKey("subscribers.id"), primary_key=True, autoincrement=False),
    Column("chat_id", BigId, ForeignKey("subscribers.id"), primary_key=True, autoincrement=False),
    Column("linked_at", UTCDateTime, nullable=False),
    Index("ix_mail_links_chat_id", "chat_id"),
)

mail_asks = Table(  # asked for, and to be confirmed from the mailbox
    "mail_asks",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False, index=True),
    Column("chat_id", BigId, ForeignKey("subscribers.id"), index=True),  # whose filters are to be shared
    Column("criteria", JSON, nullable=False),  # filters of its own: a list of alerts.filters.Criteria
    Column("language", String(2), nullable=False),
    Column("frequency", String(8), nullable=False),
    Column("all_quiet", Boolean, nullable=False, server_default=false()),
    Column("asked_at", UTCDateTime, nullable=False),  # the last time
    Column("confirmed_at", UTCDateTime),
    Index("ix_mail_asks_asked_at", "asked_at"),
)

digest_runs = Table(
    "digest_runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False),
    Column("run_date", Date, nullable=False),  # local day of the moment it was due
    Column("kind", String(8), nullable=False),  # Frequency
    Column("range_from", UTCDateTime, nullable=False),
    Column("range_until", UTCDateTime, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("outcome", String(8), nullable=False),  # alerts.mail.runs.Outcome
    Column("outbox_id", BigId),  # the mail; several runs may share one, where some were missed
    Column("flagged", Integer, nullable=False, server_default="0"),
    Column("serious", Integer, nullable=False, server_default="0"),
    UniqueConstraint("subscriber_id", "run_date", "kind"),
    Index("ix_digest_runs_outbox_id", "outbox_id"),
)
