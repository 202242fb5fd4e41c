"""Row 1: where one is, who one is, and which register this is."""

from __future__ import annotations

from rich.cells import cell_len

from core.text import safe_text
from tui.widgets.paint import TITLE, Line
from tui.widgets.rows import Rows


class TitleBar(Rows):
    """``Register  Customers > Virtanen Maija      customer care  user  TEST``."""

    DEFAULT_CSS = "TitleBar { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.left = ""
        self.right = ""

    def show(self, crumbs: list[str], *, user: str, environment: str, task: str = "") -> None:
        """Set the path to this screen, the user, the environment (empty in production), and the task of the looks."""
        self.left = " " + " › ".join(crumbs)
        self.right = "  ".join(part for part in (task, user, environment) if part) + " "
        self.refresh()

    def row(self, y: int, width: int) -> Line:
        """The one row: the path gives way to the user, never the other way round."""
        line = Line(width, TITLE)
        right = safe_text(self.right)
        room = max(0, width - cell_len(right))
        return line.put(0, self.left, width=max(0, room - 1)).put(room, right)
