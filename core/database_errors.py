"""Why the database does not do what it should, each with what helps; the driver's own words are English and short.

SQLite says it by a result code, PostgreSQL by an SQLSTATE, or by words alone when no connection came about.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from core.errors import DatabaseUnavailable, Words
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.exc import DBAPIError


class DatabaseFull(DatabaseUnavailable):
    """There is no room for what was to be written."""

    code = "database.full"
    sentence = N_("The database could not be written: its disk is full.")
    advice = N_("Make room on the disk and give the same command again; nothing was half-written.")


class DatabaseBusy(DatabaseUnavailable):
    """Somebody else writes, and does not let go."""

    code = "database.busy"
    sentence = N_("The database is busy: another program has been writing in it for too long.")
    advice = N_("Wait until the other work is done, then give the same command again.")


class DatabaseNotOpened(DatabaseUnavailable):
    """The file is not there, or this user may not read or write it or its folder."""

    code = "database.not_opened"
    sentence = N_("The database file cannot be opened for reading and writing.")
    advice = N_(
        "Check that database.url in config.toml is right, that the user who runs this may write the file and its "
        "folder, and that the disk has room."
    )


class DatabaseDamaged(DatabaseUnavailable):
    """The file holds no database, or a damaged one."""

    code = "database.damaged"
    sentence = N_("The database file is damaged, or is not a database.")
    advice = N_("Check that database.url in config.toml is right; if it is, restore the latest backup.")


class DatabaseDiskFault(DatabaseUnavailable):
    """The disk refused to read or write."""

    code = "database.disk_fault"
    sentence = N_("The disk refused to read or write the database.")
    advice = N_(
        "Check the disk, its room and what this user may use of it, then give the same command again."
    )


_SQLITE: Final[Mapping[int, type[DatabaseUnavailable]]] = {
    sqlite3.SQLITE_FULL: DatabaseFull,
    # The index of the write-ahead log, which every use begins with, found no room.
    sqlite3.SQLITE_IOERR_SHMSIZE: DatabaseFull,
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_PROTOCOL: DatabaseBusy,
    sqlite3.SQLITE_CANTOPEN: DatabaseNotOpened,
    sqlite3.SQLITE_READONLY: DatabaseNotOpened,
    sqlite3.SQLITE_PERM: DatabaseNotOpened,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_IOERR: DatabaseDiskFault,
}
_POSTGRESQL: Final[Mapping[str, type[DatabaseUnavailable]]] = {
    "53100": DatabaseFull,
    "55P03": DatabaseBusy,
    "58030": DatabaseDiskFault,
    "XX001": DatabaseDamaged,
    "XX002": DatabaseDamaged,
}
# Found in the server's or the driver's message: when no connection comes about there is no code to go by.
_NOT_CONNECTED: Final[Mapping[str, str]] = {
    "refused": N_("nothing listens at its address"),
    "failed to resolve": N_("its host is not known"),
    "No such file or directory": N_("nothing listens at its address"),
    "password authentication failed": N_("the user or the password is wrong"),
    "no password supplied": N_("the password is missing"),
    "Peer authentication failed": N_("the user or the password is wrong"),
    "does not exist": N_("there is no such database or user"),
    "starting up": N_("it is just starting"),
    "shutting down": N_("it is just stopping"),
    "too many": N_("all its connections are in use"),
    "timeout": N_("no answer in time"),
    "server closed the connection": N_("the connection broke"),
    "terminating connection": N_("the connection broke"),
    "connection is closed": N_("the connection broke"),
    "connection is lost": N_("the connection broke"),
}
_PRIMARY: Final = 0xFF


def unavailable(error: DBAPIError) -> DatabaseUnavailable:
    """What to tell of *error*: never a statement or its parameters, which may hold personal data."""
    code = getattr(error.orig, "sqlite_errorcode", None) or 0
    named = _SQLITE.get(code) or _SQLITE.get(code & _PRIMARY)
    if named is not None:
        return named()
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]()
    lines = str(error.orig).splitlines()
    text = lines[0].strip().rstrip(".") if lines else type(error.orig).__name__
    known = next((words for part, words in _NOT_CONNECTED.items() if part in text), None)
    return DatabaseUnavailable(reason=Words(known) if known else text)
