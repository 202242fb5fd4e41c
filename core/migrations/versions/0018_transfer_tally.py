"""How many transfers came to an end, by recipient, purpose, state and sender; filled from those that there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make and fill the table."""
    op.create_table(
        "transfer_tally",
        sa.Column("recipient_code", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(16), primary_key=True),
        sa.Column("staff_id", ID, primary_key=True, autoincrement=False),
        sa.Column("transfers", sa.BigInteger(), nullable=False),
    )
    op.execute(
        "INSERT INTO transfer_tally (recipient_code, purpose, state, staff_id, transfers)"
        " SELECT recipient_code, purpose, state, COALESCE(staff_id, 0), COUNT(*) FROM transfer"
        " WHERE state NOT IN ('intent', 'sending')"
        " GROUP BY recipient_code, purpose, state, COALESCE(staff_id, 0)"
    )
