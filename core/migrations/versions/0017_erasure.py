"""The sealed copy of what vouchers need of an erased person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, and a place for what is looked for until an erasure is proved."""
    op.add_column("rights_case", sa.Column("looked_for", sa.LargeBinary()))
    op.create_table(
        "retention_voucher",
        sa.Column("customer_id", ID, sa.ForeignKey("customer.id"), primary_key=True, autoincrement=False),
        sa.Column("case_number", ID, sa.ForeignKey("rights_case.number"), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_retention_voucher_kept_until", "retention_voucher", ["kept_until"])
