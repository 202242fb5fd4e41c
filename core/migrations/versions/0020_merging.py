"""Customer numbers that live on after two customers were merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "customer_alias",
        sa.Column("number", PLAIN, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("former_id", ID, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", ID),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_customer_alias"),
        sa.UniqueConstraint("former_id", name="uq_customer_alias_former_id"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name="fk_customer_alias_customer_id_customer"
        ),
        sa.ForeignKeyConstraint(["former_id"], ["customer.id"], name="fk_customer_alias_former_id_customer"),
    )
    op.create_index("ix_customer_alias_customer_id", "customer_alias", ["customer_id"])
