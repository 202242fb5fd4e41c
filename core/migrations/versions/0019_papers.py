"""The index of paper documents (P12)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "paper",
        sa.Column("number", ID, primary_key=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("keep_until", sa.Date()),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", ID),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("destroyed_on", sa.Date()),
        sa.Column("destroyed_by_name", sa.Text()),
        sa.Column("destroyed_how", sa.String(16)),
        sa.Column("destroyed_at", sa.BigInteger()),
        sa.Column("destroyed_recorded_by", ID),
    )
    op.create_index("ix_paper_keep_until", "paper", ["keep_until"])
    op.create_table(
        "paper_customer",
        sa.Column("paper_number", ID, sa.ForeignKey("paper.number"), primary_key=True, autoincrement=False),
        sa.Column("customer_id", ID, sa.ForeignKey("customer.id"), primary_key=True, autoincrement=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_paper_customer_customer_id", "paper_customer", ["customer_id"])
    op.create_table(
        "paper_opener",
        sa.Column("id", ID, primary_key=True),
        sa.Column("paper_number", ID, sa.ForeignKey("paper.number"), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
    )
    op.create_index("ix_paper_opener_paper_number", "paper_opener", ["paper_number"])
