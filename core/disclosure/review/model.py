"""The tables of approvals, refusals, findings, samples, reviews, and of what the log knows about looks.

``transfer_refusal``, ``review`` and ``finding_event`` only ever grow: triggers in both databases refuse to change or
remove a row (migration 0009).  Nothing here holds a customer's data; customers are named by row id alone, without a
foreign key, so that an erased customer leaves an id that leads nowhere.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from core.database import Identity, Instant, metadata

approval_table: Final = Table(
    "transfer_approval",
    metadata,
    Column("id", Identity, primary_key=True),
    # The entry's id in the log, drawn when approval is asked for.
    Column("uuid", String(36), nullable=False, unique=True),
    Column("recipient_code", String(64), nullable=False),
    Column("recipient_version", Integer, nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("task", String(64), nullable=False),
    # persons | first_use
    Column("why", String(16), nullable=False),
    Column("size", Integer, nullable=False),
    # Keyed: of exactly what was shown, so that nothing else passes under this approval.
    Column("digest", LargeBinary(32), nullable=False),
    # The request, sealed, so that the second person sees the same preview; gone when it is decided or too old.
    Column("request", LargeBinary),
    Column("state", String(16), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("asked_by", Identity),
    Column("asked_by_name", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Identity),
    Column("decided_by_name", Text),
    Column("reason", Text),
    # Who asked and who decided, under the approval's own key; the log holds the digest of these bytes.
    Column("sealed", LargeBinary),
    Column("log_index", BigInteger),
    # The transfer that it let through; an approval serves once.
    Column("transfer_id", String(36), ForeignKey("transfer.id"), unique=True),
    Index("ix_transfer_approval_state", "state"),
)

refusal_table: Final = Table(
    "transfer_refusal",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    # As asked for: it may name nobody that is registered.
    Column("recipient", String(64), nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("task", String(64), nullable=False),
    # plan | preview | release
    Column("step", String(16), nullable=False),
    Column("code", String(80), nullable=False),
    Column("size", Integer, nullable=False),
    # The customer, when one was asked for.
    Column("customer_id", Identity),
    Index("ix_transfer_refusal_recorded_at", "recorded_at"),
)

finding_table: Final = Table(
    "finding",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("made_at", Instant, nullable=False),
    # NULL: a rule made it.
    Column("made_by", Identity),
    Column("made_by_name", Text, nullable=False),
    # The rule's code, or "person".
    Column("rule", String(40), nullable=False),
    # What it is about, so that a rule does not say the same thing twice.
    Column("subject", String(200), nullable=False),
    # A transfer's number in the log, or an access event's id, up to which the rule has said it.
    Column("reached", BigInteger, nullable=False),
    Column("transfer_number", BigInteger),
    Column("words", Text, nullable=False),
    Column("owner_id", Identity),
    Column("owner_name", Text),
    # open | accepted | mended
    Column("state", String(16), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_finding_state", "state"),
    Index("ix_finding_rule_subject", "rule", "subject"),
)

finding_event_table: Final = Table(
    "finding_event",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("finding_id", Identity, ForeignKey("finding.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner_name", Text),
    Column("words", Text, nullable=False),
)

sample_table: Final = Table(
    "review_sample",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("drawn_at", Instant, nullable=False),
    Column("staff_id", Identity),
    # Seed, range and size give the same transfers to whoever draws again (docs/review.md).
    Column("seed", String(64), nullable=False),
    Column("start_size", BigInteger, nullable=False),
    Column("end_size", BigInteger, nullable=False),
    Column("size", Integer, nullable=False),
)

sample_item_table: Final = Table(
    "review_sample_item",
    metadata,
    Column("sample_id", Identity, ForeignKey("review_sample.id"), primary_key=True),
    Column("transfer_number", BigInteger, primary_key=True, autoincrement=False),
    Column("looked_at", Instant),
    Column("looked_by", Identity),
)

review_table: Final = Table(
    "review",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("uuid", String(36), nullable=False, unique=True),
    Column("signed_at", Instant, nullable=False),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    Column("start_size", BigInteger, nullable=False),
    Column("end_size", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("sampled", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("still_open", Integer, nullable=False),
    Column("words", Text, nullable=False),
    # Who signed and the findings' words, under the review's own key; the log holds the digest of these bytes.
    Column("sealed", LargeBinary, nullable=False),
    Column("log_index", BigInteger, nullable=False),
)

look_table: Final = Table(
    "log_look",
    metadata,
    # One read entry: a person's looks of one kind for one purpose between two moments.
    Column("id", String(36), primary_key=True),
    Column("log_index", BigInteger, nullable=False),
    Column("staff_id", Identity),
    Column("session_id", String(32)),
    Column("action", String(8), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("size", Integer, nullable=False),
    # Who looked, under a key of the entry's own; the log holds the digest of these bytes.
    Column("sealed", LargeBinary, nullable=False),
)

look_line_table: Final = Table(
    "log_look_line",
    metadata,
    Column("look_id", String(36), ForeignKey("log_look.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("access_id", Identity, nullable=False, unique=True),
    Column("tag", LargeBinary(16), nullable=False),
    Column("commitment", LargeBinary(32), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    # Opens the digest; gone when the person is erased.
    Column("nonce", LargeBinary(32)),
)

APPEND_ONLY: Final = ("transfer_refusal", "review", "finding_event")
