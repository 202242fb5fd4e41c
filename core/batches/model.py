"""The tables of batches.

Values in ``batch_row`` are personal data on their way: they are emptied as soon as the row has been applied, or
written to the quarantine file, and stay only for rows that a person still has to decide on.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Text

from core.database import Identity, Instant, JsonText, metadata

batch_table: Final = Table(
    "batch",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("kind", Text, nullable=False),
    # The mapping's or the service's name in the configuration.
    Column("name", Text, nullable=False),
    # Whose word its values are (`core.customers.types.SourceKind`).
    Column("source_kind", Text, nullable=False),
    # Of an undo: the batch that it takes back.
    Column("undoes", Identity, ForeignKey("batch.id"), index=True),
    Column("file", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("delimiter", Text, nullable=False),
    Column("headings", JsonText, nullable=False),
    Column("state", Text, nullable=False),
    # The line of the file up to which the present state's work is done.
    Column("position", BigInteger, nullable=False),
    Column("counts", JsonText, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("actor_id", Identity),
    Column("actor_name", Text, nullable=False),
    Column("quarantine_file", Text),
    CheckConstraint("kind IN ('load', 'update', 'undo')", name="kind"),
    CheckConstraint("state IN ('reading', 'ready', 'applying', 'done', 'undoing', 'undone')", name="state"),
    Index("ix_batch_digest", "digest", "kind", "name"),
)

batch_row_table: Final = Table(
    "batch_row",
    metadata,
    Column("batch_id", Identity, ForeignKey("batch.id"), primary_key=True, autoincrement=False),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    # The row's own key: the customer number or business id that it names.
    Column("key", Text),
    Column("customer_id", Identity, ForeignKey("customer.id")),
    Column("meaning", Text),
    Column("answered_on", Date),
    # {field of CustomerValues: new value}; the whole address or none of it. Of an undo: {field: what was spared}.
    Column("values", JsonText),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    # number | business_id | likeness | person; how alike in hundredths; and why, for a person to read.
    Column("matched_by", Text),
    Column("grade", Integer),
    Column("explanation", JsonText),
    # accepted | rejected, by whom and when: of rows that waited for a person.
    Column("decision", Text),
    Column("decided_at", Instant),
    Column("decided_by", Identity),
    Column("decided_by_name", Text),
    # Quarantined rows only: the cells as they stood, and {heading, fi, en}.
    Column("cells", JsonText),
    Column("problem", JsonText),
    Index("ix_batch_row_customer_id", "customer_id", "batch_id"),
    Index("ix_batch_row_outcome", "batch_id", "outcome", "line"),
    sqlite_with_rowid=False,
)
