"""The common ground of all widgets here: a widget is a number of rows, each drawn when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.strip import Strip

    from tui.widgets.paint import Line


class Rows(Widget):
    """Draws itself row by row.  It is never focused in Textual's sense: the screen hands keys on, in order."""

    can_focus = False
    ALLOW_SELECT: ClassVar[bool] = False

    def row(self, y: int, width: int) -> Line:
        """The row *y* (from 0), *width* cells wide."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Textual asks for a row."""
        return self.row(y, self.size.width).strip()

    def repaint_rows(self, *rows: int) -> None:
        """Draw only *rows* again: over a slow line every byte is waiting time."""
        width, height = self.size
        regions = [Region(0, y, width, 1) for y in rows if 0 <= y < height]
        if regions:
            self.refresh(*regions)

    def take_key(self, key: str, character: str | None) -> bool:
        """Act on a key at once; whether it meant something here."""
        return False

    def take_paste(self, text: str) -> bool:
        """Take pasted text at once; whether it meant something here."""
        return False

    @property
    def typing(self) -> bool:
        """Whether letters and digits are text here, so that they cannot be shortcuts."""
        return False

    @property
    def cursor_at(self) -> tuple[int, int] | None:
        """Where the terminal's own cursor belongs (column, row in this widget), for braille displays and IMEs."""
        return None
