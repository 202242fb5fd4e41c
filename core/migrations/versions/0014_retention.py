"""Holds made by a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "retention_hold",
        sa.Column("id", ID, primary_key=True),
        sa.Column("customer_id", ID, sa.ForeignKey("customer.id")),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.LargeBinary()),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("owner_id", ID),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", ID),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("released_at", INSTANT),
        sa.Column("released_by", ID),
        sa.Column("released_by_name", sa.Text()),
        sa.Column("released_reason", sa.LargeBinary()),
    )
    op.create_index("ix_retention_hold_customer_id", "retention_hold", ["customer_id"])
    op.create_index("ix_retention_hold_review_on", "retention_hold", ["review_on"])
