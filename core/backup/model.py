"""The table of upkeep: backups made, restored, fire drills held.  It only grows."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, String, Table, Text

from core.database import Identity, Instant, JsonText, metadata

upkeep_table: Final = Table(
    "upkeep_event",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("staff_id", Identity),
    Column("staff_name", Text, nullable=False),
    # backup, restore, drill
    Column("kind", String(16), nullable=False),
    # Counts, sizes and results; nobody's data.
    Column("facts", JsonText, nullable=False),
    Index("ix_upkeep_event_kind_at", "kind", "at"),
)
