"""Rows by the thousand straight to the driver: for what is written in one piece and needs no conversion.

SQLAlchemy prepares each row's parameters in Python, which for a transfer of 100,000 persons costs more than sealing
them.  Here the statement is made once and the rows go as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Table


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert *rows*, tuples in the order of *columns*, as the driver takes them: numbers, text, bytes, None.

    An `Instant` is whole milliseconds here, a `Money` whole cents, a `JsonText` text.
    """
    if not rows:
        return
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    names = ", ".join(f'"{table.c[name].name}"' for name in columns)
    marks = ", ".join([mark] * len(columns))
    connection.exec_driver_sql(
        f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})',  # noqa: S608 - names of our own tables
        list(rows),
    )
