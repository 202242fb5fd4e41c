"""A file opened as the table that the mapping describes, whatever its format; rows in bounded memory, none lost."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.errors import Where
from core.reasons import reason_of
from core.tabular import delimited, fixed, jsonl, workbook, xlsx
from core.tabular.errors import FileRefused, MissingColumns, TwiceNamedColumn, Unreadable
from core.tabular.form import ANY_SHAPE
from core.tabular.formulas import restore
from core.tabular.probe import heading_key, probe
from core.tabular.rows import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from core.tabular.form import Form, Shape
    from core.tabular.rows import Malformed, Row

_HEADINGS_SHOWN: Final = 12
_CHUNK: Final = 1 << 20
_FORMATS: Final = {
    "delimited": delimited.rows_of,
    "fixed": fixed.rows_of,
    "jsonl": jsonl.rows_of,
    "xlsx": xlsx.rows_of,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A file known to be a table with the columns that the mapping needs.

    `columns` maps a field of the register to the place of its column.
    """

    path: Path
    form: Form
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    size: int
    shape: Shape = ANY_SHAPE

    def rows(self, *, after_line: int = 0) -> Iterator[Row | Malformed]:
        """The rows that begin after line *after_line*; empty ones are passed over.

        Raises:
            Unreadable: the disk failed on the way.
            BrokenWorkbook: a workbook was changed since it was opened.
        """
        frame = Frame(self.path, self.form, self.shape, self.headings, frozenset(self.columns.values()))
        for row in _FORMATS[self.form.format](frame):
            if row.line > after_line:
                yield row

    def record(self, row: Row | Malformed) -> dict[str, str]:
        """The mapped fields of a row, spreadsheet apostrophes taken off, outer white space removed."""
        return {name: restore(row.cells[place].strip()) for name, place in self.columns.items()}

    def heading_of(self, name: str) -> str:
        """The heading of the column that holds the register's field *name*."""
        return self.headings[self.columns[name]]


def open_table(
    path: Path,
    columns: Mapping[str, str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    shape: Shape = ANY_SHAPE,
) -> Table:
    """Look at a file and make sure that it is the table the mapping describes; no row is read yet.

    *columns* maps a field of the register to a heading of the file. *encoding*, *delimiter* and *shape* come from the
    mapping; what it leaves out is probed.

    Raises:
        FileRefused: it is not; nothing was done.
        ConfigError: the mapping names an encoding, a separator or places that cannot be.
    """
    shape.check()
    form = probe(path, encoding=encoding, delimiter=delimiter, wanted=columns.values(), format=shape.format)
    if form.format == "xlsx":
        workbook.check(workbook.workbook_of(path, shape.sheet))
    headings = _headings(path, form, shape)
    places = _places(path, headings, columns)
    return Table(path, form, headings, places, path.stat().st_size, shape)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file's SHA-256 in hex, by which it is known again whatever it is called, and how many lines it has."""

    digest: str
    lines: int


def fingerprint(path: Path) -> Fingerprint:
    """Read the whole file once for its digest and length (of a workbook, the length that it says it has).

    Raises:
        Unreadable: the file cannot be read.
    """
    digest = hashlib.sha256()
    lines = 0
    try:
        with path.open("rb") as stream:
            packed = stream.read(len(workbook.SIGNATURE)) == workbook.SIGNATURE
            stream.seek(0)
            for chunk in iter(lambda: stream.read(_CHUNK), b""):
                digest.update(chunk)
                lines += chunk.count(b"\n")
    except OSError as error:
        raise Unreadable(where=Where(file=path.name), reason=reason_of(error)) from error
    return Fingerprint(digest.hexdigest(), _declared(path) if packed else lines)


def _declared(path: Path) -> int:
    try:
        return workbook.declared_rows(path)
    except FileRefused:
        return 0


def _headings(path: Path, form: Form, shape: Shape) -> tuple[str, ...]:
    if form.format == "fixed":
        return tuple(shape.fixed)
    if form.format == "jsonl":
        return jsonl.headings_of(path, form)
    if shape.headings:
        return shape.headings
    return xlsx.headings_of(path, shape.sheet) if form.format == "xlsx" else delimited.headings_of(path, form)


def _places(path: Path, headings: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    keys = [heading_key(heading) for heading in headings]
    missing = [heading for heading in columns.values() if heading_key(heading) not in keys]
    if missing:
        shown = [heading for heading in headings if heading][:_HEADINGS_SHOWN]
        near = difflib.get_close_matches(missing[0], shown, 1)
        raise MissingColumns(
            where=Where(file=path.name, row=1, field=missing[0], value=near[0] if near else None),
            missing=", ".join(missing),
            found=", ".join(shown) or "-",
        )
    for heading in columns.values():
        if keys.count(heading_key(heading)) > 1:
            raise TwiceNamedColumn(where=Where(file=path.name, row=1, field=heading), column=heading)
    return {name: keys.index(heading_key(heading)) for name, heading in columns.items()}
