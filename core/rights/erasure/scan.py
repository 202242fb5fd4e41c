"""Reading back: is anything of the person left in a file or table that the program owns?

On SQLite the raw bytes of the database and its journals are read, so a page that was freed but not wiped is found.  A
PostgreSQL server's files are the server's: there every row of every table is read in the form in which it is stored,
and what its write-ahead log and old backups may hold for how long is in docs/rights.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import literal_column, or_, select
from sqlalchemy.dialects import postgresql

from core.batches.model import batch_row_table
from core.customers.model import customer_change_table, customer_table, order_line_table
from core.database import metadata
from core.disclosure.model import recipient_version_table
from core.staff.model import staff_member_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Select

    from core.register import Register
    from core.rights.erasure.finder import Finder
    from core.rights.erasure.needles import Needles

_AT_ONCE: Final = 2_000
# Where a value may stand for somebody else: read only when the raw bytes have it somewhere.
_OF_OTHERS: Final = (
    customer_table,
    customer_change_table,
    batch_row_table,
    order_line_table,
    staff_member_table,
    recipient_version_table,
    *(metadata.tables[name] for name in ("postal_code", "postal_street") if name in metadata.tables),
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What was read, and where something was found: a file's path or ``table`` names, never the value.

    *database* are those places that are the database's own files; *forms* are what was found, and go nowhere but into
    the next look.
    """

    files: int
    tables: int
    size: int
    found: tuple[str, ...]
    database: tuple[str, ...] = ()
    forms: frozenset[bytes] = frozenset()


def read_back(register: Register, needles: Needles) -> Scan:
    """Look for *needles* in every file that the program owns, and on a server in every table."""
    finder = needles.finder
    found: list[str] = []
    forms: set[bytes] = set()
    files = size = 0
    for path in dict.fromkeys(owned_files(register)):
        files += 1
        size += path.stat().st_size
        here = finder.in_file(path)
        if here:
            found.append(str(path))
            forms |= here
    tables = 0
    server = register.config.database.file() is None
    if server or forms:
        with register.database.reading() as connection:
            for name in sorted(metadata.tables):
                tables += server
                here = _in_rows(connection, select(metadata.tables[name]), finder)
                if here:
                    found.append(f"table {name}")
                    forms |= here
    own = {str(path) for path in _database_files(register)}
    return Scan(files, tables, size, tuple(found), tuple(it for it in found if it in own), frozenset(forms))


def of_others(connection: Connection, finder: Finder, person: int) -> set[bytes]:
    """Which forms stand in rows of other people, of staff, of recipients or of the post's list of streets."""
    found: set[bytes] = set()
    for table in _OF_OTHERS:
        chosen = select(table)
        if "customer_id" in table.c:
            of = table.c.customer_id
            # Spelt out: the statement is handed to the driver as text.
            chosen = chosen.where(or_(of.is_(None), of != literal_column(f"{person:d}")))
        found |= _in_rows(connection, chosen, finder)
    return found


def owned_files(register: Register) -> Iterator[Path]:
    """Every file in which the program may have written about a person, that is there now."""
    config = register.config
    yield from _database_files(register)
    log, files = config.log, config.files
    keys = (config.keys.erasure_fence_file, config.keys.narrowings_file())
    for path in (log.high_water_file, log.fault_file(), *keys):
        yield from _file(path)
    for folder in (
        *(files.export_directory, files.quarantine_directory, files.exchange_directory),
        *(log.mirror_directory, log.anchor_mail_directory, log.anchor_directory, config.drill.directory),
    ):
        if folder is not None and folder.is_dir():
            yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _database_files(register: Register) -> Iterator[Path]:
    database = register.config.database.file()
    if database is not None:
        # What a restore that was killed has left beside it is a copy of everybody.
        for name in (database.name, f"{database.name}.restoring"):
            for suffix in ("", "-wal", "-shm", "-journal"):
                yield from _file(database.with_name(name + suffix))


def _file(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path


def _in_rows(connection: Connection, chosen: Select[Any], finder: Finder) -> set[bytes]:
    return finder.in_stream(
        _stored(connection, chosen) if connection.dialect.name == "postgresql" else _read(connection, chosen)
    )


def _stored(connection: Connection, chosen: Select[Any]) -> Iterator[bytes]:
    """Rows in the server's binary form, in which texts and bytes lie as they are."""
    statement = chosen.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)") as copy,
    ):
        for row in copy:
            yield bytes(row)


def _read(connection: Connection, chosen: Select[Any]) -> Iterator[bytes]:
    statement = str(chosen.compile(connection.engine, compile_kwargs={"literal_binds": True}))
    cursor = connection.exec_driver_sql(statement).cursor
    assert cursor is not None
    while rows := cursor.fetchmany(_AT_ONCE):
        for row in rows:
            for value in row:
                if isinstance(value, bytes):
                    yield value
                elif isinstance(value, str):
                    yield value.encode()
            yield b"\0"
