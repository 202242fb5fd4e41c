"""The tables of the customers room.

``customer`` holds what is known now, ``customer_change`` every change of it with its source, ``customer_sealed``
bank details and IP addresses with their history.  Bans and restrictions are periods: a row is made when one begins and
closed once when it is lifted; nothing else of it ever changes.  ``customer_search`` is the search index's own text and
each customer's place in the Finnish order of names (`core.customers.places`); on SQLite migration 0003 puts the FTS5
table ``customer_fts`` over it, on PostgreSQL the indexes named in `core.customers.index_postgresql`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator

from core.database import Identity, Instant, JsonText, Money, metadata

if TYPE_CHECKING:
    from sqlalchemy import Dialect

# Compared byte by byte on both databases, so that orders and prefixes agree.
Plain: Final = Text().with_variant(Text(collation="C"), "postgresql")


class Exact(TypeDecorator[Decimal]):
    """A `Decimal` with a fixed number of places, kept as a whole number: SQLite has no exact decimals."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        self.places = places
        super().__init__()

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To the whole number; more places than the column has is a programming error."""
        if value is None:
            return None
        scaled = value.scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError("more decimals than the column keeps")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """From the whole number."""
        return None if value is None else Decimal(value).scaleb(-self.places)


def _customer_id(*, index: bool = False) -> Column[int]:
    return Column("customer_id", Identity, ForeignKey("customer.id"), nullable=False, index=index)


def _recorded() -> tuple[Column[object], ...]:
    # The name is kept beside the id: a history tells who acted, under the name borne then.
    return (
        Column("recorded_at", Instant, nullable=False),
        Column("actor_id", Identity),
        Column("actor_name", Text, nullable=False),
    )


def _sourced() -> tuple[Column[object], ...]:
    return (
        *_recorded(),
        Column("source_kind", Text, nullable=False),
        Column("source_detail", Text, nullable=False),
        Column("batch_id", Identity),
    )


number_series_table: Final = Table(
    "number_series",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_number", BigInteger, nullable=False),
)

# Who may fall due (P11), as the due list asks for them: the index serves only what is asked in these words.
SILENT: Final = text("kind = 'person' AND status IN ('active', 'ended')")

customer_table: Final = Table(
    "customer",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", Plain, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("organisation_name", Text),
    Column("business_id", Text, index=True),
    Column("represents", Identity, ForeignKey("customer.id"), index=True),
    Column("email", Text),
    Column("phone", Text),
    Column("www", Text),
    Column("street", Text),
    Column("postcode", Text),
    Column("town", Text),
    Column("country", Text),
    Column("status", Text, nullable=False),
    Column("protected_address", Boolean(create_constraint=False), nullable=False),
    Column("started_on", Date, nullable=False),
    Column("ended_on", Date),
    # The latest service contact (`core.customers.contacts`); an unknown one counts as long ago, for a person to look at.
    Column("contact_on", Date, nullable=False, server_default="1900-01-01"),
    Column("version", Integer, nullable=False),
    Index("ix_customer_silent", "contact_on", "id", sqlite_where=SILENT, postgresql_where=SILENT),
    CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
    CheckConstraint("status IN ('active', 'ended', 'erased')", name="status"),
)

# A customer number that lives on: whose it was, and who stands for both since the two were merged (`core.merging`).
customer_alias_table: Final = Table(
    "customer_alias",
    metadata,
    Column("number", Plain, primary_key=True),
    _customer_id(index=True),
    # The emptied row, under whose id and data key the logs of before go on being read.
    Column("former_id", Identity, ForeignKey("customer.id"), nullable=False, unique=True),
    *_recorded(),
)

customer_change_table: Final = Table(
    "customer_change",
    metadata,
    Column("id", Identity, primary_key=True),
    _customer_id(),
    *_sourced(),
    # {field: [what it was, what it became]}
    Column("changes", JsonText, nullable=False),
    Column("article_18_use", Text),
    # Of an undo: the earlier change that gave the values which stand again, with that change's source beside it.
    Column("restores", Identity),
    Index("ix_customer_change_customer_id", "customer_id", "id"),
)

customer_sealed_table: Final = Table(
    "customer_sealed",
    metadata,
    Column("id", Identity, primary_key=True),
    _customer_id(),
    Column("field", Text, nullable=False),
    # NULL: from here on there is no value.  The highest id of a field is its present value.
    Column("sealed", LargeBinary),
    *_sourced(),
    Index("ix_customer_sealed_customer_id", "customer_id", "field", "id"),
)


def _period(name: str, *columns: Column[object], unique: tuple[str, ...]) -> Table:
    in_force = text("lifted_at IS NULL")
    return Table(
        name,
        metadata,
        Column("id", Identity, primary_key=True),
        _customer_id(),
        *columns,
        Column("since", Date, nullable=False),
        *_recorded(),
        Column("lifted_on", Date),
        Column("lifted_at", Instant),
        Column("lifted_by", Identity),
        Column("lifted_by_name", Text),
        Column("lifted_reason", Text),
        Index(f"uq_{name}_in_force", *unique, unique=True, sqlite_where=in_force, postgresql_where=in_force),
        Index(f"ix_{name}_customer_id", "customer_id"),
    )


customer_ban_table: Final = _period(
    "customer_ban",
    Column("kind", Text, nullable=False),
    Column("origin", Text, nullable=False),
    # Which batch recorded it, so that an undo finds it.
    Column("batch_id", Identity),
    unique=("customer_id", "kind"),
)

customer_restriction_table: Final = _period(
    "customer_restriction",
    Column("ground", Text, nullable=False),
    Column("detail", Text, nullable=False),
    # When and how the person was told that it will be lifted (Article 18(3)); without it, it is not lifted.
    Column("told_on", Date),
    Column("told_how", Text),
    unique=("customer_id", "ground"),
)

_placed: Final = text("place IS NOT NULL")

customer_search_table: Final = Table(
    "customer_search",
    metadata,
    Column("customer_id", Identity, ForeignKey("customer.id"), primary_key=True, autoincrement=False),
    # The place in name order: gapped, unique; NULL only inside the transaction that decides it.
    Column("place", BigInteger, unique=True),
    Column("sort_key", Plain, nullable=False),
    # The word that the name order begins with; then every other searchable word, each with a space before it.
    Column("lead", Plain, nullable=False),
    Column("words", Plain, nullable=False),
    Index(
        "ix_customer_search_order", "sort_key", "customer_id", sqlite_where=_placed, postgresql_where=_placed
    ),
)

# How many customers have their place in each stretch of `places.BUCKET` places: counts and far pages without counting.
customer_place_count_table: Final = Table(
    "customer_place_count",
    metadata,
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("customers", Integer, nullable=False),
)

customer_order_table: Final = Table(
    "customer_order",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    _customer_id(index=True),
    Column("state", Text, nullable=False, index=True),
    Column("placed_on", Date, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("reference", Text),
    Column("currency", Text, nullable=False),
    Column("invoice_number", BigInteger, unique=True),
    Column("total_net", Money, nullable=False),
    Column("total_vat", Money, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint(
        "state IN ('draft', 'placed', 'sending', 'sent', 'in_doubt', 'archived', 'cancelled')", name="state"
    ),
)

order_line_table: Final = Table(
    "order_line",
    metadata,
    Column("order_id", Identity, ForeignKey("customer_order.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("product", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("quantity", Exact(4), nullable=False),
    Column("unit_price", Exact(4), nullable=False),
    Column("vat_percent", Exact(2), nullable=False),
)

order_change_table: Final = Table(
    "order_change",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("order_id", Identity, ForeignKey("customer_order.id"), nullable=False),
    *_sourced(),
    Column("changes", JsonText, nullable=False),
    Index("ix_order_change_order_id", "order_id", "id"),
)

invoice_table: Final = Table(
    "invoice",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", Identity, ForeignKey("customer_order.id"), nullable=False, unique=True),
    _customer_id(index=True),
    Column("accounting_key", Text),
    Column("date", Date, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("total", Money, nullable=False),
    Column("open_total", Money, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("read_at", Instant, nullable=False),
    CheckConstraint(
        "state IN ('open', 'overdue', 'in_collection', 'paid', 'written_off', 'rejected')", name="state"
    ),
)

invoice_change_table: Final = Table(
    "invoice_change",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("invoice_number", BigInteger, ForeignKey("invoice.number"), nullable=False),
    Column("read_at", Instant, nullable=False),
    *_sourced(),
    Column("changes", JsonText, nullable=False),
    Index("ix_invoice_change_invoice_number", "invoice_number", "id"),
)
