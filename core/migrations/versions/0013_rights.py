"""The tables of cases: requests of data subjects, their clock, what happened, what was attached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
STATES = "state IN ('open', 'waiting_identity', 'decided', 'waiting_hold', 'closed', 'withdrawn')"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "rights_case",
        sa.Column("number", ID, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("customer_id", ID, sa.ForeignKey("customer.id")),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", ID),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("signed", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("identity", sa.String(16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended_on", sa.Date()),
        sa.Column("owner_id", ID),
        sa.Column("owner_name", sa.Text()),
        sa.Column("decision", sa.String(16)),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", ID),
        sa.Column("decided_by_name", sa.Text()),
        sa.Column("due_by_itself_on", sa.Date()),
        sa.Column("answered_on", sa.Date()),
        sa.Column("closed_at", INSTANT),
        sa.Column("wrapped_key", sa.LargeBinary()),
        sa.Column("request", sa.LargeBinary()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(STATES, name="state"),
    )
    op.create_index("ix_rights_case_customer_id", "rights_case", ["customer_id"])
    op.create_index("ix_rights_case_worklist", "rights_case", ["state", "due_on", "number"])
    op.create_table(
        "rights_case_pause",
        sa.Column("case_number", ID, sa.ForeignKey("rights_case.number"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
    )
    op.create_table(
        "rights_case_event",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_number", ID, sa.ForeignKey("rights_case.number"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", ID),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("words", sa.LargeBinary()),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    op.create_index("ix_rights_case_event_case_number", "rights_case_event", ["case_number", "id"])
    op.create_table(
        "rights_case_file",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_number", ID, sa.ForeignKey("rights_case.number"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", ID),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary()),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("size", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_rights_case_file_case_number", "rights_case_file", ["case_number"])
