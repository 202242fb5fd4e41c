"""Which master key new keys are wrapped under: one row, so that changing the key and making keys know of each other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and its row."""
    table = op.create_table(
        "master_key",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("key_id", sa.String(16)),
        sa.Column("begun_at", sa.BigInteger()),
        sa.Column("done_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_master_key"),
    )
    op.bulk_insert(table, [{"id": 1}])
