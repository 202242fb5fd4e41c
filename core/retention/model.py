"""The table of holds made by a person: a dispute, a claim, an authority's order."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, ForeignKey, Index, LargeBinary, String, Table, Text

from core.database import Identity, Instant, metadata

hold_table: Final = Table(
    "retention_hold",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("customer_id", Identity, ForeignKey("customer.id")),
    Column("kind", String(16), nullable=False),
    # Why, under the person's data key.
    Column("reason", LargeBinary),
    Column("law", Text, nullable=False),
    Column("since", Date, nullable=False),
    # The last day on which it holds; NULL: until somebody releases it.
    Column("until", Date),
    # A hold without an end is looked at again on this day.
    Column("review_on", Date, nullable=False),
    Column("owner_id", Identity),
    Column("owner_name", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Identity),
    Column("recorded_by_name", Text, nullable=False),
    Column("released_at", Instant),
    Column("released_by", Identity),
    Column("released_by_name", Text),
    Column("released_reason", LargeBinary),
    Index("ix_retention_hold_customer_id", "customer_id"),
    Index("ix_retention_hold_review_on", "review_on"),
)
