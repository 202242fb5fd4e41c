"""The tables of reviews, approvals, refusals, findings and looks, and the triggers that keep what only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
APPEND_ONLY = ("transfer_refusal", "review", "finding_event")


def upgrade() -> None:
    """Make them."""
    _before_sending()
    _findings()
    _reviews()
    _looks()
    if op.get_bind().dialect.name == "sqlite":
        _append_only_sqlite()
    else:
        _append_only_postgresql()


def _before_sending() -> None:
    op.create_table(
        "transfer_approval",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("recipient_code", sa.String(64), nullable=False),
        sa.Column("recipient_version", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("task", sa.String(64), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("request", sa.LargeBinary()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asked_by", ROW_ID),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", ROW_ID),
        sa.Column("decided_by_name", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("log_index", sa.BigInteger()),
        sa.Column("transfer_id", sa.String(36)),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name="fk_transfer_approval_transfer_id_transfer"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_transfer_approval"),
        sa.UniqueConstraint("uuid", name="uq_transfer_approval_uuid"),
        sa.UniqueConstraint("transfer_id", name="uq_transfer_approval_transfer_id"),
    )
    op.create_index("ix_transfer_approval_state", "transfer_approval", ["state"])
    op.create_table(
        "transfer_refusal",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("staff_id", ROW_ID),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("recipient", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("task", sa.String(64), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("customer_id", ROW_ID),
        sa.PrimaryKeyConstraint("id", name="pk_transfer_refusal"),
    )
    op.create_index("ix_transfer_refusal_recorded_at", "transfer_refusal", ["recorded_at"])


def _findings() -> None:
    op.create_table(
        "finding",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", ROW_ID),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("transfer_number", sa.BigInteger()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("owner_id", ROW_ID),
        sa.Column("owner_name", sa.Text()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
    )
    op.create_index("ix_finding_rule_subject", "finding", ["rule", "subject"])
    op.create_index("ix_finding_state", "finding", ["state"])
    op.create_table(
        "finding_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("finding_id", ROW_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", ROW_ID),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("owner_name", sa.Text()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name="fk_finding_event_finding_id_finding"),
        sa.PrimaryKeyConstraint("id", name="pk_finding_event"),
    )
    op.create_index("ix_finding_event_finding_id", "finding_event", ["finding_id"])


def _reviews() -> None:
    op.create_table(
        "review_sample",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=False),
        sa.Column("staff_id", ROW_ID),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("start_size", sa.BigInteger(), nullable=False),
        sa.Column("end_size", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_sample"),
    )
    op.create_table(
        "review_sample_item",
        sa.Column("sample_id", ROW_ID, nullable=False),
        sa.Column("transfer_number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("looked_at", INSTANT),
        sa.Column("looked_by", ROW_ID),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["review_sample.id"], name="fk_review_sample_item_sample_id_review_sample"
        ),
        sa.PrimaryKeyConstraint("sample_id", "transfer_number", name="pk_review_sample_item"),
    )
    op.create_table(
        "review",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("staff_id", ROW_ID),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("start_size", sa.BigInteger(), nullable=False),
        sa.Column("end_size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("still_open", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("uuid", name="uq_review_uuid"),
    )


def _looks() -> None:
    op.create_table(
        "log_look",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", ROW_ID),
        sa.Column("session_id", sa.String(32)),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_look"),
    )
    op.create_table(
        "log_look_line",
        sa.Column("look_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("access_id", ROW_ID, nullable=False),
        sa.Column("tag", sa.LargeBinary(16), nullable=False),
        sa.Column("commitment", sa.LargeBinary(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("nonce", sa.LargeBinary(32)),
        sa.ForeignKeyConstraint(["look_id"], ["log_look.id"], name="fk_log_look_line_look_id_log_look"),
        sa.PrimaryKeyConstraint("look_id", "number", name="pk_log_look_line"),
        sa.UniqueConstraint("access_id", name="uq_log_look_line_access_id"),
    )


def _append_only_sqlite() -> None:
    for table in APPEND_ONLY:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
        # INSERT OR REPLACE removes the old row without firing the delete trigger.
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - our own names
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} {refuse}")


def _append_only_postgresql() -> None:
    # refuse_change() is migration 0002's.
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
