"""Lines to read: labels and values, headings, paragraphs; scrolled by the row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.widgets.paint import BOLD, HEADING, LABEL, PLAIN, QUIET, Line, wrap
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style


@dataclass(frozen=True, slots=True)
class Piece:
    """Text at a column of a row to read."""

    column: int
    text: str
    style: Style = field(default=PLAIN)
    width: int | None = None


ReadRow = tuple[Piece, ...]


def heading(text: str) -> ReadRow:
    """A heading."""
    return (Piece(1, text, HEADING),)


def labelled(label: str, value: str, *, at: int = 22, note: str = "", note_at: int = 56) -> ReadRow:
    """``label   value   note``."""
    pieces = [Piece(1, label, LABEL), Piece(at, value, BOLD, None if not note else note_at - at - 1)]
    return (*pieces, Piece(note_at, note, QUIET)) if note else tuple(pieces)


def paragraph(text: str, width: int = 77, style: Style = PLAIN) -> list[ReadRow]:
    """A text broken into rows; line breaks in it are kept."""
    return [(Piece(1, row, style),) for block in text.split("\n") for row in wrap(block, width)]


def blank() -> ReadRow:
    """An empty row."""
    return ()


class Details(Rows):
    """A text to read; the arrow and page keys scroll it."""

    DEFAULT_CSS = "Details { height: 1fr; }"

    def __init__(self, rows: Sequence[ReadRow] = ()) -> None:
        super().__init__()
        self.rows: tuple[ReadRow, ...] = tuple(rows)
        self.top = 0

    def show(self, rows: Sequence[ReadRow]) -> None:
        """Show *rows* from the first."""
        self.rows = tuple(rows)
        self.top = 0
        self.refresh()

    @property
    def more_below(self) -> bool:
        """Whether there is more than is seen."""
        return self.top + self.size.height < len(self.rows)

    def take_key(self, key: str, character: str | None) -> bool:
        """Scroll."""
        page = max(1, self.size.height - 1)
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "space": page}
        ends = {"home": 0, "ctrl+home": 0, "end": len(self.rows), "ctrl+end": len(self.rows)}
        if key not in steps and key not in ends:
            return False
        wanted = ends[key] if key in ends else self.top + steps[key]
        top = max(0, min(wanted, len(self.rows) - self.size.height))
        if top != self.top:
            self.top = top
            self.refresh()
        return True

    def row(self, y: int, width: int) -> Line:
        """One row of the text."""
        line = Line(width)
        index = y + self.top
        if index < len(self.rows):
            for piece in self.rows[index]:
                line.put(piece.column, piece.text, piece.style, width=piece.width)
        if y == self.size.height - 1 and self.more_below:
            line.put(width - 2, "↓", BOLD)
        return line
