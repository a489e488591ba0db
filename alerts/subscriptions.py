"""Who is told, and what they asked for: subscribers and their named filters."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint, false

from watchers.database import BigId, UTCDateTime, metadata

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("channel", String(16), nullable=False),  # telegram | email
    Column("address", String(255), nullable=False),  # chat id or mail address
    Column("language", String(2), nullable=False),  # kk | ru | en
    Column("zone", String(64), nullable=False, server_default="Asia/Almaty"),
    Column("state", String(16), nullable=False, server_default="active"),  # active | stopped (by them) | unreachable
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
