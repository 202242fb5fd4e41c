"""Reading back: is anything of the person left in a file or table that the program owns?

On SQLite the raw bytes of the database and its journals are read, so a page that was freed but not wiped is found.  A
PostgreSQL server's files are the server's: there every row of every table is read as text, and what its write-ahead
log and old backups may hold for how long is in docs/erasure.md.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from core.database import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.register import Register
    from core.rights.erasure.needles import Needles

_ESCAPED: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


@dataclass(frozen=True, slots=True)
class Scan:
    """What was read, and where something was found: a file's path or ``table`` names, never the value."""

    files: int
    tables: int
    size: int
    found: tuple[str, ...]


def read_back(register: Register, needles: Needles) -> Scan:
    """Look for *needles* in every file that the program owns, and on a server in every table."""
    found: list[str] = []
    files = size = 0
    for path in dict.fromkeys(owned_files(register)):
        files += 1
        size += path.stat().st_size
        if in_file(path, needles):
            found.append(str(path))
    tables = 0
    if register.config.database.file() is None:
        for name in sorted(metadata.tables):
            tables += 1
            if _in_table(register, name, needles):
                found.append(f"table {name}")
    return Scan(files, tables, size, tuple(found))


def owned_files(register: Register) -> Iterator[Path]:
    """Every file in which the program may have written about a person, that is there now."""
    config = register.config
    database = config.database.file()
    if database is not None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            yield from _file(database.with_name(database.name + suffix))
    log, files = config.log, config.files
    for path in (log.high_water_file, log.fault_file(), config.keys.erasure_fence_file):
        yield from _file(path)
    for folder in (
        *(files.export_directory, files.quarantine_directory, files.exchange_directory),
        *(log.mirror_directory, log.anchor_mail_directory, log.anchor_directory),
    ):
        if folder is not None and folder.is_dir():
            yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _file(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path


def in_file(path: Path, needles: Needles) -> bool:
    """Whether a file holds any of *needles*, byte for byte."""
    with path.open("rb") as stream:
        if not path.stat().st_size:
            return False
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return any(content.find(form) >= 0 for form in needles.all)


def _in_table(register: Register, name: str, needles: Needles) -> bool:
    patterns = []
    for form in needles.all:
        patterns.append(f"%{form.hex()}%")
        try:
            patterns.append(f"%{form.decode().translate(_ESCAPED)}%")
        except UnicodeDecodeError:
            continue
    # A NUL can stand in no text of PostgreSQL's, so such forms are looked for as bytes alone.
    wanted = [pattern for pattern in patterns if "\0" not in pattern]
    statement = text(f'SELECT 1 FROM "{name}" AS it WHERE CAST(it.* AS text) LIKE ANY (:patterns) LIMIT 1')  # noqa: S608 - a table of ours
    with register.database.reading() as connection:
        return connection.execute(statement, {"patterns": wanted}).first() is not None
