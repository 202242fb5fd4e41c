"""The display boundary: every character that reaches the terminal passes through `Line`.

Text is cleaned (`core.text.safe_text`), measured in terminal cells and cut to its column here, and becomes plain
segments: no markup is ever parsed, no escape sequence ever passed on.
"""

from __future__ import annotations

from typing import Final, Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from core.text import safe_text

# The sixteen colours that every terminal has, always beside an attribute or a sign that says the same without them.
PLAIN: Final = Style()
BOLD: Final = Style(bold=True)
QUIET: Final = Style(dim=True)
LABEL: Final = Style(color="cyan")
FIELD: Final = Style(underline=True)
CURSOR: Final = Style(reverse=True)
TITLE: Final = Style(color="bright_white", bgcolor="blue", bold=True)
HEADING: Final = Style(bold=True, underline=True)
KEY: Final = Style(bold=True, color="cyan")
ERROR: Final = Style(bold=True, color="red")
WARNING: Final = Style(bold=True, color="yellow")
DONE: Final = Style(color="green")

ELLIPSIS: Final = "…"
Align = Literal["left", "right"]


def fit(text: object, width: int, align: Align = "left") -> str:
    """*text*, cleaned, in exactly *width* cells; a cut is shown by an ellipsis."""
    clean = safe_text(text)
    cells = cell_len(clean)
    if cells > width:
        return set_cell_size(clean, width - 1) + ELLIPSIS if width > 0 else ""
    space = " " * (width - cells)
    return space + clean if align == "right" else clean + space


class Line:
    """One row being drawn: pieces of text put at columns, from left to right."""

    __slots__ = ("_at", "_segments", "style", "width")

    def __init__(self, width: int, style: Style = PLAIN) -> None:
        self.width = width
        self.style = style
        self._segments: list[Segment] = []
        self._at = 0

    def put(
        self,
        column: int,
        text: object,
        style: Style = PLAIN,
        *,
        width: int | None = None,
        align: Align = "left",
    ) -> Line:
        """Write *text* at *column* (from 0), never over what is already written and never past the edge.

        With *width*, the text fills exactly that many cells.  Returns the line, so that calls can be chained.
        """
        self._space_to(column)
        room = self.width - self._at
        shown = fit(text, min(width, room), align) if width is not None else _cut(safe_text(text), room)
        if shown:
            self._segments.append(Segment(shown, self.style + style))
            self._at += cell_len(shown)
        return self

    def add(self, text: object, style: Style = PLAIN) -> Line:
        """Write *text* where the last piece ended."""
        return self.put(self._at, text, style)

    def _space_to(self, column: int) -> None:
        gap = min(column, self.width) - self._at
        if gap > 0:
            self._segments.append(Segment(" " * gap, self.style))
            self._at += gap

    def strip(self) -> Strip:
        """The row as Textual draws it, filled to its width."""
        self._space_to(self.width)
        return Strip(self._segments, self._at).simplify()


def _cut(text: str, room: int) -> str:
    return text if cell_len(text) <= room else fit(text, room)


def wrap(text: object, width: int) -> list[str]:
    """*text* in rows of at most *width* cells, broken between words where there are any; one row at least."""
    rows = [""]
    for word in safe_text(text).split():
        candidate = f"{rows[-1]} {word}" if rows[-1] else word
        if cell_len(candidate) <= width:
            rows[-1] = candidate
        elif rows[-1]:
            rows.append(word)
        else:
            rows[-1] = word
        while cell_len(rows[-1]) > width:
            head = set_cell_size(rows[-1], width)
            rows[-1:] = [head, rows[-1][len(head) :]]
    return rows
