"""Mappings of update services that people saved, each with those before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "update_mapping",
        sa.Column("id", ID, primary_key=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", ID),
        sa.Column("actor_name", sa.Text(), nullable=False),
    )
    op.create_index("ix_update_mapping_service", "update_mapping", ["service", "id"])
