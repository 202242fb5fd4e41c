"""The tables of paper documents.

What a document is about is written once for each customer it concerns, sealed under that customer's data key, so that
erasing one of them takes nothing from the others and leaves nothing of the one.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, ForeignKey, Index, LargeBinary, String, Table, Text

from core.database import Identity, Instant, metadata

paper_table: Final = Table(
    "paper",
    metadata,
    Column("number", Identity, primary_key=True),
    # A locked place: room, cabinet, folder; names no customer.
    Column("place", Text, nullable=False),
    Column("since", Date, nullable=False),
    # The last day on which the law wants it kept, where a case has said so; destroyed after it.
    Column("keep_until", Date),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Identity),
    Column("recorded_by_name", Text, nullable=False),
    Column("destroyed_on", Date),
    Column("destroyed_by_name", Text),
    # A `Destruction`.
    Column("destroyed_how", String(16)),
    Column("destroyed_at", Instant),
    Column("destroyed_recorded_by", Identity),
    Index("ix_paper_keep_until", "keep_until"),
)

paper_customer_table: Final = Table(
    "paper_customer",
    metadata,
    Column("paper_number", Identity, ForeignKey("paper.number"), primary_key=True, autoincrement=False),
    Column("customer_id", Identity, ForeignKey("customer.id"), primary_key=True, autoincrement=False),
    # What the document is about, under the customer's data key.
    Column("about", LargeBinary, nullable=False),
    Index("ix_paper_customer_customer_id", "customer_id"),
)

paper_opener_table: Final = Table(
    "paper_opener",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("paper_number", Identity, ForeignKey("paper.number"), nullable=False, index=True),
    Column("staff_id", Identity, nullable=False),
    # The name is kept beside the id: an index tells who was named, under the name borne then.
    Column("staff_name", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
)
