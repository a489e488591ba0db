"""The tables of who is told and what they are owed: subscribers, their filters and mutes, the outbox.

Rows of the first two are written by `alerts.subscriptions`, mutes by `alerts.preferences`, the outbox by
`alerts.outbox` and `alerts.limits`.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from watchers.database import BigId, UTCDateTime, metadata

__all__ = ["Standing", "State", "mutes", "outbox", "paces", "shares", "subscribers", "subscriptions"]


class Standing(StrEnum):
    """Whether a subscriber is told anything."""

    ACTIVE = "active"
    STOPPED = "stopped"  # by themselves
    UNREACHABLE = "unreachable"  # the channel says that nothing gets through
    PENDING = "pending"  # a mail address that has not confirmed yet: see alerts.mail


class State(StrEnum):
    """Where a message stands."""

    HELD = "held"  # owed; what its person asked for (limits, quiet hours, mutes) is looked at when `due_at` comes
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    CARRIED = "carried"  # told by the list `carried_by` instead of a message of its own


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
    Column("quiet_from", Integer),  # minutes after midnight in `zone`; NULL: no quiet hours
    Column("quiet_until", Integer),
    Column("per_day", Integer),  # alerts told at once in a day, 0 for any number; NULL: as configured
    Column("digest_at", Integer, nullable=False, server_default="540"),  # minutes after midnight: when lists come
    Column("snoozed_until", UTCDateTime),  # nothing comes before
    Column("topic", BigId, nullable=False, server_default="0"),  # the one a group with topics hears in; 0: its General
    Column("short", Boolean, nullable=False, server_default=false()),  # alerts without the numbers of their flags
    Column("news", Boolean, nullable=False, server_default=false()),  # agreed to the operator's announcements
    Column("posts", Boolean, nullable=False, server_default=false()),  # a channel: its readers cannot answer
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
    Column("mode", String(16), nullable=False, server_default="instant"),  # alerts.timing.Mode
    Column("topic", BigId),  # the group's topic it goes to, -1 for its General; NULL: where the group hears everything
    Index("ix_subscriptions_changed_at", "changed_at"),
)

mutes = Table(
    "mutes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # alerts.preferences.MuteKind
    Column("value", String(255), nullable=False),  # a buyer's id, an everyday kind, an indicator's code
    Column("until", UTCDateTime, nullable=False),
    UniqueConstraint("subscriber_id", "kind", "value"),
)

shares = Table(
    "shares",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("token", String(32), nullable=False, unique=True),  # in the link; says nothing by itself
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False, index=True),  # to be erased with them
    Column("criteria", JSON, nullable=False),  # alerts.filters.Criteria
    Column("made_at", UTCDateTime, nullable=False),
)

paces = Table(  # only where several processes share one PostgreSQL: see alerts.shared_pace
    "paces",
    metadata,
    Column("name", String(64), primary_key=True),  # the bot's lanes, and chats (a digest of the id)
    Column("next_at", Double, nullable=False),  # seconds of the server's clock since 1970
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False),
    Column("tender_id", BigId, ForeignKey("tenders.id")),  # NULL: a message about no one tender
    Column("snapshot_id", BigId, ForeignKey("snapshots.id")),  # what it is rendered from
    Column("event", String(64), nullable=False),  # alerts.outbox.Event, with the snapshot's sequence or an id
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
    Column("carried_by", BigId),  # the list that tells of this one: uncertain ones by `missed`, held ones by `list`
    Column("held_for", String(16), nullable=False, server_default=""),  # why it had to wait; '' while it never had
    Column("released_at", UTCDateTime),  # told at once then: counts in that day's limit
    UniqueConstraint("subscriber_id", "tender_id", "event"),
    # A claim steps from chat to chat and looks at the first message of each: see Outbox.claim.
    Index("ix_outbox_claim", "state", "priority", "subscriber_id", "tender_time", "id"),
    Index("ix_outbox_carried_by", "carried_by"),
    Index("ix_outbox_tender_id", "tender_id"),
)
for _name, _columns, _where in (
    ("ix_outbox_held", (outbox.c.due_at, outbox.c.subscriber_id), "state = 'held'"),
    ("ix_outbox_released", (outbox.c.subscriber_id, outbox.c.released_at), "released_at IS NOT NULL"),
):
    Index(_name, *_columns, sqlite_where=text(_where), postgresql_where=text(_where))
