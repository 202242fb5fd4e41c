"""The tables of the log room, and the triggers that keep their rows as they were written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Table names of ours go into the statements below: DDL takes no parameters.
_KEEP = ("log_entry", "log_node", "log_checkpoint")
_GROW = ("log_head", "log_signed")


def upgrade() -> None:
    """Make them."""
    identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "log_entry",
        sa.Column("entry_index", identity, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_index", name="pk_log_entry"),
    )
    op.create_index("ix_log_entry_kind_entry_index", "log_entry", ["kind", "entry_index"])
    op.create_index("ix_log_entry_recorded_at", "log_entry", ["recorded_at"])
    op.create_table(
        "log_node",
        sa.Column("level", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "node_index", name="pk_log_node"),
    )
    head = op.create_table(
        "log_head",
        sa.Column("id", identity, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_head"),
    )
    signed = op.create_table(
        "log_signed",
        sa.Column("id", identity, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_signed"),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", identity, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_log_checkpoint"),
    )
    op.bulk_insert(head, [{"id": 1, "size": 0, "frontier": b""}])
    op.bulk_insert(signed, [{"id": 1, "size": -1}])
    fence = _fence_sqlite if op.get_bind().dialect.name == "sqlite" else _fence_postgresql
    fence()


def _fence_sqlite() -> None:
    same = {
        "log_entry": "entry_index = NEW.entry_index",
        "log_node": "level = NEW.level AND node_index = NEW.node_index",
        "log_checkpoint": "size = NEW.size",
    }
    for table in (*_KEEP, *_GROW):
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    for table in _KEEP:
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        # INSERT OR REPLACE removes the old row without firing the trigger against DELETE.
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of ours
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same[table]}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    for table in _GROW:
        op.execute(
            f"CREATE TRIGGER {table}_grows BEFORE UPDATE ON {table} WHEN NEW.size <= OLD.size OR NEW.id <> OLD.id "
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN NEW.id = 1 AND "  # noqa: S608 - names of ours
            f"EXISTS (SELECT 1 FROM {table}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} has one row'); END"
        )


def _fence_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION log_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.size <= OLD.size OR NEW.id <> OLD.id THEN "
        "RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    for table in _KEEP:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION log_append_only()"
        )
    for table in _GROW:
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION log_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_grows BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION log_only_grows()"
        )
    for table in (*_KEEP, *_GROW):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION log_append_only()"
        )
