"""The table of saved mappings; nothing is ever changed in it, what is newer stands after what was before."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Table, Text

from core.database import Identity, Instant, JsonText, metadata

update_mapping_table: Final = Table(
    "update_mapping",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("service", Text, nullable=False),
    # As [updates.<service>.answer] would have it; what stands at its default is left out.
    Column("answer", JsonText, nullable=False),
    # Digest of the configuration's own mapping then: a mapping saved over another one is not in force.
    Column("basis", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("actor_id", Identity),
    Column("actor_name", Text, nullable=False),
    Index("ix_update_mapping_service", "service", "id"),
)
