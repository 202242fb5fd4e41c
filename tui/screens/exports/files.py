"""The files in the export folder, and when each is removed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.documents.errors import NoSuchExport
from core.documents.folder import ExportFolder
from core.messages import N_
from tui.screens.base import BaseScreen
from tui.screens.words import day
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.documents.folder import ExportFile
    from tui.app import RegisterApp


class ExportFiles(BaseScreen):
    """F9 twice removes the file under the cursor."""

    area = "export_files"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        settings = desk.seat.register.config.files
        self.folder = ExportFolder(settings.export_directory)
        kept = timedelta(days=settings.export_days + 1)
        self.table: RecordTable[ExportFile] = RecordTable(
            [
                Column(self.tr(N_("File")), 0, lambda file: file.name),
                Column(self.tr(N_("Bytes")), 11, lambda file: str(file.size), "right"),
                Column(self.tr(N_("Removed on")), 12, lambda file: day(file.day + kept)),
            ],
            empty=self.tr(N_("The export folder is empty.")),
        )
        self._asked: str | None = None

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Files"))

    @property
    def active(self) -> RecordTable[ExportFile]:
        """The list."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.table

    async def prepare(self) -> None:
        """Read the folder."""
        self.table.show_rows(self.folder.files(), keep_place=True)
        self.say(str(self.folder.path))

    def offers(self, verb: str) -> bool:
        """Nothing can be removed from an empty folder."""
        return super().offers(verb) and not (verb == "more" and not self.table.total)

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def do_enter(self) -> None:
        """Enter: where the files are."""
        self.say(str(self.folder.path))

    async def do_more(self) -> None:
        """F9: ask, then remove; the log keeps that the file was made."""
        file = self.table.chosen()
        if file is None:
            return
        if self._asked != file.name:
            self._asked = file.name
            words = N_("F9 again removes {name}; the log keeps that it was made.")
            self.say(self.tr(words, name=file.name), "warning")
            return
        if not self.folder.remove(file.name):
            raise NoSuchExport(name=file.name)
        await self.prepare()
        self.draw_frame()
        self.say(self.tr(N_("Removed: {name}"), name=file.name), "done")
