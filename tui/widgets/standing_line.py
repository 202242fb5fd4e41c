"""What to know of somebody before anything else, in one row of words that stays where it is."""

from __future__ import annotations

from tui.widgets.paint import QUIET, WARNING, Line
from tui.widgets.rows import Rows


class StandingLine(Rows):
    """``! PROCESSING RESTRICTED · BANS: 2``, or a quiet sentence when there is nothing to mind."""

    DEFAULT_CSS = "StandingLine { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.minding = False

    def show(self, text: str, *, minding: bool) -> None:
        """Show *text*; *minding* says that it is something to mind."""
        self.text, self.minding = text, minding
        self.refresh()

    def row(self, y: int, width: int) -> Line:
        """The one row; the sign says without colour that it is a warning."""
        return Line(width).put(
            1, f"! {self.text}" if self.minding else self.text, WARNING if self.minding else QUIET
        )
