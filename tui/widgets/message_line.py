"""Row 23: what has just happened, or what is wrong and what to do; it grows upwards only when it must."""

from __future__ import annotations

from typing import Literal

from tui.widgets.paint import DONE, ERROR, PLAIN, WARNING, Line, wrap
from tui.widgets.rows import Rows

Mood = Literal["info", "done", "warning", "error"]
_LOOKS = {"info": ("", PLAIN), "done": ("✓ ", DONE), "warning": ("! ", WARNING), "error": ("!! ", ERROR)}
MAX_ROWS = 4


class MessageLine(Rows):
    """One message at a time; a sign says its kind, so that colour need not."""

    DEFAULT_CSS = "MessageLine { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.mood: Mood = "info"

    def show(self, text: str, mood: Mood = "info") -> None:
        """Show *text* instead of what was there."""
        if (text, mood) == (self.text, self.mood):
            return
        before = self._rows(self.size.width)
        self.text, self.mood = text, mood
        self.refresh(layout=len(self._rows(self.size.width)) != len(before))

    def _rows(self, width: int) -> list[str]:
        sign = _LOOKS[self.mood][0] if self.text else ""
        return wrap(sign + self.text, max(20, width - 2))[:MAX_ROWS]

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many rows as the message needs."""
        return len(self._rows(width))

    def row(self, y: int, width: int) -> Line:
        """A row of the message."""
        rows = self._rows(width)
        return Line(width).put(1, rows[y] if y < len(rows) else "", _LOOKS[self.mood][1])
