"""The tables of the staff room.

``access_event``, ``sign_in_event`` and ``staff_change`` only ever grow: triggers in both databases refuse to change
or remove a row (migration 0002).  ``access_event`` names people by row id alone, without a foreign key, so that an
erased customer leaves an id that leads nowhere rather than a gap in the log.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from core.database import Identity, Instant, metadata

staff_member_table: Final = Table(
    "staff_member",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("user_name", String(40), nullable=False),
    # Folded (case, accents, width), so that no two people's names can be taken for each other.
    Column("user_name_key", String(80), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("language", String(2), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("password_changed_at", Instant, nullable=False),
    Column("added_at", Instant, nullable=False),
    # NULL is the first administrator, whom nobody could add.
    Column("added_by", Identity, ForeignKey("staff_member.id")),
    Column("disabled_at", Instant),
)

staff_role_table: Final = Table(
    "staff_role",
    metadata,
    Column("staff_id", Identity, ForeignKey("staff_member.id"), primary_key=True),
    Column("role", String(20), primary_key=True),
)

staff_change_table: Final = Table(
    "staff_change",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Identity, ForeignKey("staff_member.id"), nullable=False),
    Column("staff_id", Identity, ForeignKey("staff_member.id"), nullable=False, index=True),
    Column("change", String(40), nullable=False),
    Column("detail", Text, nullable=False),
)

agreement_table: Final = Table(
    "confidentiality_agreement",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("staff_id", Identity, ForeignKey("staff_member.id"), nullable=False, index=True),
    Column("document", String(200), nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("valid_from", Date, nullable=False),
    # The last day of validity; NULL means until ended.
    Column("valid_to", Date),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Identity, ForeignKey("staff_member.id"), nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", Identity, ForeignKey("staff_member.id")),
    CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
)

session_table: Final = Table(
    "staff_session",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("staff_id", Identity, ForeignKey("staff_member.id"), nullable=False, index=True),
    Column("method", String(10), nullable=False),
    Column("key_id", Identity, ForeignKey("ssh_key.id")),
    Column("origin", String(100), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("idle_seconds", Integer, nullable=False),
    Column("locked_at", Instant),
    Column("ended_at", Instant),
    Column("end_reason", String(30)),
)

sign_in_event_table: Final = Table(
    "sign_in_event",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
    # NULL when nobody has the typed user name; the typed text itself is never kept: it may be a password.
    Column("staff_id", Identity, ForeignKey("staff_member.id"), index=True),
    Column("method", String(10), nullable=False),
    Column("outcome", String(30), nullable=False),
    Column("origin", String(100), nullable=False),
    Column("session_id", String(32)),
)

sign_in_delay_table: Final = Table(
    "sign_in_delay",
    metadata,
    # An account, a bucket of user names that nobody has, or an origin (core.staff.delays).
    Column("subject", String(120), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_failure_at", Instant, nullable=False),
    Column("allowed_at", Instant, nullable=False),
)

ssh_key_table: Final = Table(
    "ssh_key",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("staff_id", Identity, ForeignKey("staff_member.id"), nullable=False, index=True),
    Column("key_type", String(50), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("fingerprint", String(60), nullable=False, unique=True),
    Column("comment", String(100), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("added_by", Identity, ForeignKey("staff_member.id"), nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", Identity, ForeignKey("staff_member.id")),
)

access_event_table: Final = Table(
    "access_event",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
    # NULL is the program itself (timers, recovery).
    Column("staff_id", Identity),
    Column("session_id", String(32)),
    Column("action", String(20), nullable=False),
    Column("customer_id", Identity),
    Column("task", String(200), nullable=False),
    Column("detail", String(200)),
    Index("ix_access_event_customer_id", "customer_id", "id"),
)

APPEND_ONLY: Final = ("access_event", "sign_in_event", "staff_change")
