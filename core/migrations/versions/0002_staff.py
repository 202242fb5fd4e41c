"""The tables of the staff room, and the triggers that keep its logs append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
APPEND_ONLY = ("access_event", "sign_in_event", "staff_change")


def upgrade() -> None:
    """Make them."""
    _members()
    _agreements()
    _keys_and_sessions()
    _events()
    if op.get_bind().dialect.name == "sqlite":
        _append_only_sqlite()
    else:
        _append_only_postgresql()


def _staff(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff_member.id"], name=f"fk_{table}_{column}_staff_member")


def _members() -> None:
    op.create_table(
        "staff_member",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_name", sa.String(40), nullable=False),
        sa.Column("user_name_key", sa.String(80), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("password_changed_at", INSTANT, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", ROW_ID),
        sa.Column("disabled_at", INSTANT),
        _staff("staff_member", "added_by"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_member"),
        sa.UniqueConstraint("user_name_key", name="uq_staff_member_user_name_key"),
    )
    op.create_table(
        "staff_role",
        sa.Column("staff_id", ROW_ID, nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        _staff("staff_role", "staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "role", name="pk_staff_role"),
    )
    op.create_table(
        "staff_change",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", ROW_ID, nullable=False),
        sa.Column("staff_id", ROW_ID, nullable=False),
        sa.Column("change", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        _staff("staff_change", "recorded_by"),
        _staff("staff_change", "staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_change"),
    )
    op.create_index("ix_staff_change_staff_id", "staff_change", ["staff_id"])


def _agreements() -> None:
    op.create_table(
        "confidentiality_agreement",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("staff_id", ROW_ID, nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", ROW_ID, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_by", ROW_ID),
        _staff("confidentiality_agreement", "staff_id"),
        _staff("confidentiality_agreement", "recorded_by"),
        _staff("confidentiality_agreement", "ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_confidentiality_agreement"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name="ck_confidentiality_agreement_dates_in_order"
        ),
    )
    op.create_index("ix_confidentiality_agreement_staff_id", "confidentiality_agreement", ["staff_id"])


def _keys_and_sessions() -> None:
    op.create_table(
        "ssh_key",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("staff_id", ROW_ID, nullable=False),
        sa.Column("key_type", sa.String(50), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(60), nullable=False),
        sa.Column("comment", sa.String(100), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", ROW_ID, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.Column("revoked_by", ROW_ID),
        _staff("ssh_key", "staff_id"),
        _staff("ssh_key", "added_by"),
        _staff("ssh_key", "revoked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_ssh_key"),
        sa.UniqueConstraint("fingerprint", name="uq_ssh_key_fingerprint"),
    )
    op.create_index("ix_ssh_key_staff_id", "ssh_key", ["staff_id"])
    op.create_table(
        "staff_session",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("staff_id", ROW_ID, nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("key_id", ROW_ID),
        sa.Column("origin", sa.String(100), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("locked_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("end_reason", sa.String(30)),
        _staff("staff_session", "staff_id"),
        sa.ForeignKeyConstraint(["key_id"], ["ssh_key.id"], name="fk_staff_session_key_id_ssh_key"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_session"),
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"])


def _events() -> None:
    op.create_table(
        "sign_in_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("staff_id", ROW_ID),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(30), nullable=False),
        sa.Column("origin", sa.String(100), nullable=False),
        sa.Column("session_id", sa.String(32)),
        _staff("sign_in_event", "staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_event"),
    )
    op.create_index("ix_sign_in_event_staff_id", "sign_in_event", ["staff_id"])
    op.create_table(
        "sign_in_delay",
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure_at", INSTANT, nullable=False),
        sa.Column("allowed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_delay"),
    )
    op.create_table(
        "access_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("staff_id", ROW_ID),
        sa.Column("session_id", sa.String(32)),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("customer_id", ROW_ID),
        sa.Column("task", sa.String(200), nullable=False),
        sa.Column("detail", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_access_event"),
    )
    op.create_index("ix_access_event_customer_id", "access_event", ["customer_id", "id"])


def _append_only_sqlite() -> None:
    for table in APPEND_ONLY:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
        # INSERT OR REPLACE removes the old row without firing the delete trigger.
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - our own names
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} {refuse}")


def _append_only_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
