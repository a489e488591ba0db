"""The ledger of messages owed and sent: due -> sending -> sent | failed | uncertain | skipped.

A row is claimed (`sending`, with a lease), marked started just before its request goes out, and finished with what the
other side answered. A lease that runs out on a row never started goes back to `due`; on a started one the answer is not
known, so the row becomes `uncertain`: it is not sent again, it is told in the person's next list of what they may
have missed.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from watchers.database import BigId, UTCDateTime, metadata


class State(StrEnum):
    """Where a message stands."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"


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
    Column("state", String(16), nullable=False),
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
    Index("ix_outbox_claim", "state", "priority", "due_at", "tender_time", "id"),
)
