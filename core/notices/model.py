"""The tables of notices.  They hold which fields changed, never a value: what is told is read when it is sent."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from core.database import Identity, Instant, JsonText, metadata

# Changes whose holders have not been looked for yet: written with the change itself, so that no crash loses one.
notice_check_table: Final = Table(
    "notice_check",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("customer_id", Identity, ForeignKey("customer.id"), nullable=False),
    # The change in the customer's history; NULL for a sealed field, which `field` then names.
    Column("change_id", Identity, ForeignKey("customer_change.id")),
    Column("field", Text),
    Index("ix_notice_check_customer_id", "customer_id"),
    Index("ix_notice_check_change_id", "change_id"),
)

_due: Final = text("state = 'due'")

notice_table: Final = Table(
    "notice",
    metadata,
    Column("id", Identity, primary_key=True),
    # Goes on erasure: that a recipient was told, and has acknowledged, stays.
    Column("customer_id", Identity, ForeignKey("customer.id")),
    Column("recipient_code", String(64), nullable=False),
    Column("cause", Text, nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("fields", JsonText, nullable=False),
    Column("batch_id", Identity),
    # The case that it belongs to, in the words of whoever made it.
    Column("reference", Text),
    # yes: by itself; ask: when a person says so.
    Column("told", Text, nullable=False),
    # adapter or letter.
    Column("way", Text, nullable=False),
    Column("state", Text, nullable=False),
    # Why it has not been told yet: the gate's reason for leaving the person out, or the code of an outcome.
    Column("obstacle", Text),
    # The number of the latest transfer by which the recipient has the old value.
    Column("held_by", BigInteger, nullable=False),
    Column("transfer_id", String(36), ForeignKey("transfer.id")),
    Column("made_at", Instant, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("sent_at", Instant),
    Column("chase_on", Date),
    Column("chases", Integer, nullable=False),
    Column("closed_at", Instant),
    CheckConstraint(
        "state IN ('due', 'sending', 'in_doubt', 'sent', 'printed', 'acknowledged', 'chased', 'not_needed')",
        name="state",
    ),
    CheckConstraint(
        "cause IN ('change', 'rectification', 'erasure', 'restriction', 'restriction_lifted')", name="cause"
    ),
    Index("ix_notice_worklist", "state", "due_on", "id"),
    Index("ix_notice_customer_id", "customer_id", "recipient_code"),
    Index("ix_notice_transfer_id", "transfer_id"),
    Index("ix_notice_batch_id", "batch_id"),
    Index(
        "uq_notice_due",
        "customer_id",
        "recipient_code",
        "cause",
        unique=True,
        sqlite_where=_due,
        postgresql_where=_due,
    ),
)

notice_event_table: Final = Table(
    "notice_event",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("notice_id", Identity, ForeignKey("notice.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", Identity),
    Column("actor_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_notice_event_notice_id", "notice_id", "id"),
)
