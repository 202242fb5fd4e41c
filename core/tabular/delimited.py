"""Cells between separators: the csv module with its failures turned into rows that say what is wrong."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from core.errors import Where
from core.tabular.errors import BadHeadings, EmptyFile, TooLong, UnclosedQuote
from core.tabular.formulas import restore
from core.tabular.lines import Lines, RecordTooLong, opened_text
from core.tabular.rows import CELL_LIMIT, UNWANTED, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from core.tabular.errors import RowRefused
    from core.tabular.form import Form
    from core.tabular.rows import Frame, Malformed


def headings_of(path: Path, form: Form) -> tuple[str, ...]:
    """The first row that is not empty.

    Raises:
        EmptyFile, BadHeadings: there is none, or it cannot be read.
    """
    with opened_text(path, form.encoding) as stream:
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
    if lines.was_cut or any(UNWANTED.search(cell) for cell in cells):
        raise BadHeadings(where=Where(file=path.name, row=lines.first_number))
    return tuple(" ".join(restore(cell).split()) for cell in cells)


def rows_of(frame: Frame) -> Iterator[Row | Malformed]:
    """The rows below the headings; empty ones are passed over.

    Raises:
        Unreadable: the disk failed on the way.
    """
    with opened_text(frame.path, frame.form.encoding) as stream:
        reader = _RecordReader(stream, frame)
        if not frame.shape.headings:
            reader.skip_headings()
        yield from reader


class _RecordReader:
    def __init__(self, stream: TextIO, frame: Frame) -> None:
        self._lines = Lines(stream)
        self._reader = csv.reader(self._lines, delimiter=frame.form.delimiter, strict=True)
        self._frame = frame

    def skip_headings(self) -> None:
        self._lines.start()
        while not any(cell.strip() for cell in next(self._reader, [""])):
            if not self._lines.taken:
                return
            self._lines.start()

    def __iter__(self) -> Iterator[Row | Malformed]:
        lines = self._lines
        width = len(self._frame.headings)
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
            not cut and len(line) <= CELL_LIMIT and not UNWANTED.search(line)
            for line, cut in self._lines.taken
        )

    def _examined(self, cells: list[str]) -> Row | Malformed:
        """A row that is not plainly good: what exactly is wrong with it, if anything is."""
        frame, line = self._frame, self._lines.first_number
        if self._lines.was_cut:
            return frame.malformed(line, cells, TooLong(where=frame.where(line), limit=CELL_LIMIT))
        found = frame.checked(line, cells)
        if len(self._lines.taken) > 1 and len(cells) != len(frame.headings) and not isinstance(found, Row):
            return self._broken_record(None)
        return found

    def _broken_record(self, error: csv.Error | None) -> Malformed:
        """The record never came to an end: its first line is broken, the others get another chance."""
        lines, frame = self._lines, self._frame
        line = lines.first_number
        first, cut = lines.taken[0]
        lines.put_back_all_but_first()
        too_long = cut or (error is not None and "limit" in str(error)) or len(first) > CELL_LIMIT
        where = frame.where(line, value=first)
        kind: RowRefused = TooLong(where=where, limit=CELL_LIMIT) if too_long else UnclosedQuote(where=where)
        return frame.malformed(line, first.rstrip("\r\n").split(frame.form.delimiter), kind)
