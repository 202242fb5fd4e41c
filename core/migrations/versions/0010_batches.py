"""Batches of any values, decided on by persons and undone: what a row says is a mapping, and who decided stands by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "kind IN ('load', 'update', 'undo')"
STATES = "state IN ('reading', 'ready', 'applying', 'done', 'undoing', 'undone')"
BATCH = (
    "id, kind, name, file, digest, size, delimiter, headings, state, position, counts, started_at, finished_at,"
    " actor_id, actor_name, quarantine_file"
)
ROW = "batch_id, line, key, customer_id, meaning, answered_on, outcome, reason, cells, problem"


def upgrade() -> None:
    """Make the tables anew on SQLite, which can neither change a check nor do without row ids later."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuilt()
    else:
        _altered()
    op.create_index("ix_batch_undoes", "batch", ["undoes"])
    op.create_index("ix_batch_row_customer_id", "batch_row", ["customer_id", "batch_id"])
    # Which batch recorded a ban; which earlier change gave the values that an undo brought back.
    op.add_column("customer_ban", sa.Column("batch_id", ID))
    op.add_column("customer_change", sa.Column("restores", ID))


def _rebuilt() -> None:
    for index in ("ix_batch_digest",):
        op.drop_index(index, "batch")
    for index in ("ix_batch_row_customer_id", "ix_batch_row_key", "ix_batch_row_outcome"):
        op.drop_index(index, "batch_row")
    op.rename_table("batch_row", "batch_row_before")
    op.rename_table("batch", "batch_before")
    _create_batch()
    _create_batch_row()
    op.execute(
        f"INSERT INTO batch ({BATCH}, source_kind) SELECT {BATCH},"  # noqa: S608 - the columns are ours
        " CASE kind WHEN 'load' THEN 'first_load' ELSE 'address_service' END FROM batch_before"
    )
    op.execute(
        f'INSERT INTO batch_row ({ROW}, "values") SELECT {ROW}, CASE WHEN street IS NOT NULL THEN'  # noqa: S608 - ours
        " json_object('country', country, 'postcode', postcode, 'street', street, 'town', town) END"
        " FROM batch_row_before"
    )
    op.drop_table("batch_row_before")
    op.drop_table("batch_before")


def _create_batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("undoes", ID, sa.ForeignKey("batch.id")),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("delimiter", sa.Text(), nullable=False),
        sa.Column("headings", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("actor_id", ID),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("quarantine_file", sa.Text()),
        sa.CheckConstraint(KINDS, name="kind"),
        sa.CheckConstraint(STATES, name="state"),
    )
    op.create_index("ix_batch_digest", "batch", ["digest", "kind", "name"])


def _create_batch_row() -> None:
    op.create_table(
        "batch_row",
        sa.Column("batch_id", ID, sa.ForeignKey("batch.id"), primary_key=True, autoincrement=False),
        sa.Column("line", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text()),
        sa.Column("customer_id", ID, sa.ForeignKey("customer.id")),
        sa.Column("meaning", sa.Text()),
        sa.Column("answered_on", sa.Date()),
        sa.Column("values", sa.Text()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        *_new_row_columns(),
        sa.Column("cells", sa.Text()),
        sa.Column("problem", sa.Text()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_batch_row_outcome", "batch_row", ["batch_id", "outcome", "line"])


def _new_row_columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("matched_by", sa.Text()),
        sa.Column("grade", sa.Integer()),
        sa.Column("explanation", sa.Text()),
        sa.Column("decision", sa.Text()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decided_by", ID),
        sa.Column("decided_by_name", sa.Text()),
    )


def _altered() -> None:
    for name, check in (("kind", KINDS), ("state", STATES)):
        op.drop_constraint(name, "batch", type_="check")
        op.create_check_constraint(name, "batch", check)
    op.add_column("batch", sa.Column("undoes", ID, sa.ForeignKey("batch.id")))
    op.add_column("batch", sa.Column("source_kind", sa.Text()))
    op.execute(
        "UPDATE batch SET source_kind = CASE kind WHEN 'load' THEN 'first_load' ELSE 'address_service' END"
    )
    op.alter_column("batch", "source_kind", nullable=False)
    op.add_column("batch_row", sa.Column("values", sa.Text()))
    for column in _new_row_columns():
        op.add_column("batch_row", column)
    op.execute(
        "UPDATE batch_row SET \"values\" = json_build_object('country', country, 'postcode', postcode,"
        " 'street', street, 'town', town)::text WHERE street IS NOT NULL"
    )
    for part in ("street", "postcode", "town", "country"):
        op.drop_column("batch_row", part)
    op.drop_index("ix_batch_row_customer_id", "batch_row")
    op.drop_index("ix_batch_row_key", "batch_row")
