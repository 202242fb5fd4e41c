"""A file that is in no service's own folder: its path typed, and whose answer it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_
from tui.screens.base import BaseScreen
from tui.screens.updates.answers import typed_work
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp

_COLUMN = 16


class TypedFile(BaseScreen):
    """F10 takes the file as the list would."""

    area = "update_file"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        names = tuple(desk.seat.register.config.updates)
        folder = desk.seat.register.config.files.exchange_directory
        self.form = Form(
            [
                Field(
                    "service",
                    self.tr(N_("Service")),
                    3,
                    _COLUMN,
                    kind="choice",
                    choices=tuple((name, name) for name in names),
                ),
                Field("path", self.tr(N_("File")), 5, _COLUMN, 60, max_length=400),
            ],
            {"service": names[0], "path": ""},
            notes=[Note(1, self.tr(N_("A path within {folder}"), folder=folder))],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Another file"))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    async def do_save(self) -> None:
        """F10: read it."""
        values = self.form.values()
        await self.desk.back(typed_work(self.desk.seat, values["service"] or "", values["path"] or ""))
