"""Address updates: which answers wait, and which runs there have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_, tr
from core.updates.report import STATE_NAMES
from tui.screens.base import BaseScreen
from tui.screens.updates.answers import Work, work_of
from tui.screens.words import when
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp


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
        seat = self.desk.seat
        # The answers may lie on a partner's server.
        work = await self.desk.hold(self.tr(N_("Looking what lies there…")), lambda: work_of(seat))
        self.table.show_rows(work, keep_place=True)

    def _columns(self) -> list[Column[Work]]:
        language = self.desk.language

        def state(work: Work) -> str:
            if work.run is not None:
                return tr(STATE_NAMES[work.run.state], language)
            if not work.whole:
                return self.tr(N_("still being written"))
            return (
                self.tr(N_("waiting"))
                if work.read_by is None
                else self.tr(N_("read, run {number}"), number=work.read_by)
            )

        def moment(work: Work) -> str:
            at = work.run.started_at if work.run else work.changed_at
            return when(at) if at else ""

        return [
            Column(self.tr(N_("Service")), 14, lambda work: work.service),
            Column(self.tr(N_("File")), 0, lambda work: work.file),
            Column(self.tr(N_("Rows")), 9, lambda work: str(work.run.rows) if work.run else "", "right"),
            Column(self.tr(N_("When")), 16, moment),
            Column(self.tr(N_("State")), 18, state),
        ]

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def returned(self, result: object) -> None:
        """Back: as it is now; a file whose mapping has been saved is read by it at once."""
        from tui.screens.updates.run import UpdateRunScreen

        await self.prepare()
        if isinstance(result, Work):
            await self.desk.open(UpdateRunScreen(self.desk, result))

    async def do_change(self) -> None:
        """F2: how the file is read."""
        from tui.screens.updates.mapping import MappingScreen

        work = self.table.chosen()
        if work is None or work.run is not None:
            self.say(self.tr(N_("Choose a file that waits; a run has been read already.")))
            return
        await self.desk.open(MappingScreen(self.desk, work))

    async def do_lookup(self) -> None:
        """F4: a file by its path."""
        from tui.screens.updates.typed import TypedFile

        if not self.desk.seat.register.config.updates:
            self.say(self.tr(N_("No update service is configured.")))
            return
        await self.desk.open(TypedFile(self.desk))

    async def do_check(self) -> None:
        """F7: what waits for a person."""
        from tui.screens.updates.proposals import ProposalsScreen

        await self.desk.open(ProposalsScreen(self.desk, None))

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
