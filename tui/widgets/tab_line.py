"""The views of a screen that has several: their numbers and names, and which one is seen."""

from __future__ import annotations

from tui.widgets.paint import BOLD, CURSOR, LABEL, Line
from tui.widgets.rows import Rows


class TabLine(Rows):
    """``[1 Details]  2 Orders  3 Invoices``."""

    DEFAULT_CSS = "TabLine { height: 1; }"

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names
        self.index = 0

    def show(self, index: int) -> None:
        """Mark the view *index* (from 0) as the one seen."""
        if index != self.index:
            self.index = index
            self.refresh()

    def row(self, y: int, width: int) -> Line:
        """The one row; brackets say without colour which view is seen."""
        line = Line(width).put(1, "")
        for index, name in enumerate(self.names):
            here = index == self.index
            line.add(
                f"[{index + 1} {name}]" if here else f" {index + 1} {name} ", CURSOR + BOLD if here else LABEL
            )
        return line
