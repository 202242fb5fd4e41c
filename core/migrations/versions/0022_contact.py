"""The latest service contact of each customer, kept beside the customer: what retention counts from (P11)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SILENT = sa.text("kind = 'person' AND status IN ('active', 'ended')")
# What there was before: the latest of each, by what names the customer.
EARLIER = (
    ("customer_order", "placed_on", ""),
    ("rights_case", "received_on", ""),
    ("customer_change", "{recorded_at}", "AND source_kind IN ('self', 'web_form')"),
    ("web_registration", "{submitted_at}", ""),
)
DAY = {
    "sqlite": "date({column} / 1000, 'unixepoch')",
    "postgresql": "CAST(to_timestamp({column} / 1000.0) AS date)",
}


def upgrade() -> None:
    """Add the column, fill it from what is known, and make the index of the due list."""
    op.add_column("customer", sa.Column("contact_on", sa.Date(), nullable=False, server_default="1900-01-01"))
    fill(op.get_bind())
    op.create_index(
        "ix_customer_silent",
        "customer",
        ["contact_on", "id"],
        sqlite_where=SILENT,
        postgresql_where=SILENT,
    )


def fill(connection: sa.Connection) -> None:
    """Work the latest contact of everybody out from what is known."""
    connection.execute(sa.text("UPDATE customer SET contact_on = started_on"))
    connection.execute(sa.text("UPDATE customer SET contact_on = ended_on WHERE ended_on > contact_on"))
    day = DAY[connection.dialect.name]
    for table, column, condition in EARLIER:
        value = day.format(column=column.strip("{}")) if column.startswith("{") else column
        latest = (
            f"SELECT customer_id, max({value}) AS contact_on FROM {table} "  # noqa: S608 - our own words
            f"WHERE customer_id IS NOT NULL {condition} GROUP BY customer_id"
        )
        connection.execute(
            sa.text(
                f"UPDATE customer SET contact_on = latest.contact_on FROM ({latest}) AS latest "  # noqa: S608
                "WHERE customer.id = latest.customer_id AND latest.contact_on > customer.contact_on"
            )
        )
