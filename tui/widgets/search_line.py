"""The search above a list, and how many rows the list has."""

from __future__ import annotations

from rich.cells import cell_len

from core.text import safe_text
from tui.widgets.line_edit import LineEdit
from tui.widgets.paint import CURSOR, FIELD, LABEL, QUIET, Line
from tui.widgets.rows import Rows

_WIDTH = 30


class SearchLine(Rows):
    """``Search: virt______      row 12 of 10 000``."""

    DEFAULT_CSS = "SearchLine { height: 1; }"

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label
        self.edit = LineEdit(max_length=100)
        self.status = ""

    @property
    def text(self) -> str:
        """What is typed."""
        return self.edit.text

    def show_status(self, status: str) -> None:
        """Set the words at the right."""
        if status != self.status:
            self.status = status
            self.refresh()

    @property
    def typing(self) -> bool:
        """Letters are searched for."""
        return True

    def take_key(self, key: str, character: str | None) -> bool:
        """Type."""
        taken = self.edit.take_key(key, character)
        if taken:
            self.refresh()
        return taken

    def take_paste(self, text: str) -> bool:
        """Paste as one clean line."""
        self.edit.paste(text)
        self.refresh()
        return True

    @property
    def _column(self) -> int:
        return cell_len(self.label) + 2

    @property
    def cursor_at(self) -> tuple[int, int] | None:
        """The cell of the text cursor."""
        return self._column + self.edit.window(_WIDTH)[1], 0

    def row(self, y: int, width: int) -> Line:
        """The one row."""
        shown, at = self.edit.window(_WIDTH)
        index = self.edit.cursor - self.edit.offset
        line = Line(width).put(1, self.label, LABEL).put(self._column, shown[:index], FIELD)
        line.add(shown[index : index + 1] or " ", CURSOR)
        line.put(self._column + at + 1, shown[index + 1 :], FIELD, width=max(0, _WIDTH - at - 1))
        status = safe_text(self.status)
        return line.put(max(self._column + _WIDTH + 1, width - cell_len(status) - 1), status, QUIET)
