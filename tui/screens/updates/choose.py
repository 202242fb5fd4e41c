"""Address updates: which answers wait, and which runs there have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_, tr
from core.updates.report import STATE_NAMES
from tui.screens.base import BaseScreen
from tui.screens.updates.answers import work_of
from tui.screens.words import when
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp
    from tui.screens.updates.answers import Work


class ChooseUpdate(BaseScreen):
    """Enter reads an answer and shows what it would change, or shows a run."""

    area = "updates"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.table: RecordTable[Work] = RecordTable(
            self._columns(), empty=self.tr(N_("No answer waits, and there have been no runs."))
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Address updates"))

    @property
    def active(self) -> RecordTable[Work]:
        """The list."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.table

    async def prepare(self) -> None:
        """Read what there is."""
        self.table.show_rows(work_of(self.desk.seat), keep_place=True)

    def _columns(self) -> list[Column[Work]]:
        language = self.desk.language

        def state(work: Work) -> str:
            return self.tr(N_("waiting")) if work.run is None else tr(STATE_NAMES[work.run.state], language)

        return [
            Column(self.tr(N_("Service")), 14, lambda work: work.service),
            Column(self.tr(N_("File")), 0, lambda work: work.file),
            Column(self.tr(N_("Rows")), 9, lambda work: str(work.run.rows) if work.run else "", "right"),
            Column(self.tr(N_("When")), 16, lambda work: when(work.run.started_at) if work.run else ""),
            Column(self.tr(N_("State")), 18, state),
        ]

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def returned(self, result: object) -> None:
        """Back: as it is now."""
        await self.prepare()

    async def do_send(self) -> None:
        """F8: recipients who hold an old value."""
        from tui.screens.notices.worklist import NoticeList

        await self.desk.open(NoticeList(self.desk))

    async def do_enter(self) -> None:
        """Enter: the preview, or the run."""
        from tui.screens.updates.run import UpdateRunScreen

        work = self.table.chosen()
        if work is not None:
            await self.desk.open(UpdateRunScreen(self.desk, work))

    async def do_new(self) -> None:
        """F6: ask a service about customers."""
        from tui.screens.updates.selection import ChooseSelection

        await self.desk.open(ChooseSelection(self.desk))

    async def do_save(self) -> None:
        """F10: the same."""
        await self.do_enter()
