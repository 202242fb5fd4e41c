"""Wiping what deleting leaves behind: freed pages, journals, dead entries of the full-text index, files of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from core.database import metadata
from core.personal_data.inventory import HOLDINGS
from core.rights.erasure.errors import JournalInUse

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import Database
    from core.register import Register
    from core.rights.erasure.needles import Needles

# Somebody who reads keeps the journal from being cut off; reads are short, and writers wait meanwhile.
_WAIT_MILLISECONDS: Final = 5_000


def remove_files(register: Register, needles: Needles) -> int:
    """Remove exports that the person was in, and every file that names the person; returns how many.

    These are copies for a while (docs/operating.md, Files): whoever still needs one makes it anew, without the person.
    What a PDF or an encrypted file says can't be read from its bytes, so exports go by the transfers' own account.
    """
    removed = 0
    finder = needles.finder
    files = register.config.files
    for folder in (files.export_directory, files.quarantine_directory, files.exchange_directory):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and (_exported(path, needles) or finder.in_file(path)):
                path.unlink()
                removed += 1
    return removed


def _exported(path: Path, needles: Needles) -> bool:
    return any(f"-{selection}." in path.name for selection in needles.selections)


def wipe(database: Database, *, index: bool = True) -> None:
    """Let no freed row be read from the files.

    SQLite zeroes what is deleted (``secure_delete``), but the full-text index keeps deleted words until its parts are
    merged (unless the *index* was not touched), and the write-ahead log keeps old pages until it is copied back and cut
    off.  PostgreSQL gives freed rows back to the table; what its own write-ahead log holds is the server's to recycle.

    Raises:
        JournalInUse: somebody goes on reading from SQLite's journal, so that it can't be cut off.
    """
    if database.dialect == "sqlite":
        if index:
            with database.unit_of_work() as uow:
                uow.connection.execute(text("INSERT INTO customer_fts(customer_fts) VALUES('optimize')"))
                uow.commit()
        _cut_journal(database)
        return
    names = sorted({holding.name for holding in HOLDINGS} & set(metadata.tables))
    with database.outside_transactions() as connection:
        for name in names:
            connection.execute(text(f'VACUUM "{name}"'))


def rewrite(database: Database) -> None:
    """Write SQLite's file anew, row by row.

    When SQLite moves rows between pages it leaves their bytes in the gap that becomes free, whatever ``secure_delete``
    says; only what is read back shows it, and only this takes it away.  As long as it takes, everybody else waits.

    Raises:
        JournalInUse: somebody goes on reading.
    """
    with database.outside_transactions() as connection:
        usual = connection.execute(text("PRAGMA temp_store")).scalar_one()
        # The copy that is written back from may be larger than the memory.
        connection.execute(text("PRAGMA temp_store=FILE"))
        try:
            connection.execute(text("VACUUM"))
        finally:
            connection.execute(text(f"PRAGMA temp_store={usual}"))
    _cut_journal(database)


def _cut_journal(database: Database) -> None:
    with database.outside_transactions() as connection:
        usual = connection.execute(text("PRAGMA busy_timeout")).scalar_one()
        connection.execute(text(f"PRAGMA busy_timeout={_WAIT_MILLISECONDS}"))
        try:
            busy, _, _ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        finally:
            connection.execute(text(f"PRAGMA busy_timeout={usual}"))
    if busy:
        raise JournalInUse
