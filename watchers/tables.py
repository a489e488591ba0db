"""The tables of what was read and found: raw answers, snapshots, findings, events, cursors, records set aside.

Raw answers and snapshots are never overwritten; `tenders` points at the newest snapshot of each process and carries the
few columns that lists need. Rows are written and read by `watchers.store`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from watchers.database import BigId, Money, UTCDateTime, metadata

__all__ = [
    "buyers", "cursors", "events", "findings", "indicator_weeks", "raw_answers", "set_aside", "snapshots",
    "source_notes", "standings", "suppliers", "tenders",
]  # fmt: skip

raw_answers = Table(
    "raw_answers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("fetched_at", UTCDateTime, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),  # zlib-compressed; sha256 is of the plain bytes
    UniqueConstraint("source", "sha256"),
)

tenders = Table(
    "tenders",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("source", String(64), nullable=False),  # which told the newest snapshot
    Column("rank", Integer, nullable=False, server_default="0"),  # of that source, watchers.telling
    Column("ocid", Text, nullable=False),
    Column("scope", String(64), nullable=False, server_default=""),  # the source whose own name `ocid` is, "" for all
    Column("snapshot_id", BigId, nullable=False),  # the newest; no foreign key, it would be circular
    Column("title", Text, nullable=False, server_default=""),
    Column("buyer_id", String(255), nullable=False, server_default=""),  # SCHEME-id, e.g. KZ-BIN-000000000000
    Column("buyer_name", Text, nullable=False, server_default=""),
    Column("region", String(16), nullable=False, server_default=""),  # ISO 3166-2
    Column("amount", Money),
    Column("currency", String(3)),  # NULL where the publisher wrote something else than three letters
    Column("published_at", UTCDateTime),
    Column("closes_at", UTCDateTime),
    Column("weight", Integer, nullable=False, server_default="0"),  # of the heaviest flag
    Column("seen_at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    UniqueConstraint("ocid", "scope"),
    Index("ix_tenders_buyer_id", "buyer_id"),
    Index("ix_tenders_published_at", "published_at"),
)

buyers = Table(
    "buyers",
    metadata,
    Column("id", String(255), primary_key=True),  # as tenders.buyer_id
    Column("name", Text, nullable=False),  # as the newest tender wrote it
    Column("search", Text, nullable=False),  # id and names in all languages, case-folded
    Column("seen_at", UTCDateTime, nullable=False),
)

suppliers = Table(
    "suppliers",
    metadata,
    Column("id", String(255), primary_key=True),  # as buyers.id; organisations only, no private person
    Column("name", Text, nullable=False),  # as the newest award or contract wrote it
    Column("search", Text, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("tender_id", BigId, ForeignKey("tenders.id"), nullable=False),
    Column("sequence", Integer, nullable=False),  # 1, 2, 3 ... within the tender
    Column("source", String(64), nullable=False, server_default=""),  # which told it
    Column("sha256", String(64), nullable=False),  # of `release` without what changes by itself
    Column("release", LargeBinary, nullable=False),  # the OCDS release as JSON, UTF-8
    Column("raw_id", BigId, ForeignKey("raw_answers.id")),
    Column("link", Text, nullable=False, server_default=""),  # the primary record, for people
    Column("seen_at", UTCDateTime, nullable=False),
    Column("checks_made", Integer, nullable=False, server_default="0"),
    Column("checks_possible", Integer, nullable=False, server_default="0"),
    UniqueConstraint("tender_id", "sequence"),
    Index("ix_snapshots_link", "link"),  # a pasted link opens its purchase
)

findings = Table(
    "findings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("snapshot_id", BigId, ForeignKey("snapshots.id"), nullable=False, index=True),
    Column("indicator", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),  # fired | not_computable (clear and not_applicable are only counted)
    Column("tier", String(1), nullable=False),
    Column("weight", Integer, nullable=False),
    Column("finding", JSON, nullable=False),  # the whole watchers.indicators.base.Finding
    UniqueConstraint("snapshot_id", "indicator"),
)

events = Table(
    "events",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("tender_id", BigId, ForeignKey("tenders.id"), nullable=False),
    Column("snapshot_id", BigId, ForeignKey("snapshots.id"), nullable=False),
    Column("kind", String(32), nullable=False),  # watchers.changes.Kind
    Column("detail", JSON, nullable=False),  # watchers.changes.Event.detail
    Column("happened_at", UTCDateTime, nullable=False),
    Column("matched_at", UTCDateTime),  # NULL until every subscription was compared with it
    UniqueConstraint("snapshot_id", "kind"),
)
Index(
    "ix_events_unmatched",
    events.c.id,
    sqlite_where=text("matched_at IS NULL"),
    postgresql_where=text("matched_at IS NULL"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("cursor", Text, nullable=False),  # opaque: only the source reads it
    Column("moved_at", UTCDateTime, nullable=False),
    Column("polled_at", UTCDateTime, nullable=False),
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # zlib-compressed, cut at 1 MiB
    Column("sha256", String(64), nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    UniqueConstraint("source", "sha256"),
    Index("ix_set_aside_source", "source", "id"),
)

source_notes = Table(
    "source_notes",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("value", LargeBinary, nullable=False),  # only the source reads it
    Column("due_at", UTCDateTime),  # NULL: not to be come back to
    Column("noted_at", UTCDateTime, nullable=False),
    Index("ix_source_notes_due_at", "source", "kind", "due_at"),
)

standings = Table(
    "standings",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("state", String(16), nullable=False),  # watchers.poll.State
    Column("trouble", Text, nullable=False, server_default=""),
    Column("good_at", UTCDateTime),  # last read to the end, or a batch saved
    Column("new_at", UTCDateTime),  # a process not known before was last stored
    Column("alarm", String(16), nullable=False, server_default=""),  # watchers.vigil.Alarm; '' while all is well
    Column("alarm_at", UTCDateTime),
    Column("told", String(16), nullable=False, server_default=""),  # the alarm the operator knows of
    Column("told_at", UTCDateTime),
    Column("checked_at", UTCDateTime, nullable=False),
)

indicator_weeks = Table(
    "indicator_weeks",
    metadata,
    Column("week", Date, primary_key=True),  # its Monday, UTC
    Column("indicator", String(16), primary_key=True),
    *(
        Column(status, Integer, nullable=False, server_default="0")  # watchers.indicators.base.Status
        for status in ("fired", "clear", "not_computable", "not_applicable")
    ),
    Column("told", String(16), nullable=False, server_default=""),  # the drift the operator knows of
)
