"""Loading a backup's rows into a database that was empty, on either kind of database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Table, delete, inspect, select, text, update

from core import migrations
from core.backup.content import tables_of
from core.bulk import insert_many
from core.database import metadata
from core.disclosure.log.model import log_head, log_signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.backup.content import Head

# One row each, made by the migration; a trigger lets them only grow.
_ONLY_GROW: Final = frozenset({log_head.name, log_signed.name})
_CONSTRAINTS: Final = text(
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
)


def is_empty(connection: Connection) -> bool:
    """Whether there is no table at all."""
    return not inspect(connection).get_table_names()


class Loader:
    """Takes a backup's records in one transaction (`core.backup.reading.Taker`).

    Rows may refer to rows that come later (whom a person represents), so references are checked at the end.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables: Mapping[str, Table] = {}
        self._taken_off: Sequence[Any] = ()

    def head(self, head: Head) -> None:
        """Make the tables as they were when the backup was made."""
        migrations.upgrade_within(self._connection, head.shape)
        self._tables = tables_of(head)
        for name, table in self._tables.items():
            # Single rows that the migrations make come with the backup.
            if (
                name not in _ONLY_GROW
                and self._connection.execute(select(table).limit(1)).first() is not None
            ):
                self._connection.execute(delete(table))
        if self._connection.dialect.name == "sqlite":
            self._connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            return
        self._taken_off = self._connection.execute(_CONSTRAINTS).all()
        for table, name, _ in self._taken_off:
            self._connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))

    def rows(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        """Write them."""
        target = self._tables[table]
        if table not in _ONLY_GROW:
            insert_many(self._connection, target, columns, rows)
            return
        for row in rows:
            values = dict(zip(columns, row, strict=True))
            grown = update(target).where(target.c.id == values["id"], target.c.size < values["size"])
            self._connection.execute(grown.values(**values))

    def finish(self) -> None:
        """Check every reference, let numbers go on after those that are taken, and bring the shape up to date."""
        for table, name, definition in self._taken_off:
            self._connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"))
        migrations.upgrade_within(self._connection)
        if self._connection.dialect.name == "postgresql":
            _move_sequences(self._connection)
            self._connection.execute(text("ANALYZE"))


def _move_sequences(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": table.name, "column": column.name},
        ).scalar()
        highest = connection.execute(select(column).order_by(column.desc()).limit(1)).scalar()
        if sequence is not None and highest is not None:
            connection.execute(
                text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest}
            )
