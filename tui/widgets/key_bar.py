"""Row 24: the keys that work here."""

from __future__ import annotations

from rich.cells import cell_len

from tui.widgets.paint import KEY, PLAIN, Line
from tui.widgets.rows import Rows


class KeyBar(Rows):
    """``F1 Help  F3 Menu  F10 Save``; drawn in one go, since Textual's footer costs forty milliseconds a Tab."""

    DEFAULT_CSS = "KeyBar { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.keys: tuple[tuple[str, str], ...] = ()

    def show(self, keys: tuple[tuple[str, str], ...]) -> None:
        """Set the pairs of key and label."""
        if keys != self.keys:
            self.keys = keys
            self.refresh()

    def row(self, y: int, width: int) -> Line:
        """All keys in one row."""
        line = Line(width).put(1, "")
        for place, (key, label) in enumerate(self.keys):
            line.add("  " if place else "").add(key, KEY).add(f" {label}", PLAIN)
        return line

    @staticmethod
    def width_of(keys: tuple[tuple[str, str], ...]) -> int:
        """The cells that *keys* need; a test keeps it within eighty."""
        return 1 + sum(cell_len(f"{key} {label}  ") for key, label in keys) - 2
