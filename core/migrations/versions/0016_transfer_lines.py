"""Outcomes are written by a line's number, which is its key: the index by item only cost each sending its upkeep."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_transfer_line_item", "transfer_line")
