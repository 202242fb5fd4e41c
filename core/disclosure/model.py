"""The tables of recipients and transfers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from core.database import Identity, Instant, JsonText, metadata

recipient_version_table: Final = Table(
    "recipient_version",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", Instant, nullable=False),
    Column("staff_id", Identity),
    Column("record", JsonText, nullable=False),
    # Field name to [old, new]; the first version has none.
    Column("changed", JsonText, nullable=False),
)

transfer_table: Final = Table(
    "transfer",
    metadata,
    Column("id", String(36), primary_key=True),
    # The log index of its intent: the number that people use.
    Column("number", BigInteger, nullable=False, unique=True),
    Column("recipient_code", String(64), nullable=False),
    Column("recipient_version", Integer, nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("basis", String(32), nullable=False),
    Column("country", String(2), nullable=False),
    Column("task", String(64), nullable=False),
    Column("reason", Text),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    Column("adapter", String(64), nullable=False),
    Column("adapter_version", String(32), nullable=False),
    Column("environment", String(16), nullable=False),
    Column("fields", JsonText, nullable=False),
    Column("size", Integer, nullable=False),
    # Keyed: a plain hash of one person's few bytes could be guessed.
    Column("payload_digest", LargeBinary(32), nullable=False),
    # Who and why in full, under the transfer's own key; the log holds the digest of these bytes.
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attempted_at", Instant),
    Column("finished_at", Instant),
    # The process that is sending it; see core.disclosure.owner.
    Column("owner", Text, nullable=False),
    Column("lease_until", Instant, nullable=False),
    ForeignKeyConstraint(
        ["recipient_code", "recipient_version"], ["recipient_version.code", "recipient_version.version"]
    ),
    # One for each way to look at a long list, newest first; the other columns go along so that filters that are
    # combined, and counted, need no row.
    Index("ix_transfer_recipient", "recipient_code", "number", "purpose", "state", "staff_id", "created_at"),
    Index("ix_transfer_purpose", "purpose", "number", "recipient_code", "state", "staff_id", "created_at"),
    Index("ix_transfer_state", "state", "number", "recipient_code", "purpose", "staff_id", "created_at"),
    Index("ix_transfer_staff", "staff_id", "number", "recipient_code", "purpose", "state", "created_at"),
    Index("ix_transfer_created_at", "created_at", "number", "recipient_code", "purpose", "state", "staff_id"),
)

# How many transfers came to an end; see core.disclosure.tally.  The program itself is staff number 0 here.
transfer_tally_table: Final = Table(
    "transfer_tally",
    metadata,
    Column("recipient_code", String(64), primary_key=True),
    Column("purpose", String(32), primary_key=True),
    Column("state", String(16), primary_key=True),
    Column("staff_id", Identity, primary_key=True, autoincrement=False),
    Column("transfers", BigInteger, nullable=False),
)

transfer_line_table: Final = Table(
    "transfer_line",
    metadata,
    Column("transfer_id", String(36), ForeignKey("transfer.id"), primary_key=True),
    # The line's place in the lines tree, shuffled, so that it tells nothing of the order in the batch.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("item_id", String(16), nullable=False),
    # Goes on erasure, with the key and the partner's words; the rest is noise without the data key.
    Column("customer_id", Identity),
    Column("key", Text),
    Column("tag", LargeBinary(16), nullable=False),
    Column("commitment", LargeBinary(32), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary),
    Column("state", String(16)),
    Column("reference", Text),
    Column("code", Text, nullable=False, default=""),
    Column("message", Text),
    Column("pending", Boolean, nullable=False, default=False),
    Index("ix_transfer_line_customer", "customer_id"),
)

transfer_left_out_table: Final = Table(
    "transfer_left_out",
    metadata,
    Column("transfer_id", String(36), ForeignKey("transfer.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("customer_id", Identity),
    Column("customer_number", Text),
    Column("reason", String(32), nullable=False),
    Column("detail", JsonText, nullable=False),
    Index("ix_transfer_left_out_customer", "customer_id"),
)

# One transfer for each key at a recipient: the constraint that a double click and a second process meet.
transfer_key_table: Final = Table(
    "transfer_key",
    metadata,
    Column("recipient_code", String(64), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("transfer_id", String(36), ForeignKey("transfer.id"), nullable=False),
    Index("ix_transfer_key_transfer", "transfer_id"),
)

transfer_attempt_table: Final = Table(
    "transfer_attempt",
    metadata,
    Column("transfer_id", String(36), ForeignKey("transfer.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("description", Text, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
)

transfer_event_table: Final = Table(
    "transfer_event",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("transfer_id", String(36), ForeignKey("transfer.id"), nullable=False),
    Column("at", Instant, nullable=False),
    # outcome | recovered | inquired | decided
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    Column("reason", Text),
    Index("ix_transfer_event_transfer", "transfer_id"),
)

credit_check_table: Final = Table(
    "credit_check",
    metadata,
    Column("id", Identity, primary_key=True),
    # Goes on erasure.
    Column("customer_id", Identity),
    Column("kind", String(16), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    # How and when the applicant was told that credit data is asked, and from whom.
    Column("informed", Text),
    Column("transfer_id", String(36), ForeignKey("transfer.id")),
    Column("state", String(16), nullable=False),
    # The answer, sealed under the customer's key; purged when it expires: the decision stays, the report goes.
    Column("answer", LargeBinary),
    Column("answer_expires_at", Instant),
    Column("decision", String(32)),
    Column("decided_at", Instant),
    Column("decided_by", Identity),
    Column("decided_by_name", Text),
    Column("reasons", LargeBinary),
    Index("ix_credit_check_customer", "customer_id"),
    Index("ix_credit_check_expires", "answer_expires_at"),
)
