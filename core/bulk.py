"""Many rows in one go, as each database likes it best; for work by the thousand rows, where each microsecond counts.

Values are given as the driver takes them: instants in milliseconds, JSON as text (`json_text`), days as `date`. On SQLite
that is ``executemany`` without SQLAlchemy's work for each row; on PostgreSQL ``COPY`` and arrays unnested, one
statement however many rows.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Boolean, Date, Integer, LargeBinary
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, Connection, Table

Rows = list[tuple[Any, ...]]
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def json_text(value: object) -> str:
    """What a `core.database.JsonText` column holds for *value*."""
    return _ENCODER.encode(value)


def insert_many(connection: Connection, table: Table, columns: Sequence[str], rows: Rows) -> None:
    """Insert *rows*, each a value for each of *columns* in order."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) VALUES ({marks})",  # noqa: S608 - the names are the model's
            _with_days_as_text(table, columns, rows),
        )
        return
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def update_many(
    connection: Connection, table: Table, columns: Sequence[str], keys: Sequence[str], rows: Rows
) -> int:
    """Set *columns* of the rows that *keys* name; each of *rows* holds the columns' values, then the keys'.

    Returns:
        How many rows were there to be updated.
    """
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        new = ", ".join(f'"{name}" = ?' for name in columns)
        where = " AND ".join(f'"{name}" = ?' for name in keys)
        done = connection.exec_driver_sql(
            f"UPDATE {table.name} SET {new} WHERE {where}",  # noqa: S608 - the names are the model's
            _with_days_as_text(table, (*columns, *keys), rows),
        )
        return done.rowcount
    everything = (*columns, *keys)
    arrays = ", ".join(f"CAST(%s AS {_type_of(table.c[name])}[])" for name in everything)
    names = ", ".join(f"n{place}" for place in range(len(everything)))
    new = ", ".join(f'"{name}" = fresh.n{place}' for place, name in enumerate(columns))
    where = " AND ".join(
        f'{table.name}."{name}" = fresh.n{place}' for place, name in enumerate(keys, len(columns))
    )
    done = connection.exec_driver_sql(
        f"UPDATE {table.name} SET {new} FROM unnest({arrays}) AS fresh({names}) WHERE {where}",  # noqa: S608 - as above
        tuple([list(values) for values in zip(*rows, strict=True)]),
    )
    return done.rowcount


def _with_days_as_text(table: Table, columns: Sequence[str], rows: Rows) -> Rows:
    places = [place for place, name in enumerate(columns) if isinstance(table.c[name].type, Date)]
    if not places:
        return rows
    return [
        tuple(
            value.isoformat() if place in places and isinstance(value, date) else value
            for place, value in enumerate(row)
        )
        for row in rows
    ]


def _type_of(column: Column[Any]) -> str:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, Integer | BigInteger):
        return "bigint"
    if isinstance(kind, Boolean):
        return "boolean"
    if isinstance(kind, LargeBinary):
        return "bytea"
    return "date" if isinstance(kind, Date) else "text"


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """As `insert_many`, for rows that hold no days."""
    insert_many(connection, table, columns, list(rows))
