"""What the single keys of a screen do, in a row above the message, as the F-keys stand below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions import actions_in, shown_key
from tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from tui.screens.base import BaseScreen


class DigitBar(KeyBar):
    """Only what this person can do now."""

    def show_offered(self, screen: BaseScreen) -> None:
        """The single keys of *screen* that have a label."""
        self.show(
            tuple(
                (shown_key(action.keys[0]), screen.tr(action.label))
                for action in actions_in(screen.area)
                if action.is_letter and action.label and screen.offers(action.verb)
            )
        )
