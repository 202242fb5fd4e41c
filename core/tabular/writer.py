"""Writing a table: RFC 4180, no formulas, whole or not at all, for the owner's eyes only."""

from __future__ import annotations

import csv
import io
import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import RegisterError, Where
from core.messages import N_
from core.reasons import reason_of
from core.tabular.formulas import defuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import TextIO


class CannotWrite(RegisterError):
    """The disk is full, or the directory may not be written to; nothing is left behind."""

    code = "tabular.cannot_write"
    sentence = N_("The file could not be written: {reason}.")
    advice = N_("Make room or choose another directory, then try again; nothing half-written was left.")


class TableFile:
    """A table being written; made by `TableFile.create`."""

    def __init__(self, stream: TextIO, delimiter: str) -> None:
        self._writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")

    def write(self, cells: Iterable[str]) -> None:
        """Add a row; cells that a spreadsheet would run are made harmless."""
        self._writer.writerow([defuse(cell) for cell in cells])

    @staticmethod
    @contextmanager
    def create(path: Path, headings: Sequence[str], *, delimiter: str = ";") -> Iterator[TableFile]:
        """A new UTF-8 file with a byte order mark at *path*, there only when the block ends well.

        The mark is what makes spreadsheets read å, ä and ö right. The file has mode 0600, is forced to disk before it
        gets its name, and replaces one of the same name.

        Raises:
            CannotWrite: the disk or the directory refused; nothing was left behind.
        """
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as stream:
                    table = TableFile(stream, delimiter)
                    table.write(headings)
                    yield table
                    stream.flush()
                    os.fsync(stream.fileno())
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
            _sync_directory(path.parent)
        except OSError as error:
            raise CannotWrite(where=Where(file=path.name), reason=reason_of(error)) from error


def table_text(rows: Iterable[Iterable[str]], *, delimiter: str = ";") -> str:
    """The text of a table, RFC 4180 lines with formulas made harmless; the caller encodes it."""
    stream = io.StringIO(newline="")
    table = TableFile(stream, delimiter)
    for row in rows:
        table.write(row)
    return stream.getvalue()


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
