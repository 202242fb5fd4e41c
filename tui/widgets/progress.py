"""How far a long piece of work has come."""

from __future__ import annotations

from tui.widgets.paint import BOLD, PLAIN, Line
from tui.widgets.rows import Rows


class Progress(Rows):
    """``[#######.......]  50 %   1 000 / 2 000  500/s``; signs that every terminal has."""

    DEFAULT_CSS = "Progress { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.done = 0
        self.total = 0
        self.note = ""

    def show(self, done: int, total: int, note: str = "") -> None:
        """Set how much of how much is done, with a *note* such as the rate; drawn again only when that changes."""
        if (done, total, note) != (self.done, self.total, self.note):
            self.done, self.total, self.note = done, total, note
            self.refresh()

    def row(self, y: int, width: int) -> Line:
        """The bar."""
        line = Line(width)
        if not self.total:
            return line
        share = min(1.0, self.done / self.total)
        cells = max(10, width - 40 - len(self.note))
        filled = round(share * cells)
        counts = f"{self.done:,} / {self.total:,}".replace(",", " ")
        line.put(1, f"[{'#' * filled}{'.' * (cells - filled)}]", BOLD)
        return line.add(f" {share:4.0%}  {counts}  {self.note}".rstrip(), PLAIN)
