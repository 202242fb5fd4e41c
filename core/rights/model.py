"""The tables of cases.

What the person and the staff wrote is sealed under a key of the case's own, so that a case can be kept as proof that
its right was served (GDPR 5(2)) after its words are gone.  ``rights_case_event`` only ever grows, except that erasure
empties its words.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from core.database import Identity, Instant, JsonText, metadata

case_table: Final = Table(
    "rights_case",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    # NULL until somebody in the register is known to be meant; emptied on erasure.
    Column("customer_id", Identity, ForeignKey("customer.id"), index=True),
    Column("received_on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Identity),
    Column("recorded_by_name", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("signed", Boolean(create_constraint=False), nullable=False),
    Column("language", String(2), nullable=False),
    Column("identity", String(16), nullable=False),
    Column("due_on", Date, nullable=False),
    # The day on which the person was told of the one extension.
    Column("extended_on", Date),
    Column("owner_id", Identity),
    Column("owner_name", Text),
    Column("decision", String(16)),
    Column("decided_at", Instant),
    Column("decided_by", Identity),
    Column("decided_by_name", Text),
    # When the rest is done by itself, on the strength of the decision; NULL while only an event can free it.
    Column("due_by_itself_on", Date),
    Column("answered_on", Date),
    Column("closed_at", Instant),
    # The case's own key under the master key; destroyed when the case's words go.
    Column("wrapped_key", LargeBinary),
    # `core.rights.types.Request` as JSON, under that key.
    Column("request", LargeBinary),
    # Of an erasure: what to look for until the reading back is clean, under that key.
    Column("looked_for", LargeBinary),
    Column("version", Integer, nullable=False),
    CheckConstraint(
        "state IN ('open', 'waiting_identity', 'decided', 'waiting_hold', 'closed', 'withdrawn')",
        name="state",
    ),
    Index("ix_rights_case_worklist", "state", "due_on", "number"),
)

case_pause_table: Final = Table(
    "rights_case_pause",
    metadata,
    Column("case_number", Identity, ForeignKey("rights_case.number"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("since", Date, nullable=False),
    # The first day on which the clock goes on.
    Column("until", Date),
)

case_event_table: Final = Table(
    "rights_case_event",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("case_number", Identity, ForeignKey("rights_case.number"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("words", LargeBinary),
    # No personal data: days, codes, numbers of transfers and notices.
    Column("facts", JsonText, nullable=False),
    Index("ix_rights_case_event_case_number", "case_number", "id"),
)

case_file_table: Final = Table(
    "rights_case_file",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("case_number", Identity, ForeignKey("rights_case.number"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    Column("name", LargeBinary),
    Column("content", LargeBinary),
    Column("size", BigInteger, nullable=False),
)
