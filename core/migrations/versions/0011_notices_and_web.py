"""The tables of notices to recipients, and of registrations from the company's site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
NOTICE_STATES = (
    "state IN ('due', 'sending', 'in_doubt', 'sent', 'printed', 'acknowledged', 'chased', 'not_needed')"
)
CAUSES = "cause IN ('change', 'rectification', 'erasure', 'restriction', 'restriction_lifted')"
WEB_STATES = "state IN ('added', 'known', 'proposed', 'accepted', 'rejected')"


def upgrade() -> None:
    """Make them."""
    _checks()
    _notices()
    _web()


def _checks() -> None:
    op.create_table(
        "notice_check",
        sa.Column("id", ID, primary_key=True),
        sa.Column("customer_id", ID, sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("change_id", ID, sa.ForeignKey("customer_change.id")),
        sa.Column("field", sa.Text()),
    )
    op.create_index("ix_notice_check_customer_id", "notice_check", ["customer_id"])
    op.create_index("ix_notice_check_change_id", "notice_check", ["change_id"])


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", ID, primary_key=True),
        sa.Column("customer_id", ID, sa.ForeignKey("customer.id")),
        sa.Column("recipient_code", sa.String(64), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("batch_id", ID),
        sa.Column("reference", sa.Text()),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("obstacle", sa.Text()),
        sa.Column("held_by", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.String(36), sa.ForeignKey("transfer.id")),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("chase_on", sa.Date()),
        sa.Column("chases", sa.Integer(), nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.CheckConstraint(NOTICE_STATES, name="state"),
        sa.CheckConstraint(CAUSES, name="cause"),
    )
    op.create_index("ix_notice_worklist", "notice", ["state", "due_on", "id"])
    op.create_index("ix_notice_customer_id", "notice", ["customer_id", "recipient_code"])
    op.create_index("ix_notice_transfer_id", "notice", ["transfer_id"])
    op.create_index("ix_notice_batch_id", "notice", ["batch_id"])
    op.create_index(
        "uq_notice_due",
        "notice",
        ["customer_id", "recipient_code", "cause"],
        unique=True,
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_table(
        "notice_event",
        sa.Column("id", ID, primary_key=True),
        sa.Column("notice_id", ID, sa.ForeignKey("notice.id"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", ID),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_index("ix_notice_event_notice_id", "notice_event", ["notice_id", "id"])


def _web() -> None:
    op.create_table(
        "web_file",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("actor_id", ID),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("quarantine_file", sa.Text()),
    )
    op.create_index("ix_web_file_digest", "web_file", ["digest"])
    op.create_table(
        "web_registration",
        sa.Column("id", ID, primary_key=True),
        sa.Column("submission", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("file_id", ID, sa.ForeignKey("web_file.id"), nullable=False),
        sa.Column("customer_id", ID, sa.ForeignKey("customer.id")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("values", sa.Text()),
        sa.Column("bans", sa.Text(), nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("visits_deleted_at", INSTANT),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", ID),
        sa.Column("decided_by_name", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.UniqueConstraint("submission", name="uq_web_registration_submission"),
        sa.CheckConstraint(WEB_STATES, name="state"),
    )
    op.create_index("ix_web_registration_customer_id", "web_registration", ["customer_id"])
    op.create_index("ix_web_registration_state", "web_registration", ["state"])
    op.create_index(
        "ix_web_registration_kept",
        "web_registration",
        ["submitted_at"],
        sqlite_where=sa.text("sealed IS NOT NULL"),
        postgresql_where=sa.text("sealed IS NOT NULL"),
    )
