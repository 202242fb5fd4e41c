"""A screen that is a text to read and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.base import BaseScreen
from tui.widgets.details import Details

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp


class ReadScreen(BaseScreen):
    """Subclasses put their rows into ``details``, which scrolls."""

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.details = Details()

    @property
    def active(self) -> Details:
        """The text scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """The text."""
        yield self.details
