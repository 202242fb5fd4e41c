"""The tables of recipients, transfers and credit checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "recipient_version",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", identity),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name="pk_recipient_version"),
    )
    op.create_table(
        "transfer",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("recipient_code", sa.String(64), nullable=False),
        sa.Column("recipient_version", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("basis", sa.String(32), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("task", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("staff_id", identity),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("adapter", sa.String(64), nullable=False),
        sa.Column("adapter_version", sa.String(32), nullable=False),
        sa.Column("environment", sa.String(16), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("payload_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("attempted_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transfer"),
        sa.ForeignKeyConstraint(
            ["recipient_code", "recipient_version"],
            ["recipient_version.code", "recipient_version.version"],
            name="fk_transfer_recipient_code_recipient_version",
        ),
        sa.UniqueConstraint("number", name="uq_transfer_number"),
    )
    looked_at = {
        "recipient": "recipient_code",
        "purpose": "purpose",
        "state": "state",
        "staff": "staff_id",
        "created_at": "created_at",
    }
    along = ["recipient_code", "purpose", "state", "staff_id", "created_at"]
    for name, column in looked_at.items():
        rest = [it for it in along if it != column]
        op.create_index(f"ix_transfer_{name}", "transfer", [column, "number", *rest])
    op.create_table(
        "transfer_line",
        sa.Column("transfer_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("item_id", sa.String(16), nullable=False),
        sa.Column("customer_id", identity),
        sa.Column("key", sa.Text()),
        sa.Column("tag", sa.LargeBinary(16), nullable=False),
        sa.Column("commitment", sa.LargeBinary(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("state", sa.String(16)),
        sa.Column("reference", sa.Text()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", "number", name="pk_transfer_line"),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name="fk_transfer_line_transfer_id_transfer"
        ),
    )
    op.create_index("ix_transfer_line_customer", "transfer_line", ["customer_id"])
    op.create_index("ix_transfer_line_item", "transfer_line", ["transfer_id", "item_id"], unique=True)
    op.create_table(
        "transfer_left_out",
        sa.Column("transfer_id", sa.String(36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("customer_id", identity),
        sa.Column("customer_number", sa.Text()),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", "place", name="pk_transfer_left_out"),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name="fk_transfer_left_out_transfer_id_transfer"
        ),
    )
    op.create_index("ix_transfer_left_out_customer", "transfer_left_out", ["customer_id"])
    op.create_table(
        "transfer_key",
        sa.Column("recipient_code", sa.String(64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("transfer_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("recipient_code", "key", name="pk_transfer_key"),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name="fk_transfer_key_transfer_id_transfer"
        ),
    )
    op.create_index("ix_transfer_key_transfer", "transfer_key", ["transfer_id"])
    op.create_table(
        "transfer_attempt",
        sa.Column("transfer_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", "number", name="pk_transfer_attempt"),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name="fk_transfer_attempt_transfer_id_transfer"
        ),
    )
    op.create_table(
        "transfer_event",
        sa.Column("id", identity, nullable=False),
        sa.Column("transfer_id", sa.String(36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", identity),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_transfer_event"),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name="fk_transfer_event_transfer_id_transfer"
        ),
    )
    op.create_index("ix_transfer_event_transfer", "transfer_event", ["transfer_id"])
    op.create_table(
        "credit_check",
        sa.Column("id", identity, nullable=False),
        sa.Column("customer_id", identity),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("staff_id", identity),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("informed", sa.Text()),
        sa.Column("transfer_id", sa.String(36)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("answer_expires_at", sa.BigInteger()),
        sa.Column("decision", sa.String(32)),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decided_by", identity),
        sa.Column("decided_by_name", sa.Text()),
        sa.Column("reasons", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_credit_check"),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name="fk_credit_check_transfer_id_transfer"
        ),
    )
    op.create_index("ix_credit_check_customer", "credit_check", ["customer_id"])
    op.create_index("ix_credit_check_expires", "credit_check", ["answer_expires_at"])
