"""What comes out of a file, whatever its format: whole rows, and broken ones that say what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from core.errors import Where
from core.tabular.errors import BrokenCharacter, ControlCharacter, TooFewCells, TooLong, TooManyCells

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.tabular.errors import RowRefused
    from core.tabular.form import Form, Shape

CELL_LIMIT: Final = 32_768
COLUMN_LIMIT: Final = 16_384
UNWANTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffd]")


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
class Frame:
    """What every format's rows are fitted into: the file, its headings, and which of its columns are used at all."""

    path: Path
    form: Form
    shape: Shape
    headings: tuple[str, ...]
    used: frozenset[int]

    def where(self, line: int, heading: str | None = None, value: str | None = None) -> Where:
        """A place in the file."""
        return Where(file=self.path.name, row=line, field=heading, value=value)

    def checked(self, line: int, cells: Sequence[str]) -> Row | Malformed:
        """The row, or what is wrong with it: too few or too many cells, one too long, or an unreadable character.

        Empty cells beyond the headings count for nothing.
        """
        width = len(self.headings)
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) != width:
            kind = TooFewCells if len(cells) < width else TooManyCells
            return self.malformed(line, cells, kind(where=self.where(line), cells=len(cells), columns=width))
        for heading, cell in zip(self.headings, cells, strict=True):
            error = self.fault_of(line, heading, cell)
            if error is not None:
                return self.malformed(line, cells, error)
        return Row(line, tuple(cells))

    def fault_of(self, line: int, heading: str, cell: str) -> RowRefused | None:
        """What is wrong with the characters of a cell, if anything is."""
        if len(cell) > CELL_LIMIT:
            return TooLong(where=self.where(line, heading), limit=CELL_LIMIT)
        found = UNWANTED.search(cell)
        if found is None:
            return None
        where = self.where(line, heading, cell)
        if _BROKEN.search(cell):
            return BrokenCharacter(where=where, encoding=self.form.encoding)
        return ControlCharacter(where=where, character=f"U+{ord(found[0]):04X}", encoding=self.form.encoding)

    def malformed(self, line: int, cells: Sequence[str], error: RowRefused) -> Malformed:
        """Fitted to the headings, so that the row has a place in a quarantine file; overlong cells cut."""
        width = len(self.headings)
        rest = self.form.delimiter.join(cells[width - 1 :])
        fitted = [*cells[: width - 1], rest] if len(cells) > width else [*cells, *[""] * (width - len(cells))]
        return Malformed(line, tuple(cell[:CELL_LIMIT] for cell in fitted), error)
