"""A list worked by single keys: above what waits, below the one under the cursor, and what the digits do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from core.messages import N_
from tui.screens.base import BaseScreen
from tui.screens.digits import DigitBar
from tui.widgets.details import Details

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp
    from tui.widgets.record_table import RecordTable

Line = TypeVar("Line")
_LIST_ROWS = 7


class DecidedByDigits(BaseScreen, Generic[Line]):
    """Each digit decides on the row under the cursor, whole, before the next key."""

    table: RecordTable[Line]

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.details = Details()
        self.digits = DigitBar()

    @property
    def active(self) -> RecordTable[Line]:
        """The list."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """The list, what is seen of one, and what the digits do."""
        self.table.styles.height = _LIST_ROWS
        yield self.table
        yield self.details
        yield self.digits

    def draw_frame(self) -> None:
        """The digits stand above the message, as keys stand below."""
        super().draw_frame()
        self.digits.show_offered(self)

    async def do_choose_4(self) -> None:
        """4: leave it, go on."""
        if self.table.cursor >= self.table.total - 1:
            self.say(self.tr(N_("This is the last one; F5 begins again from the first.")))
        self.table.move_to(self.table.cursor + 1)

    async def do_next(self) -> None:
        """Tab: scroll what is seen."""
        self.details.take_key("pagedown", None)

    async def do_previous(self) -> None:
        """Shift+Tab: scroll back."""
        self.details.take_key("pageup", None)
