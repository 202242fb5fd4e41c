"""A workbook's sheet as rows of text, in constant memory: what a person would read in each cell, never a guess.

Days come as 2026-11-23, numbers as they were typed, with the zeros that a format such as 00000 shows. A formula is no
value: what it came to may be of another day.
"""

from __future__ import annotations

import re
from array import array
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Final, Self

from core.errors import Where
from core.tabular.errors import BadCell, BadHeadings, EmptyFile, FormulaCell, LostDigits
from core.tabular.formulas import restore
from core.tabular.rows import CELL_LIMIT, COLUMN_LIMIT, UNWANTED
from core.tabular.workbook import (
    BROKEN_XML,
    NumberStyle,
    chunks,
    guarded_parser,
    opened,
    refusal,
    workbook_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from zipfile import ZipFile

    from core.tabular.errors import RowRefused
    from core.tabular.rows import Frame, Malformed, Row
    from core.tabular.workbook import Workbook

_ROW_LIMIT: Final = 1_048_576
# Texts up to so many bytes are held in memory, more of them in a file without a name.
_HELD: Final = 1 << 24
_KEPT_DIGITS: Final = 10**15
_WHOLE: Final = re.compile(r"-?\d{1,15}")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_COLUMN: Final = re.compile(r"([A-Za-z]{1,3})\d*")
_PLAIN: Final = NumberStyle()


def headings_of(path: Path, sheet: str | None) -> tuple[str, ...]:
    """The sheet's first row that is not empty.

    Raises:
        EmptyFile, BadHeadings: there is none, or it cannot be read.
        FileRefused: the workbook cannot be read.
    """
    for line, cells in _sheet_rows(workbook_of(path, sheet)):
        texts = [cells.get(place, "") for place in range(max(cells, default=-1) + 1)]
        if not all(isinstance(text, str) and not UNWANTED.search(text) for text in texts):
            raise BadHeadings(where=Where(file=path.name, row=line))
        if any(str(text).strip() for text in texts):
            return tuple(" ".join(restore(str(text)).split()) for text in texts)
    raise EmptyFile(where=Where(file=path.name))


def rows_of(frame: Frame) -> Iterator[Row | Malformed]:
    """The rows below the headings; empty ones are passed over.

    Raises:
        FileRefused: the workbook cannot be read.
    """
    rows = _sheet_rows(workbook_of(frame.path, frame.shape.sheet))
    if not frame.shape.headings:
        next((cells for _, cells in rows if any(str(text).strip() for text in cells.values())), None)
    width = len(frame.headings)
    for line, cells in rows:
        found = [cells.get(place, "") for place in range(max(width, max(cells, default=-1) + 1))]
        texts = [cell if isinstance(cell, str) else "" for cell in found]
        fault = next(
            (
                (place, kind)
                for place, kind in cells.items()
                if not isinstance(kind, str) and (place in frame.used or not frame.used)
            ),
            None,
        )
        if fault is not None:
            heading = frame.headings[fault[0]] if fault[0] < width else None
            yield frame.malformed(line, texts, fault[1](where=frame.where(line, heading)))
        elif any(text.strip() for text in texts):
            yield frame.checked(line, texts)


def _sheet_rows(book: Workbook) -> Iterator[tuple[int, Mapping[int, str | type[RowRefused]]]]:
    """Each row's number and cells by place; a cell that is no value is the error that it will be."""
    with opened(book.path) as archive, _Texts() as texts:
        if book.texts is not None:
            texts.read(book, archive, book.texts)
        sheet = _Sheet(book, texts)
        for chunk in chunks(book.path, archive, book.sheet):
            sheet.parser.Parse(chunk, False)
            yield from sheet.taken()
        sheet.parser.Parse(b"", True)
        yield from sheet.taken()


class _Text:
    """The text of one cell or shared text as it comes in pieces; of an endless one only the beginning is kept."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0
        self.on = False

    def begin(self) -> None:
        self._pieces.clear()
        self._size = 0

    def add(self, piece: str) -> None:
        if self.on and self._size <= CELL_LIMIT:
            self._pieces.append(piece[: CELL_LIMIT + 1])
            self._size += len(piece)

    def text(self) -> str:
        return "".join(self._pieces)


class _Texts:
    """The workbook's shared texts by number, outside memory when there are many; the file has no name and no copy."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_HELD)  # noqa: SIM115 - closed by __exit__
        self._places = array("Q", [0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, book: Workbook, archive: ZipFile, part: str) -> None:
        """Take in every text of *part*."""
        text, phonetic = _Text(), 0

        def start(name: str, _: Mapping[str, str]) -> None:
            nonlocal phonetic
            if name == "si":
                text.begin()
            phonetic += name == "rPh"
            text.on = name == "t" and not phonetic

        def end(name: str) -> None:
            nonlocal phonetic
            text.on = False
            phonetic -= name == "rPh"
            if name == "si":
                self._add(text.text())

        parser = guarded_parser(book.path, start, end)
        parser.CharacterDataHandler = text.add
        for chunk in chunks(book.path, archive, part):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _add(self, text: str) -> None:
        self._places.append(self._places[-1] + self._file.write(text.encode("utf-8", "surrogatepass")))

    def __getitem__(self, number: int) -> str:
        begin, end = self._places[number], self._places[number + 1]
        self._file.seek(begin)
        return self._file.read(end - begin).decode("utf-8", "surrogatepass")

    def __len__(self) -> int:
        return len(self._places) - 1


class _Sheet:
    """The sheet's rows as the parser tells of them."""

    def __init__(self, book: Workbook, texts: _Texts) -> None:
        self.parser = guarded_parser(book.path, self._start, self._end)
        self.parser.CharacterDataHandler = self._characters
        self._book = book
        self._texts = texts
        self._rows: list[tuple[int, dict[int, str | type[RowRefused]]]] = []
        self._cells: dict[int, str | type[RowRefused]] = {}
        self._line = 0
        self._place = -1
        self._given: Mapping[str, str] = {}
        self._text = _Text()
        self._phonetic = self._formula = self._in_row = False

    def taken(self) -> list[tuple[int, dict[int, str | type[RowRefused]]]]:
        """The rows finished since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def _characters(self, piece: str) -> None:
        self._text.add(piece)

    def _start(self, name: str, given: Mapping[str, str]) -> None:
        text = self._text
        if name == "c" and self._in_row:
            self._begin_cell(given)
        elif name in ("v", "t"):
            text.on = not self._phonetic
        elif name == "row":
            self._begin_row(given)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True

    def _end(self, name: str) -> None:
        self._text.on = False
        if name == "c" and self._in_row:
            value = FormulaCell if self._formula else self._value()
            if value != "":
                self._cells[self._place] = value
        elif name == "row":
            self._rows.append((self._line, self._cells))
            self._cells, self._in_row = {}, False
        elif name == "rPh":
            self._phonetic = False

    def _begin_row(self, given: Mapping[str, str]) -> None:
        number = given.get("r", "")
        line = int(number) if number.isdecimal() and len(number) <= len(str(_ROW_LIMIT)) else self._line + 1
        # Rows have their own numbers, each above the one before: two rows of one number would be one in every report.
        if line <= self._line or line > _ROW_LIMIT:
            raise refusal(self._book.path, BROKEN_XML)
        self._line, self._place, self._cells, self._in_row = line, -1, {}, True

    def _begin_cell(self, given: Mapping[str, str]) -> None:
        place = self._place + 1
        found = _COLUMN.fullmatch(given.get("r", ""))
        if found is not None:
            place = -1
            for letter in found[1].upper():
                place = (place + 1) * 26 + ord(letter) - ord("A")
        if place <= self._place or place >= COLUMN_LIMIT:
            raise refusal(self._book.path, BROKEN_XML)
        self._place, self._given, self._formula = place, given, False
        self._text.begin()

    def _value(self) -> str | type[RowRefused]:
        kind, text = self._given.get("t", "n"), self._text.text()
        if kind == "s":
            number = int(text) if text.isdecimal() and len(text) < len(str(_KEPT_DIGITS)) else -1
            return _unescaped(self._texts[number]) if 0 <= number < len(self._texts) else BadCell
        if kind in ("inlineStr", "str"):
            return _unescaped(text)
        if kind == "b":
            return {"0": "false", "1": "true", "": ""}.get(text, text)
        if kind == "e":
            return BadCell
        if kind == "d" or not text:
            return text
        style = self._given.get("s", "")
        known = (
            style.isdecimal() and len(style) < len(str(_ROW_LIMIT)) and int(style) < len(self._book.styles)
        )
        return _number(
            text.strip(), self._book.styles[int(style)] if known else _PLAIN, from_1904=self._book.from_1904
        )


def _unescaped(text: str) -> str:
    """Characters that XML cannot carry stand as _x000D_; line ends inside a cell are spaces to us."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _number(text: str, style: NumberStyle, *, from_1904: bool) -> str | type[RowRefused]:
    if style is _PLAIN and _WHOLE.fullmatch(text):
        return text
    try:
        value = float(text)
    except ValueError:
        return BadCell
    if style.is_date:
        return _day(value, from_1904=from_1904)
    if not abs(value) < _KEPT_DIGITS:
        return LostDigits
    if not value.is_integer():
        return repr(value)
    return f"{int(value):0{style.digits}d}"


def _day(serial: float, *, from_1904: bool) -> str | type[RowRefused]:
    """A day counted as spreadsheets do: from 1904, or from 1900 with a 29 February that was none."""
    try:
        # Day 60 of 1900 never was; those before it count from a day later.
        start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30 if serial >= 60 else 31)  # noqa: DTZ001, PLR2004
        moment = start + timedelta(seconds=round(serial * 86_400))
    except (ValueError, OverflowError):
        return BadCell
    if serial < 1:
        # A time of day without a day.
        return BadCell
    return moment.isoformat() if serial % 1 else moment.date().isoformat()
