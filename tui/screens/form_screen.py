"""A screen that is one form and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.base import BaseScreen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.widgets.form import Form


class FormScreen(BaseScreen):
    """Subclasses make ``form``; keys go to it."""

    form: Form

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form
