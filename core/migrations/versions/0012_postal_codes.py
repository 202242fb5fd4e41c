"""The tables of postal codes: postcodes and streets as Posti's files have them, and which files were loaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
PLAIN = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them; they are empty until a file is loaded."""
    op.create_table(
        "postal_code",
        sa.Column("code", PLAIN, primary_key=True),
        sa.Column("name_fi", sa.Text(), nullable=False),
        sa.Column("name_sv", sa.Text(), nullable=False),
        sa.Column("short_fi", sa.Text(), nullable=False),
        sa.Column("short_sv", sa.Text(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("municipality_fi", sa.Text(), nullable=False),
        sa.Column("municipality_sv", sa.Text(), nullable=False),
        sa.Column("folded_fi", PLAIN, nullable=False),
        sa.Column("folded_sv", PLAIN, nullable=False),
    )
    op.create_table(
        "postal_street",
        sa.Column("id", ID, primary_key=True),
        sa.Column("code", PLAIN, nullable=False),
        sa.Column("street_fi", sa.Text(), nullable=False),
        sa.Column("street_sv", sa.Text(), nullable=False),
        sa.Column("folded_fi", PLAIN, nullable=False),
        sa.Column("folded_sv", PLAIN, nullable=False),
        sa.Column("parity", sa.Integer(), nullable=False),
        sa.Column("lowest", sa.Integer()),
        sa.Column("highest", sa.Integer()),
    )
    op.create_table(
        "postal_file",
        sa.Column("layout", sa.Text(), primary_key=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.Column("actor_id", ID),
        sa.Column("actor_name", sa.Text(), nullable=False),
    )
    for table in ("postal_code", "postal_street"):
        for column in ("folded_fi", "folded_sv"):
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index("ix_postal_street_code", "postal_street", ["code"])
