"""The tables of cosignatures and of faults of the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "log_cosignature",
        sa.Column("size", identity, nullable=False),
        sa.Column("key_name", sa.String(255), nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["log_checkpoint.size"], name="fk_log_cosignature_size_log_checkpoint"
        ),
        sa.PrimaryKeyConstraint("size", "key_name", "key_id", name="pk_log_cosignature"),
    )
    op.create_table(
        "log_fault",
        sa.Column("id", identity, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger()),
        sa.Column("cleared_by", identity),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_log_fault"),
    )
