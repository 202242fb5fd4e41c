"""What cases of rectification are about (P20)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rights_rectification",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_number", ID, sa.ForeignKey("rights_case.number"), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("proposed", sa.LargeBinary()),
        sa.Column("evidence", ID, sa.ForeignKey("rights_case_file.id")),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", ID),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(16)),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("origin", sa.Text()),
        sa.CheckConstraint("decision IN ('granted', 'refused')", name="decision"),
    )
    op.create_index(
        "uq_rights_rectification_field", "rights_rectification", ["case_number", "field"], unique=True
    )
    op.create_index("ix_rights_rectification_evidence", "rights_rectification", ["evidence"])
