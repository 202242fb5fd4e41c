"""The table of what a case of rectification is about: one row a value, sealed under the case's own key."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from core.database import Identity, Instant, metadata

rectification_table: Final = Table(
    "rights_rectification",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("case_number", Identity, ForeignKey("rights_case.number"), nullable=False),
    # The customer's field: a column's name.
    Column("field", String(32), nullable=False),
    # What the register said and what is asked for, as JSON; emptied with the case's words.
    Column("proposed", LargeBinary),
    # The attachment that shows it.
    Column("evidence", Identity, ForeignKey("rights_case_file.id")),
    Column("proposed_at", Instant, nullable=False),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    Column("decision", String(16)),
    Column("decided_at", Instant),
    # Where the old value came from, if it was neither the person nor us: a recipient's code, or the kind of source.
    Column("origin", Text),
    CheckConstraint("decision IN ('granted', 'refused')", name="decision"),
    Index("uq_rights_rectification_field", "case_number", "field", unique=True),
    Index("ix_rights_rectification_evidence", "evidence"),
)
