"""Numbers without gaps: customers, orders, invoices.  A number taken in work that is rolled back is given again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, text, update

from core.customers.model import number_series_table

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

CUSTOMERS: Final = "customer"
ORDERS: Final = "order"
INVOICES: Final = "invoice"

_BEGIN: Final = text(
    "INSERT INTO number_series (name, next_number) VALUES (:name, :first) ON CONFLICT (name) DO NOTHING"
)


def take(connection: Connection, name: str, count: int, first: int) -> range:
    """The next *count* numbers of the series, which begins at *first*; nobody else gets them unless this rolls back."""
    connection.execute(_BEGIN, {"name": name, "first": first})
    series = number_series_table
    taken = connection.execute(
        update(series)
        .where(series.c.name == name)
        .values(next_number=series.c.next_number + count)
        .returning(series.c.next_number)
    ).scalar_one()
    return range(taken - count, taken)


def move_past(connection: Connection, name: str, number: int, first: int) -> None:
    """Let the series go on after *number*, which was given by somebody else (an earlier system)."""
    connection.execute(_BEGIN, {"name": name, "first": first})
    series = number_series_table
    connection.execute(
        update(series)
        .where(series.c.name == name, series.c.next_number <= number)
        .values(next_number=number + 1)
    )


def next_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Row ids for *count* new rows of *table*, so that many rows and what refers to them are written without asking."""
    if connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        drawn = select(func.nextval(sequence)).select_from(func.generate_series(1, count).alias("each"))
        return list(connection.execute(drawn).scalars())
    # One writer at a time: nobody else can take these.
    highest = connection.execute(select(func.max(table.c.id))).scalar() or 0
    return list(range(highest + 1, highest + count + 1))
