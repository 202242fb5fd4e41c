"""The tables of batches: first loads and address updates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "batch",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("delimiter", sa.Text(), nullable=False),
        sa.Column("headings", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("actor_id", ID),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("quarantine_file", sa.Text()),
        sa.CheckConstraint("kind IN ('load', 'update')", name="kind"),
        sa.CheckConstraint("state IN ('reading', 'ready', 'applying', 'done')", name="state"),
    )
    op.create_index("ix_batch_digest", "batch", ["digest", "kind", "name"])
    op.create_table(
        "batch_row",
        sa.Column("batch_id", ID, sa.ForeignKey("batch.id"), primary_key=True, autoincrement=False),
        sa.Column("line", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text()),
        sa.Column("customer_id", ID, sa.ForeignKey("customer.id")),
        sa.Column("meaning", sa.Text()),
        sa.Column("answered_on", sa.Date()),
        sa.Column("street", sa.Text()),
        sa.Column("postcode", sa.Text()),
        sa.Column("town", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("cells", sa.Text()),
        sa.Column("problem", sa.Text()),
    )
    op.create_index("ix_batch_row_customer_id", "batch_row", ["customer_id"])
    op.create_index("ix_batch_row_key", "batch_row", ["batch_id", "key"])
    op.create_index("ix_batch_row_outcome", "batch_row", ["batch_id", "outcome", "line"])
