"""When and how a person was told that a restriction will be lifted (GDPR 18(3))."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("customer_restriction", sa.Column("told_on", sa.Date()))
    op.add_column("customer_restriction", sa.Column("told_how", sa.Text()))
