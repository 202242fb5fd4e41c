"""The tables of the customers room, and the search index over them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
MONEY = sa.BigInteger()
# Compared byte by byte on both databases.
PLAIN = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    _customers()
    _sealed_and_periods()
    _search()
    _orders()
    _invoices()
    if op.get_bind().dialect.name == "sqlite":
        _search_index_sqlite()
    else:
        _search_index_postgresql()


def _to(table: str, column: str, target: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=f"fk_{table}_{column}_{target}")


def _sourced() -> tuple[sa.Column[object], ...]:
    return (
        *_recorded(),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_detail", sa.Text(), nullable=False),
        sa.Column("batch_id", ROW_ID),
    )


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("actor_id", ROW_ID),
        sa.Column("actor_name", sa.Text(), nullable=False),
    )


def _customers() -> None:
    op.create_table(
        "number_series",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_number_series"),
    )
    op.create_table(
        "customer",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("number", PLAIN, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text()),
        sa.Column("last_name", sa.Text()),
        sa.Column("organisation_name", sa.Text()),
        sa.Column("business_id", sa.Text()),
        sa.Column("represents", ROW_ID),
        sa.Column("email", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("www", sa.Text()),
        sa.Column("street", sa.Text()),
        sa.Column("postcode", sa.Text()),
        sa.Column("town", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("protected_address", sa.Boolean(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name="ck_customer_kind"),
        sa.CheckConstraint("status IN ('active', 'ended', 'erased')", name="ck_customer_status"),
        _to("customer", "represents", "customer"),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
        sa.UniqueConstraint("number", name="uq_customer_number"),
    )
    op.create_index("ix_customer_business_id", "customer", ["business_id"])
    op.create_index("ix_customer_represents", "customer", ["represents"])
    op.create_table(
        "customer_change",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("customer_id", ROW_ID, nullable=False),
        *_sourced(),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("article_18_use", sa.Text()),
        _to("customer_change", "customer_id", "customer"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_change"),
    )
    op.create_index("ix_customer_change_customer_id", "customer_change", ["customer_id", "id"])


def _sealed_and_periods() -> None:
    op.create_table(
        "customer_sealed",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("customer_id", ROW_ID, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        *_sourced(),
        _to("customer_sealed", "customer_id", "customer"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_sealed"),
    )
    op.create_index("ix_customer_sealed_customer_id", "customer_sealed", ["customer_id", "field", "id"])
    _period("customer_ban", "kind", "origin")
    _period("customer_restriction", "ground", "detail")


def _period(table: str, kind: str, words: str) -> None:
    op.create_table(
        table,
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("customer_id", ROW_ID, nullable=False),
        sa.Column(kind, sa.Text(), nullable=False),
        sa.Column(words, sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        *_recorded(),
        sa.Column("lifted_on", sa.Date()),
        sa.Column("lifted_at", INSTANT),
        sa.Column("lifted_by", ROW_ID),
        sa.Column("lifted_by_name", sa.Text()),
        sa.Column("lifted_reason", sa.Text()),
        _to(table, "customer_id", "customer"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_customer_id", table, ["customer_id"])
    in_force = sa.text("lifted_at IS NULL")
    op.create_index(
        f"uq_{table}_in_force",
        table,
        ["customer_id", kind],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )


def _search() -> None:
    op.create_table(
        "customer_search",
        sa.Column("customer_id", ROW_ID, nullable=False, autoincrement=False),
        sa.Column("place", sa.BigInteger()),
        sa.Column("sort_key", PLAIN, nullable=False),
        sa.Column("lead", PLAIN, nullable=False),
        sa.Column("words", PLAIN, nullable=False),
        _to("customer_search", "customer_id", "customer"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_customer_search"),
        sa.UniqueConstraint("place", name="uq_customer_search_place"),
    )
    placed = sa.text("place IS NOT NULL")
    op.create_index(
        "ix_customer_search_order",
        "customer_search",
        ["sort_key", "customer_id"],
        sqlite_where=placed,
        postgresql_where=placed,
    )
    op.create_table(
        "customer_place_count",
        sa.Column("bucket", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name="pk_customer_place_count"),
    )


def _search_index_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE customer_fts USING fts5("
        "lead, words, content='customer_search', content_rowid='place',"
        " detail='none', columnsize=0, tokenize='ascii', prefix='1 2 3 4 5 6 7 8')"
    )


def _search_index_postgresql() -> None:
    for length in (1, 2, 3, 4, 5, 6):
        op.execute(
            f"CREATE INDEX ix_customer_search_lead_{length} ON customer_search (left(lead, {length}), place)"
        )
    op.execute(
        "CREATE INDEX ix_customer_search_words ON customer_search"
        " USING gin (array_to_tsvector(string_to_array(substr(words, 2), ' ')))"
        # Every search reads the whole pending list, so it stays short (kilobytes; 4 MB by default).
        " WITH (gin_pending_list_limit = 64)"
    )


def _orders() -> None:
    op.create_table(
        "customer_order",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", ROW_ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("invoice_number", sa.BigInteger()),
        sa.Column("total_net", MONEY, nullable=False),
        sa.Column("total_vat", MONEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'placed', 'sending', 'sent', 'in_doubt', 'archived', 'cancelled')",
            name="ck_customer_order_state",
        ),
        _to("customer_order", "customer_id", "customer"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_order"),
        sa.UniqueConstraint("number", name="uq_customer_order_number"),
        sa.UniqueConstraint("invoice_number", name="uq_customer_order_invoice_number"),
    )
    op.create_index("ix_customer_order_customer_id", "customer_order", ["customer_id"])
    op.create_index("ix_customer_order_state", "customer_order", ["state"])
    op.create_table(
        "order_line",
        sa.Column("order_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("vat_percent", sa.BigInteger(), nullable=False),
        _to("order_line", "order_id", "customer_order"),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_order_line"),
    )
    op.create_table(
        "order_change",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("order_id", ROW_ID, nullable=False),
        *_sourced(),
        sa.Column("changes", sa.Text(), nullable=False),
        _to("order_change", "order_id", "customer_order"),
        sa.PrimaryKeyConstraint("id", name="pk_order_change"),
    )
    op.create_index("ix_order_change_order_id", "order_change", ["order_id", "id"])


def _invoices() -> None:
    op.create_table(
        "invoice",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("order_id", ROW_ID, nullable=False),
        sa.Column("customer_id", ROW_ID, nullable=False),
        sa.Column("accounting_key", sa.Text()),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("total", MONEY, nullable=False),
        sa.Column("open_total", MONEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'overdue', 'in_collection', 'paid', 'written_off', 'rejected')",
            name="ck_invoice_state",
        ),
        _to("invoice", "order_id", "customer_order"),
        _to("invoice", "customer_id", "customer"),
        sa.PrimaryKeyConstraint("number", name="pk_invoice"),
        sa.UniqueConstraint("order_id", name="uq_invoice_order_id"),
    )
    op.create_index("ix_invoice_customer_id", "invoice", ["customer_id"])
    op.create_index("ix_invoice_state", "invoice", ["state"])
    op.create_table(
        "invoice_change",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("invoice_number", sa.BigInteger(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        *_sourced(),
        sa.Column("changes", sa.Text(), nullable=False),
        _to("invoice_change", "invoice_number", "invoice", "number"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_change"),
    )
    op.create_index("ix_invoice_change_invoice_number", "invoice_change", ["invoice_number", "id"])
