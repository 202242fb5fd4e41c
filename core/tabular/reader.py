"""Reading a table row by row, in bounded memory, with every broken row named and none lost."""

from __future__ import annotations

import csv
import difflib
import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from core.errors import Where
from core.reasons import reason_of
from core.tabular.errors import (
    BadHeadings,
    BrokenCharacter,
    ControlCharacter,
    EmptyFile,
    MissingColumns,
    RowRefused,
    TooFewCells,
    TooLong,
    TooManyCells,
    TwiceNamedColumn,
    UnclosedQuote,
    Unreadable,
)
from core.tabular.formulas import restore
from core.tabular.lines import Lines, RecordTooLong
from core.tabular.probe import Form, heading_key, probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

CELL_LIMIT: Final = 32_768
_UNWANTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffd]")
_HEADINGS_SHOWN: Final = 12
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """A whole row: `line` is its first line in the file, counted from 1; `cells` are as many as the headings."""

    line: int
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A broken row: what could be made of its cells (fitted to the headings), and what is wrong with it."""

    line: int
    cells: tuple[str, ...] = field(repr=False)
    error: RowRefused


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

    def rows(self, *, after_line: int = 0) -> Iterator[Row | Malformed]:
        """The rows that begin after line *after_line*; empty ones are passed over.

        Raises:
            Unreadable: the disk failed on the way.
        """
        with _opened(self.path, self.form.encoding) as stream:
            reader = _RecordReader(stream, self)
            reader.skip_headings()
            for row in reader:
                if row.line > after_line:
                    yield row

    def record(self, row: Row | Malformed) -> dict[str, str]:
        """The mapped fields of a row, spreadsheet apostrophes taken off, outer white space removed."""
        return {name: restore(row.cells[place].strip()) for name, place in self.columns.items()}

    def heading_of(self, name: str) -> str:
        """The heading of the column that holds the register's field *name*."""
        return self.headings[self.columns[name]]


def open_table(
    path: Path, columns: Mapping[str, str], *, encoding: str | None = None, delimiter: str | None = None
) -> Table:
    """Look at a file and make sure that it is the table the mapping describes; no row is read yet.

    *columns* maps a field of the register to a heading of the file. *encoding* and *delimiter* come from the mapping
    and are probed where it leaves them out.

    Raises:
        FileRefused: it is not; nothing was done.
        ConfigError: the mapping names an encoding or separator that cannot be.
    """
    form = probe(path, encoding=encoding, delimiter=delimiter, wanted=columns.values())
    headings = _headings(path, form)
    places = _places(path, headings, columns)
    return Table(path, form, headings, places, path.stat().st_size)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file's SHA-256 in hex, by which it is known again whatever it is called, and how many lines it has."""

    digest: str
    lines: int


def fingerprint(path: Path) -> Fingerprint:
    """Read the whole file once for its digest and length.

    Raises:
        Unreadable: the file cannot be read.
    """
    digest = hashlib.sha256()
    lines = 0
    try:
        with path.open("rb") as stream:
            for chunk in iter(lambda: stream.read(_CHUNK), b""):
                digest.update(chunk)
                lines += chunk.count(b"\n")
    except OSError as error:
        raise Unreadable(where=Where(file=path.name), reason=reason_of(error)) from error
    return Fingerprint(digest.hexdigest(), lines)


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    # UTF-16 has no way to carry a broken byte on; the replacement character marks it just as well.
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    try:
        with path.open("r", encoding=encoding, errors=errors, newline="") as stream:
            yield stream
    except OSError as error:
        raise Unreadable(where=Where(file=path.name), reason=reason_of(error)) from error


def _headings(path: Path, form: Form) -> tuple[str, ...]:
    with _opened(path, form.encoding) as stream:
        lines = Lines(stream)
        reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
        while True:
            lines.start()
            try:
                cells = next(reader)
            except StopIteration:
                raise EmptyFile(where=Where(file=path.name)) from None
            except (csv.Error, RecordTooLong) as error:
                raise BadHeadings(where=Where(file=path.name, row=lines.first_number)) from error
            if any(cell.strip() for cell in cells):
                break
    if lines.was_cut or any(_UNWANTED.search(cell) for cell in cells):
        raise BadHeadings(where=Where(file=path.name, row=lines.first_number))
    return tuple(" ".join(restore(cell).split()) for cell in cells)


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


class _RecordReader:
    """The csv module with its failures turned into rows that say what is wrong."""

    def __init__(self, stream: TextIO, table: Table) -> None:
        self._lines = Lines(stream)
        self._reader = csv.reader(self._lines, delimiter=table.form.delimiter, strict=True)
        self._table = table

    def skip_headings(self) -> None:
        self._lines.start()
        while not any(cell.strip() for cell in next(self._reader, [""])):
            if not self._lines.taken:
                return
            self._lines.start()

    def __iter__(self) -> Iterator[Row | Malformed]:
        lines = self._lines
        width = len(self._table.headings)
        while True:
            lines.start()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._broken_record(error)
                continue
            except RecordTooLong:
                yield self._broken_record(None)
                continue
            if not any(cells) or not any(cell.strip() for cell in cells):
                continue
            if len(cells) == width and self._is_plain():
                yield Row(lines.first_number, tuple(cells))
            else:
                yield self._examined(cells)

    def _is_plain(self) -> bool:
        return all(
            not cut and len(line) <= CELL_LIMIT and not _UNWANTED.search(line)
            for line, cut in self._lines.taken
        )

    def _examined(self, cells: list[str]) -> Row | Malformed:
        """A row that is not plainly good: what exactly is wrong with it, if anything is."""
        headings = self._table.headings
        line = self._lines.first_number
        while len(cells) > len(headings) and not cells[-1].strip():
            cells.pop()
        if self._lines.was_cut:
            return self._malformed(line, cells, TooLong(where=self._where(line), limit=CELL_LIMIT))
        if len(cells) != len(headings):
            return self._wrong_width(line, cells)
        for heading, cell in zip(headings, cells, strict=True):
            error = self._fault_of(self._where(line, heading, cell), cell)
            if error is not None:
                return self._malformed(line, cells, error)
        return Row(line, tuple(cells))

    def _wrong_width(self, line: int, cells: list[str]) -> Malformed:
        if len(self._lines.taken) > 1:
            return self._broken_record(None)
        kind = TooFewCells if len(cells) < len(self._table.headings) else TooManyCells
        error = kind(where=self._where(line), cells=len(cells), columns=len(self._table.headings))
        return self._malformed(line, cells, error)

    def _fault_of(self, where: Where, cell: str) -> RowRefused | None:
        if len(cell) > CELL_LIMIT:
            return TooLong(where=where, limit=CELL_LIMIT)
        found = _UNWANTED.search(cell)
        if found is None:
            return None
        if _BROKEN.search(cell):
            return BrokenCharacter(where=where, encoding=self._table.form.encoding)
        shown = f"U+{ord(found[0]):04X}"
        return ControlCharacter(where=where, character=shown, encoding=self._table.form.encoding)

    def _broken_record(self, error: csv.Error | None) -> Malformed:
        """The record never came to an end: its first line is broken, the others get another chance."""
        lines = self._lines
        line = lines.first_number
        first, cut = lines.taken[0]
        lines.put_back_all_but_first()
        too_long = cut or (error is not None and "limit" in str(error)) or len(first) > CELL_LIMIT
        kind: RowRefused = (
            TooLong(where=self._where(line, value=first), limit=CELL_LIMIT)
            if too_long
            else UnclosedQuote(where=self._where(line, value=first))
        )
        return self._malformed(line, first.rstrip("\r\n").split(self._table.form.delimiter), kind)

    def _malformed(self, line: int, cells: list[str], error: RowRefused) -> Malformed:
        """Fitted to the headings, so that the row has a place in a quarantine file; overlong cells cut."""
        width = len(self._table.headings)
        rest = self._table.form.delimiter.join(cells[width - 1 :])
        fitted = [*cells[: width - 1], rest] if len(cells) > width else cells + [""] * (width - len(cells))
        return Malformed(line, tuple(cell[:CELL_LIMIT] for cell in fitted), error)

    def _where(self, line: int, heading: str | None = None, value: str | None = None) -> Where:
        return Where(file=self._table.path.name, row=line, field=heading, value=value)
