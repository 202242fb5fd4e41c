"""Wiping what deleting leaves behind: freed pages, journals, dead entries of the full-text index, files of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from core.database import metadata
from core.personal_data.inventory import HOLDINGS
from core.rights.erasure.scan import in_file

if TYPE_CHECKING:
    from core.database import Database
    from core.register import Register
    from core.rights.erasure.needles import Needles


def remove_files(register: Register, needles: Needles) -> int:
    """Remove exports, quarantined rows and exchanged files that name the person; returns how many.

    These are copies for a while (docs/operating.md, Files): whoever still needs one makes it anew, without the person.
    """
    removed = 0
    files = register.config.files
    for folder in (files.export_directory, files.quarantine_directory, files.exchange_directory):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and in_file(path, needles):
                path.unlink()
                removed += 1
    return removed


def wipe(database: Database) -> None:
    """Let no freed row be read from the files.

    SQLite zeroes what is deleted (``secure_delete``), but the full-text index keeps deleted words until its parts are
    merged, and the write-ahead log keeps old pages until it is copied back and cut off.  PostgreSQL gives freed rows
    back to the table; what its own write-ahead log holds is the server's to recycle.
    """
    if database.dialect == "sqlite":
        with database.unit_of_work() as uow:
            uow.connection.execute(text("INSERT INTO customer_fts(customer_fts) VALUES('optimize')"))
            uow.commit()
        _outside_transactions(database, ["PRAGMA wal_checkpoint(TRUNCATE)"])
        return
    names = sorted({holding.name for holding in HOLDINGS} & set(metadata.tables))
    _outside_transactions(database, [f'VACUUM "{name}"' for name in names])


def _outside_transactions(database: Database, statements: list[str]) -> None:
    with database.outside_transactions() as connection:
        for statement in statements:
            connection.execute(text(statement))
