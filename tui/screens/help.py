"""F1: this screen's keys, the field's own help, and the last message in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_
from tui.actions import actions_in, shown_key
from tui.screens.base import BaseScreen
from tui.widgets.details import Details, ReadRow, blank, heading, labelled, paragraph
from tui.widgets.form import Form

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp


class HelpScreen(BaseScreen):
    """Made from the table of actions; shows only what works for this person."""

    area = "help"

    def __init__(self, desk: RegisterApp, about: BaseScreen) -> None:
        super().__init__(desk)
        self.signed_in_here = about.signed_in
        self.details = Details(self._rows(about))

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Help"))

    @property
    def active(self) -> Details:
        """The text scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """The text."""
        yield self.details

    async def do_enter(self) -> None:
        """Back to work."""
        await self.desk.back()

    def _rows(self, about: BaseScreen) -> list[ReadRow]:
        rows: list[ReadRow] = []
        if about.message_line.text:
            rows += [heading(self.tr(N_("The message"))), *paragraph(about.message_line.text), blank()]
        if isinstance(about.active, Form) and about.active.current.help:
            field = about.active.current
            rows += [heading(field.label or self.tr(N_("The field"))), *paragraph(field.help), blank()]
        rows.append(heading(self.tr(N_("Keys here"))))
        for action in actions_in(about.area):
            if not action.allowed(self.desk.roles):
                continue
            keys = " ".join(shown_key(key) for key in action.keys)
            first, *rest = paragraph(self.tr(action.words), width=60)
            rows.append((*labelled(keys, "")[:1], first[0].__class__(18, first[0].text)))
            rows += [(piece.__class__(18, piece.text),) for (piece,) in rest]
        rows += [
            blank(),
            *paragraph(
                self.tr(
                    N_(
                        "In fields: arrows move, Home or Ctrl+A goes to the beginning, End or Ctrl+E to the end, Ctrl+U "
                        "empties the field. In lists: arrows, Page Up, Page Down, Home, End. You may type ahead: every "
                        "key is kept, in order."
                    )
                )
            ),
        ]
        return rows
