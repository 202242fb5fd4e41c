"""Choosing what is exported: the form, the way to its preview, and to the files that lie in the export folder."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from core.documents.selection import Stage, plan_export
from core.messages import N_
from tui.screens.base import BaseScreen
from tui.screens.exports.form import ExportForm
from tui.widgets.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.types import Preview
    from tui.app import RegisterApp

_STAGES: Final = tuple(Stage)
_STAGE_WORDS: Final = {
    Stage.CHOSEN: N_("{count} fit; bans, restrictions and protected addresses are looked at…"),
    Stage.PLANNED: N_("The file is made for {count} customers; nothing has left…"),
}


class ExportScreen(BaseScreen):
    """F10 shows exactly what would leave; nothing leaves from here."""

    area = "exports"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.form = ExportForm(desk.seat)
        self.progress = Progress()

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Exports and letters"))

    @property
    def active(self) -> ExportForm:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The form and the bar."""
        yield self.form
        yield self.progress

    async def prepare(self) -> None:
        """Say at once when nobody is registered who could be sent a file."""
        if not self.form.value("recipient"):
            self._nobody()

    def _nobody(self) -> None:
        words = N_(
            "Nobody is registered to get this. Register a recipient with adapter = files in config.toml."
        )
        self.say(self.tr(words), "error")

    async def do_save(self) -> None:
        """F10: choose, plan and make the file, then the preview."""
        order = self.form.order()
        if not order.recipient:
            self._nobody()
            return
        if not (order.criteria.narrows or order.criteria.everyone):
            self.form.focus_field("numbers")
            self.say(self.tr(N_("Say which customers, or tick Everyone.")), "error")
            return
        from tui.screens.exports.preview import ExportPreview

        seat, loop = self.desk.seat, asyncio.get_running_loop()

        def watch(stage: Stage, count: int) -> None:
            loop.call_soon_threadsafe(self._tell, stage, count)

        try:
            preview: Preview = await self.desk.hold(
                self.tr(N_("Choosing customers…")),
                lambda: plan_export(seat.register, seat.actor, order, progress=watch),
            )
        finally:
            self.progress.show(0, 0)
        await self.desk.open(ExportPreview(self.desk, preview))

    def _tell(self, stage: Stage, count: int) -> None:
        self.progress.show(_STAGES.index(stage) + 1, len(_STAGES) + 1)
        self.say(self.tr(_STAGE_WORDS[stage], count=count))

    async def do_more(self) -> None:
        """F9: what lies in the export folder."""
        from tui.screens.exports.files import ExportFiles

        await self.desk.open(ExportFiles(self.desk))
