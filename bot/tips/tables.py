"""The tables of tips. No column holds what was told, a file name, or an account in the clear.

Moments are rounded down to the hour (`bot.tips.desk.hour`): a minute can tell who was at a keyboard. Rows that lead to
a person (`tip_routes`, `tip_senders`, `tip_drafts`) are apart from the tips, keyed by a keyed hash of the chat.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
)

from watchers.database import BigId, UTCDateTime, metadata

__all__ = [
    "tip_audit", "tip_blocks", "tip_buckets", "tip_drafts", "tip_marks", "tip_messages", "tip_part_keys", "tip_parts",
    "tip_routes", "tip_senders", "tips",
]  # fmt: skip

tips = Table(
    "tips",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("ref", String(12), nullable=False, unique=True),  # what monitors call it; tells nothing
    Column("state", String(16), nullable=False),  # bot.tips.states.State
    Column("outcome", String(16), nullable=False, server_default=""),  # a decline's reason or a close's outcome
    Column("received_at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),  # of the state
    Column("heard_at", UTCDateTime, nullable=False),  # when the tipper last wrote
    Column("warned_at", UTCDateTime),  # when the erasure was announced
    Column("held", Boolean, nullable=False, server_default=false()),  # a legal hold: not erased
    Column("code", String(64), nullable=False, unique=True),  # half of the Argon2id of the receipt code
    Column("public", LargeBinary, nullable=False),  # what monitors say to the tipper is sealed to this
    Column("private", LargeBinary, nullable=False),  # its other half, under the other half of that Argon2id
    Column("claimed_by", BigInteger),  # a monitor's account
    Column("topic", BigId, nullable=False, server_default="0"),  # in the monitors' group
    Column("header", BigId, nullable=False, server_default="0"),  # the first message there
    Column("tender_id", BigInteger),  # linked by a monitor, never by the intake
    Column("buyer_id", String(64), nullable=False, server_default=""),
    Column("merged_into", BigInteger),
    Column("unsaid", Integer, nullable=False, server_default="0"),  # additions that the monitors' group was not told of
)

tip_parts = Table(
    "tip_parts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("tip_id", BigId, ForeignKey("tips.id"), index=True),  # NULL while it is a draft's
    Column("draft", String(32), nullable=False, server_default="", index=True),
    Column("body", LargeBinary, nullable=False),  # bot.tips.sealing: padded, then a secretbox
    Column("made_at", UTCDateTime, nullable=False),
)

tip_part_keys = Table(
    "tip_part_keys",
    metadata,
    Column("part_id", BigId, ForeignKey("tip_parts.id"), primary_key=True),
    Column("recipient", String(16), primary_key=True),  # fingerprint of a public key
    Column("sealed", LargeBinary, nullable=False),  # a sealed box with the key of the part
)

tip_drafts = Table(
    "tip_drafts",
    metadata,
    Column("chat", String(64), primary_key=True),  # keyed hash
    Column("body", LargeBinary, nullable=False),  # where the conversation stands, under the server's key
    Column("changed_at", UTCDateTime, nullable=False, index=True),
)

tip_routes = Table(
    "tip_routes",
    metadata,
    Column("tip_id", BigId, ForeignKey("tips.id"), primary_key=True, autoincrement=False),
    Column("chat", String(64), nullable=False, index=True),  # keyed hash
    Column("body", LargeBinary, nullable=False),  # chat id and language, under the server's key
)

tip_senders = Table(
    "tip_senders",
    metadata,
    Column("tip_id", BigId, ForeignKey("tips.id"), primary_key=True, autoincrement=False),
    Column("sender", String(64), nullable=False, index=True),  # keyed hash: to block without learning who
    Column("until", UTCDateTime, nullable=False, index=True),
)

tip_messages = Table(
    "tip_messages",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("tip_id", BigId, ForeignKey("tips.id"), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),  # sealed to the tip's `public`
    Column("made_at", UTCDateTime, nullable=False),
    Column("told_at", UTCDateTime),  # when the tipper was told that it waits
)

tip_buckets = Table(
    "tip_buckets",
    metadata,
    Column("key", String(64), primary_key=True),  # keyed hash
    Column("tokens", Double, nullable=False),
    Column("at", UTCDateTime, nullable=False, index=True),
)

tip_marks = Table(
    "tip_marks",
    metadata,
    Column("mark", String(64), primary_key=True),  # keyed hash of a sender and what was sent: to see repeats
    Column("until", UTCDateTime, nullable=False, index=True),
)

tip_blocks = Table(
    "tip_blocks",
    metadata,
    Column("sender", String(64), primary_key=True),  # keyed hash
    Column("made_at", UTCDateTime, nullable=False),
)

tip_audit = Table(
    "tip_audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("actor", String(64), nullable=False),  # a monitor's account, "tipper", "server"
    Column("act", String(16), nullable=False),  # bot.tips.roles.Act
    Column("ref", String(12), nullable=False, server_default=""),
    Column("detail", String(64), nullable=False, server_default=""),  # a state or a reason, never words
)
