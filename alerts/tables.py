"""The tables of who is told and what they are owed: subscribers, their filters, the outbox.

Rows of the first two are written by `alerts.subscriptions`, of the third by `alerts.outbox`.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from watchers.database import BigId, UTCDateTime, metadata

__all__ = ["Standing", "State", "outbox", "subscribers", "subscriptions"]


class Standing(StrEnum):
    """Whether a subscriber is told anything."""

    ACTIVE = "active"
    STOPPED = "stopped"  # by themselves
    UNREACHABLE = "unreachable"  # the channel says that nothing gets through


class State(StrEnum):
    """Where a message stands."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"


subscribers = Table(
    "subscribers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("channel", String(16), nullable=False),  # telegram | email
    Column("address", String(255), nullable=False),  # chat id or mail address
    Column("language", String(2), nullable=False),  # kk | ru | en
    Column("zone", String(64), nullable=False, server_default="Asia/Almaty"),
    Column("state", String(16), nullable=False, server_default="active"),  # Standing
    Column("state_reason", Text, nullable=False, server_default=""),  # the server's own words when unreachable
    Column("created_at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    UniqueConstraint("channel", "address"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False, index=True),
    Column("name", String(64), nullable=False, server_default=""),
    Column("criteria", JSON, nullable=False),  # alerts.filters.Criteria
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("created_at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("deleted_at", UTCDateTime),
    Index("ix_subscriptions_changed_at", "changed_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False),
    Column("tender_id", BigId, ForeignKey("tenders.id")),  # NULL: a message about no one tender
    Column("snapshot_id", BigId, ForeignKey("snapshots.id")),  # what it is rendered from
    Column("event", String(64), nullable=False),  # published | flag_raised:3 (snapshot sequence) | missed:ID
    Column("matched", JSON, nullable=False),  # ids of the subscriptions that matched
    Column("priority", Integer, nullable=False),  # lower goes first
    Column("state", String(16), nullable=False),  # State
    Column("due_at", UTCDateTime, nullable=False),
    Column("tender_time", UTCDateTime, nullable=False),  # order within a chat
    Column("lease_until", UTCDateTime),
    Column("started_at", UTCDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("answer", Text, nullable=False, server_default=""),  # message id, or the server's own words
    Column("created_at", UTCDateTime, nullable=False),
    Column("finished_at", UTCDateTime),
    Column("carried_by", BigId),  # the `missed` message that tells of this uncertain one
    UniqueConstraint("subscriber_id", "tender_id", "event"),
    # A claim steps from chat to chat and looks at the first message of each: see Outbox.claim.
    Index("ix_outbox_claim", "state", "priority", "subscriber_id", "tender_time", "id"),
    Index("ix_outbox_carried_by", "carried_by"),
)
